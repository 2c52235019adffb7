//! The owner lets somebody read a file.

use thiserror::Error;

use super::seal::{GrantRow, open_key};
use super::{FileId, Files, WrappedKey};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::{WritingRefused, find_visible};
use crate::inbox::{EventKind, NewEvent};
use crate::messages::Protection;
use crate::ports::{
    NamedGrant, PutGrant, SealError, Sealer, StoreError, StoreExt, StoredFile, StoredGrant, Tx,
};
use crate::sessions::Actor;

/// A file, and who is to read it.
#[derive(Debug, Clone)]
pub struct ShareFile {
    /// The caller's file.
    pub file: FileId,
    /// Who is to read it.
    pub with: Username,
    /// The file's key, wrapped for them: if, and only if, the server does not have it.
    pub wrapped_key: Option<WrappedKey>,
}

/// That somebody may read a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who, and since when.
    pub grant: NamedGrant,
    /// Whether they could not before.
    pub is_new: bool,
}

/// Why a file is not shared.
#[derive(Debug, Error)]
pub enum ShareFileError {
    /// There is no such file, or it is somebody else's: nobody can tell which.
    #[error("no such file")]
    UnknownFile,
    /// Nobody has this name, as far as the caller may know, or one of the two has blocked the other.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The name is the caller's own.
    #[error("a file is shared with somebody else: this username is your own")]
    WithOneself,
    /// Whoever takes no messages from the caller takes no files either.
    #[error("this user takes no files from you")]
    TakesNone,
    /// The file is shared with as many as one can be.
    #[error("a file is shared with at most 100 users: end a share first, or make a link")]
    TooMany,
    /// The server has no key to it, so the client has to wrap it.
    #[error("this file is end-to-end encrypted: wrap its key for the reader")]
    WrappedKeyMissing,
    /// The server wraps the key itself.
    #[error("the server wraps the key of this file itself")]
    WrappedKeyNeedless,
    /// The stored key does not open.
    #[error("the key of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// With how many a file can be shared.
    pub const MAX_SHARES: u32 = 100;

    /// Lets somebody read one of the caller's files until the caller ends it, or deletes the file; they are told. If they can
    /// already, only the wrapped key changes.
    ///
    /// # Errors
    /// [`ShareFileError`]; then nothing has changed.
    pub async fn share(&self, actor: &Actor, command: ShareFile) -> Result<Share, ShareFileError> {
        let (owner, now) = (actor.account(), self.env.now());
        let sealer = self.ports.sealer.clone();
        self.env
            .store
            .write(move |tx| share(tx, owner, &command, &*sealer, now))
            .await
    }
}

fn share(
    tx: &mut dyn Tx,
    owner: AccountId,
    command: &ShareFile,
    sealer: &dyn Sealer,
    now: Timestamp,
) -> Result<Share, ShareFileError> {
    // Under the lock, so that the key is not replaced meanwhile.
    let stored = tx.files().lock(owner, command.file)?;
    let stored = stored.ok_or(ShareFileError::UnknownFile)?;
    let other = find_visible(tx, owner, &command.with)?.ok_or(ShareFileError::UnknownUser)?;
    if other.account == owner {
        return Err(ShareFileError::WithOneself);
    }
    other.correspondent().check()?;
    let grant = StoredGrant {
        file: stored.id,
        grantee: other.account,
        sealed_key: seal_for(&stored, other.account, command.wrapped_key.as_ref(), sealer)?,
        created_at: now,
    };
    let (created_at, is_new) = match tx.file_grants().put(&grant, Files::MAX_SHARES)? {
        PutGrant::Added => (now, true),
        PutGrant::Replaced(created_at) => (created_at, false),
        PutGrant::Full => return Err(ShareFileError::TooMany),
    };
    if is_new {
        let event = NewEvent {
            kind: EventKind::FileShared,
            subject: *stored.id.as_bytes(),
            created_at: now,
        };
        tx.inbox().collect(&[other.account], event);
    }
    let grant = NamedGrant {
        grantee: other.account,
        username: other.username,
        created_at,
    };
    Ok(Share { grant, is_new })
}

/// The grant's own key.
fn seal_for(
    stored: &StoredFile,
    grantee: AccountId,
    wrapped: Option<&WrappedKey>,
    sealer: &dyn Sealer,
) -> Result<Vec<u8>, ShareFileError> {
    let row = GrantRow::new(stored.id, grantee);
    match (stored.protection, wrapped) {
        (Protection::Server, None) => {
            let key = open_key(stored, sealer)?;
            Ok(sealer.seal(&row.binding(), key.expose()))
        }
        (Protection::EndToEnd, Some(wrapped)) => {
            Ok(sealer.seal(&row.binding(), wrapped.as_str().as_bytes()))
        }
        (Protection::Server, Some(_)) => Err(ShareFileError::WrappedKeyNeedless),
        (Protection::EndToEnd, None) => Err(ShareFileError::WrappedKeyMissing),
    }
}

impl From<WritingRefused> for ShareFileError {
    fn from(refused: WritingRefused) -> Self {
        match refused {
            WritingRefused::Blocked => Self::UnknownUser,
            WritingRefused::TakesNone => Self::TakesNone,
        }
    }
}

domain_error!(ShareFileError {
    UnknownFile: NotFound, "unknown-file";
    UnknownUser: NotFound, "unknown-user";
    WithOneself: Invalid, "share-with-oneself";
    TakesNone: Forbidden, "takes-no-messages";
    TooMany: Conflict, "too-many-shares";
    WrappedKeyMissing: Invalid, "wrapped-key-missing", "wrapped_key";
    WrappedKeyNeedless: Invalid, "wrapped-key-needless", "wrapped_key";
    Sealed: Internal, "internal-error";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::ports::{BlobDigest, BlobName, MockSealer};
    use crate::testing::{MockTx, account, acquaintance};
    use crate::{DomainError as _, contacts::Acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(9);
    const ID: FileId = FileId::from_bytes([4; 16]);

    fn stored(protection: Protection) -> StoredFile {
        StoredFile {
            id: ID,
            owner: account("alice").id,
            blob: BlobName::from_bytes([1; 16]),
            size: 1,
            digest: BlobDigest::Blake3([9; 32]),
            sealed_key: vec![5; 32],
            sealed_name: None,
            sealed_type: Vec::new(),
            protection,
            key_disclosed_at: None,
            created_at: NOW,
        }
    }

    fn tx(protection: Protection, other: Option<Acquaintance>) -> MockTx {
        let mut tx = MockTx::default();
        tx.files.expect_lock().returning(move |owner, id| {
            let own = (owner, id) == (account("alice").id, ID);
            Ok(own.then(|| stored(protection)))
        });
        tx.contacts
            .expect_find_by_username()
            .returning(move |_, _| Ok(other.clone()));
        tx
    }

    fn sealer() -> MockSealer {
        let mut sealer = MockSealer::new();
        sealer
            .expect_open()
            .returning(|_, sealed| Ok(zeroize::Zeroizing::new(sealed.to_vec())));
        sealer
            .expect_seal()
            .returning(|binding, key| [binding.table.as_bytes(), key].concat());
        sealer
    }

    fn try_share(
        tx: &mut MockTx,
        who: &str,
        wrapped: Option<&str>,
    ) -> Result<Share, ShareFileError> {
        let command = ShareFile {
            file: ID,
            with: account("bob").username,
            wrapped_key: wrapped.map(|text| WrappedKey::parse(text).unwrap()),
        };
        share(tx, account(who).id, &command, &sealer(), NOW)
    }

    #[test]
    fn the_reader_has_a_wrap_of_their_own_and_hears_of_it_once() {
        for (put, told, wrapped, protection) in [
            (PutGrant::Added, 1, None, Protection::Server),
            (PutGrant::Added, 1, Some("w"), Protection::EndToEnd),
            (PutGrant::Replaced(NOW), 0, None, Protection::Server),
        ] {
            let mut tx = tx(protection, Some(acquaintance("bob")));
            let key = wrapped.map_or(vec![5; 32], |text| text.as_bytes().to_vec());
            tx.file_grants
                .expect_put()
                .once()
                .withf(move |grant, limit| {
                    let sealed = [b"file_grants".as_slice(), &key].concat();
                    *limit == 100
                        && grant.sealed_key == sealed
                        && grant.grantee == account("bob").id
                })
                .returning(move |_, _| Ok(put));
            tx.inbox
                .expect_collect()
                .times(told)
                .withf(|who, event| {
                    who == [account("bob").id] && event.kind == EventKind::FileShared
                })
                .return_const(());
            let share = try_share(&mut tx, "alice", wrapped).unwrap();
            assert_eq!(share.is_new, told == 1);
        }
    }

    #[test]
    fn a_stranger_learns_nothing_and_who_blocks_is_nobody() {
        let mut blocked = acquaintance("bob");
        blocked.relation.blocked_at = Some(NOW);
        let mut blocking = acquaintance("bob");
        blocking.relation.blocked_by_at = Some(NOW);
        for (who, other, code) in [
            ("carol", Some(acquaintance("bob")), "unknown-file"),
            ("alice", None, "unknown-user"),
            ("alice", Some(blocked), "unknown-user"),
            ("alice", Some(blocking), "unknown-user"),
        ] {
            let mut tx = tx(Protection::Server, other);
            let refused = try_share(&mut tx, who, None).unwrap_err();
            assert_eq!(
                (refused.kind(), refused.code()),
                (ErrorKind::NotFound, code)
            );
        }
    }

    #[test]
    fn the_key_is_wrapped_by_whoever_has_it() {
        for (protection, wrapped, code) in [
            (Protection::Server, Some("w"), "wrapped-key-needless"),
            (Protection::EndToEnd, None, "wrapped-key-missing"),
        ] {
            let mut tx = tx(protection, Some(acquaintance("bob")));
            let refused = try_share(&mut tx, "alice", wrapped).unwrap_err();
            assert_eq!(refused.code(), code);
        }
    }
}
