//! Somebody who is logged in shows their password once more.

use thiserror::Error;

use super::Authentication;
use crate::accounts::Password;
use crate::ports::{HashError, PasswordHash, StoreError, StoreExt, Verification};
use crate::sessions::Actor;
use crate::throttle::{Guess, Subject, TooMany};

/// Why the password does not count.
#[derive(Debug, Error)]
pub enum ConfirmPasswordError {
    /// It is another.
    #[error("the current password is wrong")]
    Wrong,
    /// Too many wrong ones out of this session.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// It could not be checked.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ConfirmPasswordError {
    Wrong: Forbidden, "wrong-password", "current_password";
} else { TooMany, Hash, Store });

impl Authentication {
    /// Checks the caller's own password. Guesses are counted by session: those of strangers do not stand in the way.
    /// Returns the hash that was checked, for a unit of work that wants to know whether it still stands.
    ///
    /// # Errors
    /// [`ConfirmPasswordError`].
    pub async fn confirm_password(
        &self,
        actor: &Actor,
        password: Password,
    ) -> Result<PasswordHash, ConfirmPasswordError> {
        let (account, now) = (actor.account(), self.env.now());
        let subject = Subject::Session(actor.session());
        let throttles = self.ports.throttles.clone();
        let counted = subject.clone();
        let hash = self
            .env
            .store
            .write(move |tx| {
                let counted = throttles.guess(tx, Guess::Password, &counted, now)?;
                let hash = tx.accounts().find_password(account)?;
                Ok::<_, StoreError>(counted.map(|()| hash))
            })
            .await??;
        let verdict = self.ports.hasher.verify(password, hash.clone()).await?;
        let right = hash.filter(|_| verdict != Verification::Wrong);
        let hash = right.ok_or(ConfirmPasswordError::Wrong)?;
        let throttles = self.ports.throttles.clone();
        self.env
            .store
            .write(move |tx| throttles.forgive(tx, Guess::Password, &subject))
            .await?;
        Ok(hash)
    }
}
