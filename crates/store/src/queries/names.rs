//! Usernames that change hands, or must not.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::ports::{Constraint, StoreError};

use super::Conn;
use crate::failure::QueryError;
use crate::schema::{accounts, retired_usernames as retired};

/// Whether the name is retired at this moment, by an account other than `former`.
pub(super) fn is_retired(
    conn: &mut Conn,
    key: &str,
    at: Timestamp,
    former: Option<AccountId>,
) -> Result<bool, QueryError> {
    let found: Option<Option<Vec<u8>>> = retired::table
        .find(key)
        .filter(retired::free_at.gt(at.as_micros()))
        .select(retired::account_id)
        .first(conn)
        .optional()?;
    let former = former.map(|id| id.as_bytes().to_vec());
    Ok(found.is_some_and(|owner| owner.is_none() || owner != former))
}

/// The folded key of a name that is given up, and its skeleton if that is known.
pub(super) type Old = (String, Option<String>);

/// Whether an account other than this one has a name that looks like this one, or had it so lately that it is retired at
/// this moment.
pub(super) fn has_lookalike(
    conn: &mut Conn,
    id: AccountId,
    username: &Username,
    at: Timestamp,
) -> Result<bool, QueryError> {
    let (own, rivals) = (id.as_bytes().to_vec(), username.skeleton().rivals());
    let present = accounts::table
        .filter(accounts::skeleton.eq_any(rivals.clone()))
        .filter(accounts::id.ne(own.clone()));
    let former = retired::table
        .filter(retired::skeleton.eq_any(rivals))
        .filter(retired::free_at.gt(at.as_micros()))
        .filter(
            retired::account_id
                .is_null()
                .or(retired::account_id.ne(own)),
        );
    let present: bool = diesel::select(diesel::dsl::exists(present)).get_result(conn)?;
    Ok(present || diesel::select(diesel::dsl::exists(former)).get_result(conn)?)
}

/// Computes skeletons that are not known.
pub(super) fn fill_skeletons(conn: &mut Conn, limit: u32) -> Result<u64, QueryError> {
    let unknown: Vec<(Vec<u8>, String, String)> = accounts::table
        .filter(accounts::skeleton.is_null())
        .select((accounts::id, accounts::username, accounts::username_key))
        .limit(i64::from(limit))
        .load(conn)?;
    let mut filled = 0;
    for (id, shown, key) in unknown {
        // Asked again: it may have been renamed meanwhile.
        let row = accounts::table
            .find(id)
            .filter(accounts::skeleton.is_null());
        let skeleton = Username::restore(shown, key).skeleton().key();
        filled += diesel::update(row)
            .set(accounts::skeleton.eq(skeleton))
            .execute(conn)?;
    }
    Ok(u64::try_from(filled).unwrap_or(u64::MAX))
}

/// Gives the account this name at this moment, unless another one has it.
pub(super) fn take(
    conn: &mut Conn,
    id: AccountId,
    username: &Username,
    at: Timestamp,
) -> Result<(), QueryError> {
    let id = id.as_bytes().as_slice();
    let others = accounts::table
        .filter(accounts::username_key.eq(username.key()))
        .filter(accounts::id.ne(id));
    let taken: bool = diesel::select(diesel::dsl::exists(others)).get_result(conn)?;
    if taken {
        return Err(StoreError::Conflict(Constraint::Username).into());
    }
    let updated = diesel::update(accounts::table.find(id))
        .set((
            accounts::username.eq(username.as_str()),
            accounts::username_key.eq(username.key()),
            accounts::skeleton.eq(username.skeleton().key()),
            accounts::renamed_at.eq(at.as_micros()),
        ))
        .execute(conn);
    match updated {
        // Somebody took it since it was looked for, a moment ago.
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(QueryError::Raced)
        }
        other => {
            other?;
            Ok(())
        }
    }
}

/// Keeps the name from everybody but this account. What was known of it before counts no more.
pub(super) fn retire(
    conn: &mut Conn,
    id: AccountId,
    (key, skeleton): &Old,
    free_at: Timestamp,
) -> Result<(), QueryError> {
    let owner = Some(id.as_bytes().to_vec());
    diesel::insert_into(retired::table)
        .values((
            retired::username_key.eq(key),
            retired::account_id.eq(&owner),
            retired::free_at.eq(free_at.as_micros()),
            retired::skeleton.eq(skeleton),
        ))
        .on_conflict(retired::username_key)
        .do_update()
        .set((
            retired::account_id.eq(&owner),
            retired::free_at.eq(free_at.as_micros()),
            retired::skeleton.eq(skeleton),
        ))
        .execute(conn)?;
    Ok(())
}

/// Retires the account's name and leaves it with one that nobody can write, since names have no spaces. To change what is
/// unique locks the row against references too (PostgreSQL): nothing can be added to the account meanwhile.
pub(super) fn vacate(
    conn: &mut Conn,
    id: AccountId,
    free_at: Timestamp,
) -> Result<bool, QueryError> {
    let own = accounts::table.find(id.as_bytes().as_slice());
    let old: Option<Old> = own
        .select((accounts::username_key, accounts::skeleton))
        .first(conn)
        .optional()?;
    let Some(old) = old else {
        return Ok(false);
    };
    let vacated = diesel::update(own.filter(accounts::username_key.eq(&old.0)))
        .set(accounts::username_key.eq(format!(" {id}")))
        .execute(conn)?;
    if vacated == 0 {
        // Renamed or removed since it was looked at, a moment ago.
        return Err(QueryError::Raced);
    }
    retire(conn, id, &old, free_at)?;
    Ok(true)
}

/// Deletes names that are free.
pub(super) fn sweep(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<u64, QueryError> {
    let free: Vec<String> = retired::table
        .filter(retired::free_at.le(now.as_micros()))
        .select(retired::username_key)
        .limit(i64::from(limit))
        .load(conn)?;
    let swept = diesel::delete(retired::table.filter(retired::username_key.eq_any(free)));
    Ok(u64::try_from(swept.execute(conn)?).unwrap_or(u64::MAX))
}
