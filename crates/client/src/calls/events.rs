use std::time::Duration;

use sealpost_domain::inbox::Offset;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::wire::Events;
use crate::{Client, ClientError, Cursor};

#[derive(Serialize, Deserialize)]
struct Mark {
    offset: Offset,
}

impl Client {
    /// The events after `cursor` (None: from the beginning), as soon as there is one, else none at the end of `wait` (a
    /// minute at most).
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `events-gap`: some are no longer kept.
    pub async fn events(
        &self,
        cursor: Option<&Cursor>,
        wait: Duration,
    ) -> Result<Events, ClientError> {
        let mut call = Call::get(&["v1", "events"])
            .query("wait", &wait.as_secs())
            .waiting(wait);
        if let Some(cursor) = cursor {
            call = call
                .query("after", &cursor.offset)
                .query("epoch", &cursor.epoch);
        }
        self.fetch(&call).await
    }

    /// Says that this session needs nothing again up to and including `offset`; returns where its mark stands.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn acknowledge(&self, offset: Offset) -> Result<Offset, ClientError> {
        let call = Call::post(&["v1", "events", "ack"], &Mark { offset })?.repeatable();
        let mark: Mark = self.fetch(&call).await?;
        Ok(mark.offset)
    }
}
