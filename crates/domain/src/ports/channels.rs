use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::channels::{Channel, ChannelId, ChannelLogin, ChannelRecovery};

repository! {
/// Secure channels (dialect `channel`), who is logged in to them, and the accounts that are blocked there.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ChannelRepository {
    /// Adds one that nobody is logged in to.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if its id or its handle is there already.
    fn insert(&mut self, channel: &Channel) -> Result<(), StoreError>;

    /// Whether there are at least `number` channels that nobody is logged in to.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_anonymous(&mut self, number: u32) -> Result<bool, StoreError>;

    /// The channel with this handle, expired or not; None if there is none. Its login is None once the session behind
    /// it has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, handle: &Digest) -> Result<Option<Channel>, StoreError>;

    /// Gives the channel what changes with every request: handle, secret, expiry, and all that is sealed under the
    /// secret. False, and nothing changes, if its handle is not `used` any more: of any number of callers at once with
    /// one session key, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rotate(&mut self, used: &Digest, channel: &Channel) -> Result<bool, StoreError>;

    /// Logs somebody in to the channel, instead of whoever was.
    ///
    /// # Errors
    /// [`StoreError`]; also if there is no such channel or session.
    fn put_login(&mut self, channel: ChannelId, login: &ChannelLogin) -> Result<(), StoreError>;

    /// Counts a wrong password that came out of the channel's login.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count_wrong(&mut self, channel: ChannelId) -> Result<(), StoreError>;

    /// Sets how far a recovery has come in the channel, or that none is under way.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_recovery(
        &mut self,
        channel: ChannelId,
        recovery: Option<ChannelRecovery>,
    ) -> Result<(), StoreError>;

    /// Counts a login to the account that is about to be tried. False, and nothing changes, if `limit` are counted
    /// already. Exact, however many come at once.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count_try(&mut self, account: AccountId, limit: u16) -> Result<bool, StoreError>;

    /// Takes one back that was counted.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_back_try(&mut self, account: AccountId) -> Result<(), StoreError>;

    /// Forgets what was counted: a password was right, or there is a new one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn forget_tries(&mut self, account: AccountId) -> Result<(), StoreError>;

    /// At most `limit` channels that expire at `now` or earlier, the longest expired first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_expired(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Channel>, StoreError>;

    /// Deletes the channel if it expires at `now` or earlier; false if it does not, or there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_expired(&mut self, channel: ChannelId, now: Timestamp) -> Result<bool, StoreError>;
}
}
