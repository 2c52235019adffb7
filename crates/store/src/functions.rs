//! Functions of SQL that diesel does not name and that both engines have.

use diesel::define_sql_function;
use diesel::sql_types::{BigInt, Nullable};

define_sql_function! {
    /// The first of the two that is there.
    fn coalesce(value: Nullable<BigInt>, other: BigInt) -> BigInt;
}
