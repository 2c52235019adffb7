//! Somebody makes an account whose logins want a code by mail, perhaps with a picture, as the dialect `social` has it.

use bytes::Bytes;
use thiserror::Error;

use super::Enrolment;
use crate::accounts::{self, AccountDraft, Register, RegisterError};
use crate::avatars::{self, AvatarName, UploadAvatarError};
use crate::ports::{StoreError, StoreExt, Tx};

/// Asks for an account.
#[derive(Debug, Clone)]
pub struct Join {
    /// The account.
    pub account: Register,
    /// What it shows of itself, at most [`avatars::Avatars::MAX_UPLOAD`] bytes.
    pub picture: Option<Bytes>,
}

/// Why there is no account.
#[derive(Debug, Error)]
pub enum JoinError {
    /// No account can be made.
    #[error(transparent)]
    Account(#[from] RegisterError),
    /// The picture is not taken.
    #[error(transparent)]
    Picture(#[from] UploadAvatarError),
}

impl Enrolment {
    /// Makes an account. If its mail address has one already, none is made, the caller is told the same, and the owner of
    /// the address gets a mail: nobody learns here who has an account. (A name that is taken cannot be hidden.)
    ///
    /// # Errors
    /// [`JoinError`]; then no account exists.
    pub async fn join(&self, command: Join) -> Result<(), JoinError> {
        let Join { account, picture } = command;
        let permit = self
            .accounts
            .permit(account.invite.as_ref(), account.address)
            .await?;
        // Before the costly hash: not for somebody who is refused anyhow.
        let picture = match picture {
            Some(upload) => Some(self.avatars.draw(upload).await?),
            None => None,
        };
        let email = account.email.clone();
        let draft = self.accounts.draft(account, permit).await?;
        let name = AvatarName::from_bytes(self.env.random());
        let made = self
            .env
            .store
            .write(move |tx| join(tx, &draft, name, picture.as_deref()))
            .await;
        match (made, email) {
            (Err(JoinError::Account(RegisterError::EmailTaken)), Some(email)) => {
                self.accounts.tell_address_in_use(email).await?;
                Ok(())
            }
            (made, _) => made,
        }
    }
}

fn join(
    tx: &mut dyn Tx,
    draft: &AccountDraft,
    name: AvatarName,
    picture: Option<&[u8]>,
) -> Result<(), JoinError> {
    let account = accounts::add(tx, draft)?;
    if let Some(picture) = picture {
        avatars::show(tx, account.id, name, picture)?;
    }
    Ok(())
}

impl From<StoreError> for JoinError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

domain_error!(JoinError {} else { Account, Picture });
