use sealpost_domain::Timestamp;
use serde::Serialize;

use crate::call::Call;
use crate::wire::{EnvelopeReceipt, Format};
use crate::{Client, ClientError};

#[derive(Serialize)]
struct Body<'a> {
    format: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<String>,
}

impl Client {
    /// Leaves something that the caller has sealed for `username`, without a conversation. Once this returns, it is durable. If
    /// the connection is lost meanwhile it is left again, without being stored twice.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`, `takes-no-messages` or `mailbox-full`.
    pub async fn leave_envelope(
        &self,
        username: &str,
        format: &Format,
        body: &str,
        sent_at: Option<Timestamp>,
    ) -> Result<EnvelopeReceipt, ClientError> {
        let body = Body {
            format: format.name(),
            body,
            sent_at: sent_at.map(|sent_at| sent_at.to_string()),
        };
        let call = Call::post(&["v1", "users", username, "mailbox"], &body)?;
        self.fetch(&call.idempotent()).await
    }
}
