//! What this engine writes in its own way.

use diesel::define_sql_function;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool};
use diesel::sqlite::Sqlite;

define_sql_function! {
    /// The highest of the three. Of several lower bounds of a column SQLite searches an index for one, and looks at whatever
    /// comes after it.
    #[sql_name = "max"]
    fn highest(one: BigInt, other: BigInt, third: BigInt) -> BigInt;
}

/// Whether `column` has one of these values.
///
/// A list makes a statement of its own for each length, which diesel has prepared anew each time: for some rows that costs
/// more than finding them. Here there are few lengths, and each stays prepared.
pub(crate) fn among<'a, C: Expression<SqlType = Binary>>(
    column: C,
    values: impl IntoIterator<Item = &'a [u8]>,
) -> Among<'a, C> {
    let mut values: Vec<&[u8]> = values.into_iter().collect();
    if let Some(last) = values.last().copied() {
        // What is named twice is found once.
        values.resize(values.len().next_power_of_two(), last);
    }
    Among { column, values }
}

/// See [`among`].
#[derive(Debug, Clone)]
pub(crate) struct Among<'a, C> {
    column: C,
    values: Vec<&'a [u8]>,
}

impl<C> Expression for Among<'_, C> {
    type SqlType = Bool;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Among<'_, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        for (place, value) in self.values.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Binary, _>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

// The text tells the lengths apart.
impl<C> QueryId for Among<'_, C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: ValidGrouping<(), IsAggregate = is_aggregate::No>> ValidGrouping<()> for Among<'_, C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: AppearsOnTable<T>, T> AppearsOnTable<T> for Among<'_, C> {}

impl<C: SelectableExpression<T>, T> SelectableExpression<T> for Among<'_, C> {}
