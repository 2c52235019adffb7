//! Rows whose column has one of several values.

use diesel::dsl::EqAny;
use diesel::expression::Expression;
use diesel::prelude::*;
use diesel::sql_types::Binary;

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
