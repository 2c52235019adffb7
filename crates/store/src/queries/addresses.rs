//! Mail addresses: any number of accounts may name one, and one at most has proved it.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Email};

use super::Conn;
use super::accounts::Row;
use crate::failure::QueryError;
use crate::schema::accounts;

/// Who has proved the address, or else named it first.
pub(super) fn find(conn: &mut Conn, email: &Email) -> Result<Option<Row>, QueryError> {
    let proved: Option<Row> = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if proved.is_some() {
        return Ok(proved);
    }
    Ok(accounts::table
        .filter(accounts::claimed_email_key.eq(email.key()))
        .order((accounts::created_at, accounts::id))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Gives the account an address that its owner has proved, unless another one has proved it.
pub(super) fn verify(
    conn: &mut Conn,
    id: AccountId,
    email: &Email,
    at: Timestamp,
) -> Result<bool, QueryError> {
    let id = id.as_bytes().as_slice();
    let others = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .filter(accounts::id.ne(id));
    let proved: bool = diesel::select(diesel::dsl::exists(others)).get_result(conn)?;
    if proved {
        return Ok(false);
    }
    let updated = diesel::update(accounts::table.find(id))
        .set((
            accounts::email.eq(email.as_str()),
            accounts::email_key.eq(email.key()),
            accounts::email_verified_at.eq(at.as_micros()),
            accounts::claimed_email.eq(None::<String>),
            accounts::claimed_email_key.eq(None::<String>),
        ))
        .execute(conn);
    match updated {
        // Somebody proved it since it was looked for, a moment ago.
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(QueryError::Raced)
        }
        updated => Ok(updated? == 1),
    }
}

/// Takes the address from the account, proved or not.
pub(super) fn remove(conn: &mut Conn, id: AccountId) -> Result<bool, QueryError> {
    let updated = diesel::update(accounts::table.find(id.as_bytes().as_slice()))
        .set((
            accounts::email.eq(None::<String>),
            accounts::email_key.eq(None::<String>),
            accounts::email_verified_at.eq(None::<i64>),
            accounts::claimed_email.eq(None::<String>),
            accounts::claimed_email_key.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(updated == 1)
}
