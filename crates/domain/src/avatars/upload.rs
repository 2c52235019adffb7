//! The owner shows a new picture.

use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

use super::{Avatar, AvatarName, Avatars};
use crate::accounts::AccountId;
use crate::ports::{PictureError, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why the avatar stays as it is.
#[derive(Debug, Error)]
pub enum UploadAvatarError {
    /// More bytes than an upload may have.
    #[error("a picture may have at most {} bytes", Avatars::MAX_UPLOAD)]
    TooLarge,
    /// The picture is not taken.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Avatars {
    /// Draws the upload anew as a square and makes it the caller's avatar. The one before is deleted.
    ///
    /// # Errors
    /// [`UploadAvatarError`]; then nothing has changed.
    pub async fn upload(&self, actor: &Actor, upload: Bytes) -> Result<Avatar, UploadAvatarError> {
        self.replace(actor.account(), upload).await
    }

    /// The same for an account whose owner is about to log in.
    pub(crate) async fn replace(
        &self,
        owner: AccountId,
        upload: Bytes,
    ) -> Result<Avatar, UploadAvatarError> {
        let picture = self.draw(upload).await?;
        let name = AvatarName::from_bytes(self.env.random());
        self.env
            .store
            .write(move |tx| show(tx, owner, name, &picture))
            .await
    }

    /// The upload as others will see it.
    pub(crate) async fn draw(&self, upload: Bytes) -> Result<Vec<u8>, UploadAvatarError> {
        if upload.len() > Self::MAX_UPLOAD {
            return Err(UploadAvatarError::TooLarge);
        }
        Ok(self.processor.draw_square(upload).await?)
    }
}

/// Makes a drawn picture the owner's avatar.
pub(crate) fn show(
    tx: &mut dyn Tx,
    owner: AccountId,
    name: AvatarName,
    picture: &[u8],
) -> Result<Avatar, UploadAvatarError> {
    let avatar = Avatar::Uploaded(name);
    if !tx.avatars().choose(owner, avatar)? {
        return Err(UploadAvatarError::Gone);
    }
    tx.avatars().insert(owner, name, picture)?;
    Ok(avatar)
}

impl DomainError for UploadAvatarError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge => ErrorKind::TooLarge,
            Self::Picture(error) => error.kind(),
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "body-too-large",
            Self::Picture(error) => error.code(),
            Self::Gone => "account-gone",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Picture(error) => error.retry_after(),
            Self::Store(error) => error.retry_after(),
            Self::TooLarge | Self::Gone => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    const NAME: AvatarName = AvatarName::from_bytes([7; 16]);

    #[test]
    fn the_new_picture_takes_the_place_of_the_old_one() {
        let mut tx = MockTx::default();
        tx.avatars
            .expect_choose()
            .withf(|_, avatar| *avatar == Avatar::Uploaded(NAME))
            .once()
            .returning(|_, _| Ok(true));
        tx.avatars
            .expect_insert()
            .withf(|owner, name, picture| {
                *owner == account("alice").id && *name == NAME && picture == [1, 2]
            })
            .once()
            .returning(|_, _, _| Ok(()));
        let shown = show(&mut tx, account("alice").id, NAME, &[1, 2]).unwrap();
        assert_eq!(shown, Avatar::Uploaded(NAME));
    }

    #[test]
    fn nothing_is_kept_for_an_account_that_is_gone() {
        let mut tx = MockTx::default();
        tx.avatars.expect_choose().returning(|_, _| Ok(false));
        let refused = show(&mut tx, account("alice").id, NAME, &[1]);
        assert!(matches!(refused, Err(UploadAvatarError::Gone)));
    }
}
