//! Somebody hears of what they have not acknowledged.

use super::{Messages, Notice};
use crate::inbox::Offset;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

impl Messages {
    /// The most notices of one reading.
    pub const MAX_NOTICES: u32 = 100;

    /// The notices of messages to the caller with numbers after `after`, in order, at most [`Messages::MAX_NOTICES`]: where
    /// neither the notice nor the message was acknowledged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notices(&self, actor: &Actor, after: Offset) -> Result<Vec<Notice>, StoreError> {
        let receiver = actor.account();
        self.env
            .store
            .read(move |tx| {
                tx.deliveries()
                    .page_notices(receiver, after, Self::MAX_NOTICES)
            })
            .await
    }
}
