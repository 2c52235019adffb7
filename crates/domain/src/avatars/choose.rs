//! The owner shows a picture that is there already, or none.

use std::time::Duration;

use thiserror::Error;

use super::{Avatar, Avatars};
use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why the avatar stays as it is.
#[derive(Debug, Error)]
pub enum ChooseAvatarError {
    /// The caller has not uploaded such a picture.
    #[error("this is no picture of yours, and none of the server's own")]
    Foreign,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Avatars {
    /// Makes one of the server's own pictures the caller's avatar; the one before is deleted. An uploaded picture can only
    /// be the one that the account shows anyhow: somebody else's is nobody's to take.
    ///
    /// # Errors
    /// [`ChooseAvatarError`]; then nothing has changed.
    pub async fn choose(&self, actor: &Actor, avatar: Avatar) -> Result<(), ChooseAvatarError> {
        let owner = actor.account();
        self.env
            .store
            .write(move |tx| choose(tx, owner, avatar))
            .await
    }
}

/// Makes a picture that is there already the owner's avatar.
pub(crate) fn choose(
    tx: &mut dyn Tx,
    owner: AccountId,
    avatar: Avatar,
) -> Result<(), ChooseAvatarError> {
    if let Avatar::Uploaded(_) = avatar {
        let account = tx.accounts().find(owner)?.ok_or(ChooseAvatarError::Gone)?;
        return if account.avatar == avatar {
            Ok(())
        } else {
            Err(ChooseAvatarError::Foreign)
        };
    }
    if tx.avatars().choose(owner, avatar)? {
        Ok(())
    } else {
        Err(ChooseAvatarError::Gone)
    }
}

impl DomainError for ChooseAvatarError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Foreign => ErrorKind::Invalid,
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Foreign => "foreign-avatar",
            Self::Gone => "account-gone",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::Foreign).then_some("avatar")
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Account;
    use crate::avatars::AvatarName;
    use crate::testing::{MockTx, account};

    const OWN: Avatar = Avatar::Uploaded(AvatarName::from_bytes([7; 16]));

    fn tx() -> MockTx {
        let mut tx = MockTx::default();
        tx.accounts.expect_find().returning(|_| {
            Ok(Some(Account {
                avatar: OWN,
                ..account("alice")
            }))
        });
        tx
    }

    #[test]
    fn somebody_elses_picture_cannot_be_taken() {
        let foreign = Avatar::Uploaded(AvatarName::from_bytes([8; 16]));
        let refused = choose(&mut tx(), account("alice").id, foreign);
        assert!(matches!(refused, Err(ChooseAvatarError::Foreign)));
        choose(&mut tx(), account("alice").id, OWN).unwrap();
    }

    #[test]
    fn a_stock_picture_is_everybodys() {
        for stock in [Avatar::Default, Avatar::Fary] {
            let mut tx = tx();
            tx.avatars
                .expect_choose()
                .withf(move |_, avatar| *avatar == stock)
                .once()
                .returning(|_, _| Ok(true));
            choose(&mut tx, account("alice").id, stock).unwrap();
        }
    }
}
