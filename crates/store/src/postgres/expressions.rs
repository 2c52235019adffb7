//! What this engine writes in its own way.

use diesel::define_sql_function;
use diesel::dsl::EqAny;
use diesel::expression::Expression;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};

define_sql_function! {
    /// The highest of the three.
    #[sql_name = "greatest"]
    fn highest(one: BigInt, other: BigInt, third: BigInt) -> BigInt;
}

/// Whether `column` has one of these values: an array, so that the statement stays prepared whatever their number is.
pub(crate) fn among<'a, C>(
    column: C,
    values: impl IntoIterator<Item = &'a [u8]>,
) -> EqAny<C, Vec<&'a [u8]>>
where
    C: ExpressionMethods + Expression<SqlType = Binary>,
{
    column.eq_any(values.into_iter().collect::<Vec<_>>())
}
