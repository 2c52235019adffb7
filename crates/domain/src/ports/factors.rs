use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::factors::{FactorKind, FactorSet};

/// An authenticator's secret as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTotp {
    /// The secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// When it was handed out.
    pub created_at: Timestamp,
    /// When its owner first gave a right code; None while they have not, and it is no factor yet.
    pub confirmed_at: Option<Timestamp>,
    /// The last time step whose code was accepted; 0 before the first.
    pub last_step: u64,
}

repository! {
/// Second factors.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FactorRepository {
    /// Which factors the account has switched on, and how many recovery codes are left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_set(&mut self, account: AccountId) -> Result<FactorSet, StoreError>;

    /// The account's authenticator, confirmed or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_totp(&mut self, account: AccountId) -> Result<Option<StoredTotp>, StoreError>;

    /// Stores an unconfirmed authenticator in place of another unconfirmed one. False, and nothing changes, if a
    /// confirmed one is there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_totp(
        &mut self,
        account: AccountId,
        sealed_secret: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Confirms the authenticator with this sealed secret, `step` being used up. False, and nothing changes, if it is
    /// not there or confirmed already.
    ///
    /// # Errors
    /// [`StoreError`].
    fn confirm_totp(
        &mut self,
        account: AccountId,
        sealed_secret: &[u8],
        step: u64,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Uses up a time step and all before it. False, and nothing changes, if it was used up already: of two callers
    /// with one code, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn use_step(&mut self, account: AccountId, step: u64) -> Result<bool, StoreError>;

    /// Switches mailed codes on. False if they are already.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_email_code(&mut self, account: AccountId, now: Timestamp) -> Result<bool, StoreError>;

    /// Switches a factor off, a confirmed one or not; false if it was not there. Recovery codes are no factor of their
    /// own: see [`FactorRepository::replace_recovery_codes`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&mut self, account: AccountId, kind: FactorKind) -> Result<bool, StoreError>;

    /// Puts these recovery codes, as MACs, in place of all others of the account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_recovery_codes(
        &mut self,
        account: AccountId,
        codes: &[Digest],
    ) -> Result<(), StoreError>;

    /// Uses up a recovery code. False if the account has none such: of two callers with one code, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_recovery_code(&mut self, account: AccountId, code: &Digest)
    -> Result<bool, StoreError>;
}
}
