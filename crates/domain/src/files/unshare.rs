//! The owner takes back that somebody may read a file, or the reader wants it no longer.

use thiserror::Error;

use super::{FileId, Files};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::inbox::{EventKind, NewEvent};
use crate::ports::{NamedGrant, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Why a share was not ended, or shares are not shown.
#[derive(Debug, Error)]
pub enum UnshareFileError {
    /// There is no such file, no such user, or no such share: nobody can tell which.
    #[error("there is no such share")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// Ends that the user may read one of the caller's files; or, with the caller's own name, that the caller may read
    /// somebody else's. What they have read or downloaded they keep: if the key has left the server, encrypt the file anew
    /// ([`Files::re_encrypt`]).
    ///
    /// # Errors
    /// [`UnshareFileError`].
    pub async fn unshare(
        &self,
        actor: &Actor,
        file: FileId,
        with: Username,
    ) -> Result<(), UnshareFileError> {
        let (caller, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| unshare(tx, caller, file, &with, now))
            .await
    }

    /// With whom one of the caller's files is shared, by folded username: at most [`Files::MAX_SHARES`].
    ///
    /// # Errors
    /// [`UnshareFileError`].
    pub async fn shares(
        &self,
        actor: &Actor,
        file: FileId,
    ) -> Result<Vec<NamedGrant>, UnshareFileError> {
        let owner = actor.account();
        self.env
            .store
            .read(move |tx| {
                let own = tx.files().find(owner, file)?;
                own.ok_or(UnshareFileError::Unknown)?;
                Ok(tx.file_grants().list(file, Self::MAX_SHARES)?)
            })
            .await
    }
}

fn unshare(
    tx: &mut dyn Tx,
    caller: AccountId,
    file: FileId,
    with: &Username,
    now: Timestamp,
) -> Result<(), UnshareFileError> {
    // Whether the caller may know of them does not matter: there is a share, or there is none.
    let found = tx.contacts().find_by_username(caller, with)?;
    let grantee = found.ok_or(UnshareFileError::Unknown)?.account;
    let ended = if grantee == caller {
        tx.file_grants().renounce(caller, file)?
    } else {
        tx.file_grants().remove(caller, file, grantee)?
    };
    if !ended {
        return Err(UnshareFileError::Unknown);
    }
    tell_unshared(tx, &[grantee], file, now);
    Ok(())
}

/// Tells those who could read a file that they cannot any more.
pub(super) fn tell_unshared(tx: &mut dyn Tx, who: &[AccountId], file: FileId, now: Timestamp) {
    let event = NewEvent {
        kind: EventKind::FileUnshared,
        subject: *file.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(who, event);
}

domain_error!(UnshareFileError {
    Unknown: NotFound, "unknown-share";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(9);
    const ID: FileId = FileId::from_bytes([4; 16]);

    /// Alice's file is shared with Bob.
    fn try_unshare(caller: &'static str, with: &'static str) -> bool {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(move |_, _| Ok((with != "nobody").then(|| acquaintance(with))));
        let (alice, bob) = (account("alice").id, account("bob").id);
        tx.file_grants
            .expect_remove()
            .returning(move |owner, _, who| Ok((owner, who) == (alice, bob)));
        tx.file_grants
            .expect_renounce()
            .returning(move |who, _| Ok(who == bob));
        tx.inbox
            .expect_collect()
            .withf(move |who, event| who == [bob] && event.kind == EventKind::FileUnshared)
            .return_const(());
        let with = account(with).username;
        unshare(&mut tx, account(caller).id, ID, &with, NOW).is_ok()
    }

    #[test]
    fn the_owner_ends_it_or_the_reader_and_nobody_else() {
        assert!(try_unshare("alice", "bob"));
        assert!(try_unshare("bob", "bob"));
        for (caller, with) in [
            ("carol", "bob"),
            ("bob", "alice"),
            ("alice", "carol"),
            ("alice", "alice"),
            ("alice", "nobody"),
        ] {
            assert!(!try_unshare(caller, with), "{caller} {with}");
        }
    }
}
