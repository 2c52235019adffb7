use super::AccountId;
use crate::Timestamp;
use crate::ports::{StoreError, Tx};
use crate::sessions::{EndedSession, SessionId, end_all_but};

/// Ends everything that opens the account but its password, its second factors and the session `kept`: sessions of every
/// dialect, app passwords, and whatever is under way (recoveries, mailed codes, logins that wait for a second factor).
/// The caller tells [`crate::sessions::Sessions`] of the ended ones after the commit.
pub(crate) fn close_doors(
    tx: &mut dyn Tx,
    account: AccountId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<EndedSession>, StoreError> {
    // Before the sessions: a login with one of them that is under way either finds it gone or has stored its session.
    tx.app_passwords().delete_all(account)?;
    tx.recoveries().delete_all(account)?;
    tx.codes().delete_all(account)?;
    tx.tickets().remove_all(account)?;
    tx.channels().forget_tries(account)?;
    end_all_but(tx, account, kept, now)
}
