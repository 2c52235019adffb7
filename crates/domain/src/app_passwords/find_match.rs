use super::{AppPasswordId, text};
use crate::accounts::AccountId;
use crate::ports::{Digester, StoreError, Tx};
use crate::sessions::Dialect;

/// The account's app password that `typed` is, if it is one for `dialect`. Whoever opens a session with it calls
/// [`note_use`](crate::ports::AppPasswordRepository::note_use) in the unit of work that stores the session, and opens
/// none if that says false: the app password was revoked meanwhile.
///
/// # Errors
/// [`StoreError`].
pub fn find_match(
    tx: &mut dyn Tx,
    digester: &dyn Digester,
    account: AccountId,
    dialect: Dialect,
    typed: &str,
) -> Result<Option<AppPasswordId>, StoreError> {
    match text::digest(digester, typed) {
        Some(digest) => tx.app_passwords().find_by_digest(account, dialect, &digest),
        None => Ok(None),
    }
}
