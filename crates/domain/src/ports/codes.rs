use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::codes::{CodePurpose, MailedCode};

repository! {
/// Mailed codes: at most one for each account and purpose.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait CodeRepository {
    /// Stores a code; one that is there for the same account and purpose is replaced if it was made at `replaceable` or
    /// earlier. False, and nothing changes, if it is younger: of two that come at once, the first stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put(&mut self, code: &MailedCode, replaceable: Timestamp) -> Result<bool, StoreError>;

    /// Takes one try from the code and returns it as it is afterwards. None, and nothing changes, if there is none, it
    /// has no try left, or it expires at `now` or earlier. Of any number of callers at once, no more get the code than
    /// it has tries.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend_try(
        &mut self,
        account: AccountId,
        purpose: CodePurpose,
        now: Timestamp,
    ) -> Result<Option<MailedCode>, StoreError>;

    /// Deletes the code. False if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, account: AccountId, purpose: CodePurpose) -> Result<bool, StoreError>;

    /// Deletes the account's codes of every purpose; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError>;

    /// Deletes at most `limit` codes that expire at `now` or earlier; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
