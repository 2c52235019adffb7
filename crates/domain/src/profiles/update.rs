//! The owner changes what others see of them, and where mail goes: all that is asked for, or nothing.

use bytes::Bytes;
use thiserror::Error;

use super::{Person, Profiles};
use crate::Secret;
use crate::accounts::{
    Account, AccountId, Email, EmailDraft, RenameDraft, RenameError, SetEmailError, Username,
    VerifyEmailError, ViewAccountError,
};
use crate::avatars::{self, Avatar, AvatarName, ChooseAvatarError, UploadAvatarError};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::throttle::TooMany;

/// Asks for changes; what is None stays.
#[derive(Debug, Clone, Default)]
pub struct UpdateProfile {
    /// The new name.
    pub username: Option<Username>,
    /// The new address. It counts once it is proved: a code is mailed there.
    pub email: Option<Email>,
    /// The code that was mailed to an address that was asked for before.
    pub code: Option<Secret<String>>,
    /// The new picture.
    pub avatar: Option<NewAvatar>,
}

/// A picture to be shown.
#[derive(Debug, Clone)]
pub enum NewAvatar {
    /// One that is there: of the server's own, or the one that the account shows anyhow.
    Chosen(Avatar),
    /// A new one, at most [`avatars::Avatars::MAX_UPLOAD`] bytes.
    Upload(Bytes),
}

/// Why nothing has changed, but for a code that was right.
#[derive(Debug, Error)]
pub enum UpdateProfileError {
    /// The name is not to be had.
    #[error(transparent)]
    Rename(#[from] RenameError),
    /// No code is mailed.
    #[error(transparent)]
    Email(#[from] SetEmailError),
    /// The code proves nothing.
    #[error(transparent)]
    Code(#[from] VerifyEmailError),
    /// The picture is none that can be chosen.
    #[error(transparent)]
    Choose(#[from] ChooseAvatarError),
    /// The picture is not taken.
    #[error(transparent)]
    Upload(#[from] UploadAvatarError),
    /// The account was deleted while its token was still alive.
    #[error(transparent)]
    View(#[from] ViewAccountError),
}

domain_error!(UpdateProfileError {} else { Rename, Email, Code, Choose, Upload, View });

impl From<StoreError> for UpdateProfileError {
    fn from(error: StoreError) -> Self {
        Self::View(error.into())
    }
}

/// What one unit of work stores.
struct Changes {
    owner: AccountId,
    rename: Option<RenameDraft>,
    email: Option<EmailDraft>,
    avatar: Option<DrawnAvatar>,
}

enum DrawnAvatar {
    Chosen(Avatar),
    Drawn(AvatarName, Vec<u8>),
}

impl Profiles {
    /// Changes what is asked for: all of it, or nothing. The caller as others see them then.
    ///
    /// # Errors
    /// [`UpdateProfileError`].
    pub async fn update(
        &self,
        actor: &Actor,
        command: UpdateProfile,
    ) -> Result<Person, UpdateProfileError> {
        let UpdateProfile {
            username,
            email,
            code,
            avatar,
        } = command;
        if let Some(code) = code {
            // Apart from the rest: also a wrong code has to be counted.
            self.accounts.verify_email(actor, code).await?;
        }
        let account: Account = self.accounts.view(actor).await?;
        let rename = username.map(|name| self.accounts.draft_rename(actor, &account, name));
        let email = email.map(|email| self.accounts.draft_email(actor, &account, &email));
        let changes = Changes {
            owner: account.id,
            rename: rename.transpose()?,
            email: email.transpose()?,
            avatar: self.draw(avatar).await?,
        };
        let changed: Result<Result<(), TooMany>, UpdateProfileError> =
            self.env.store.write(move |tx| apply(tx, &changes)).await;
        changed?.map_err(SetEmailError::from)?;
        Ok(self.own(actor).await?)
    }

    async fn draw(
        &self,
        avatar: Option<NewAvatar>,
    ) -> Result<Option<DrawnAvatar>, UploadAvatarError> {
        Ok(match avatar {
            None => None,
            Some(NewAvatar::Chosen(avatar)) => Some(DrawnAvatar::Chosen(avatar)),
            Some(NewAvatar::Upload(upload)) => {
                let name = AvatarName::from_bytes(self.env.random());
                Some(DrawnAvatar::Drawn(name, self.avatars.draw(upload).await?))
            }
        })
    }
}

/// The address first: if codes were asked for too often, that is all that is kept.
fn apply(tx: &mut dyn Tx, changes: &Changes) -> Result<Result<(), TooMany>, UpdateProfileError> {
    if let Some(email) = &changes.email
        && let Err(too_many) = email.apply(tx)?
    {
        return Ok(Err(too_many));
    }
    if let Some(rename) = &changes.rename {
        rename.apply(tx)?;
    }
    match &changes.avatar {
        None => {}
        Some(DrawnAvatar::Chosen(avatar)) => avatars::choose(tx, changes.owner, *avatar)?,
        Some(DrawnAvatar::Drawn(name, picture)) => {
            avatars::show(tx, changes.owner, *name, picture)?;
        }
    }
    Ok(Ok(()))
}
