use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::inbox::Offset;
use crate::messages::{MessageId, Notice, Span};

/// That a message waits for its receiver's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The message.
    pub message: MessageId,
    /// Who said it.
    pub sender: AccountId,
    /// To whom.
    pub receiver: AccountId,
    /// When the server took it.
    pub now: Timestamp,
}

repository! {
/// Messages that their receivers are to acknowledge, and the notices of them. What is here goes with its message.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait DeliveryRepository {
    /// Stores a delivery of a message that was appended in this unit of work, and returns when it counts as taken: `now`
    /// in whole milliseconds, but at least one millisecond after the last of this sender to this receiver. Those moments
    /// rise in the order of the commits. The notice's number is the offset of the message's event in the receiver's
    /// inbox, which the unit must collect.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert(&mut self, delivery: &NewDelivery) -> Result<Timestamp, StoreError>;

    /// What of `sender` waits for the word of `receiver` and was taken within `span`, with the moments, oldest first, at
    /// most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        receiver: AccountId,
        sender: AccountId,
        span: Span,
        limit: u32,
    ) -> Result<Vec<(MessageId, Timestamp)>, StoreError>;

    /// Notes that `receiver` has the message; again is as once. False if nothing of this name was ever to be acknowledged by
    /// `receiver`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn acknowledge(
        &mut self,
        receiver: AccountId,
        message: MessageId,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The notices of `receiver` with numbers after `after` that wait for a word, and whose messages do, in the order of
    /// their numbers, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_notices(
        &mut self,
        receiver: AccountId,
        after: Offset,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError>;

    /// Notes that `receiver` has seen the notice of this number; again is as once. False if there never was such a one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn acknowledge_notice(
        &mut self,
        receiver: AccountId,
        number: Offset,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}
}
