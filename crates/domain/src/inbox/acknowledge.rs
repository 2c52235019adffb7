//! A client says how far it has read for good.

use super::{Inbox, Offset};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

impl Inbox {
    /// Notes that the caller's session needs nothing up to and including `offset` again. The mark only moves forward,
    /// and never past what is there. Returns where it stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn acknowledge(&self, actor: &Actor, offset: Offset) -> Result<Offset, StoreError> {
        let (account, session) = (actor.account(), actor.session());
        self.env
            .store
            .write(move |tx| {
                let latest = tx
                    .inbox()
                    .window(account)?
                    .map_or(0, |window| window.latest);
                tx.inbox().acknowledge(session, offset.min(latest))
            })
            .await
    }
}
