use sealpost_domain::envelopes::{Envelope, SenderClock};
use sealpost_domain::messages::Message;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::conversations::UserView;
use crate::wire::WireTime;

/// A message as members of its conversation see it; or an envelope that was left for the receiver without a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    /// Names the message.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// Where it was said; null for an envelope.
    #[schema(
        required,
        format = "uuid",
        example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003"
    )]
    conversation_id: Option<String>,
    /// Its place in the conversation: 1 for the first, and no holes; null for an envelope.
    #[schema(required, example = 7, minimum = 1)]
    seq: Option<u64>,
    /// Who said it.
    sender: UserView,
    /// The sender's own name for it; null for an envelope.
    #[schema(required, example = "018f4e9c-7c3a-7d52-9a5e-0242ac120002")]
    client_id: Option<String>,
    /// What the body is.
    #[schema(value_type = String, example = "text")]
    format: &'static str,
    /// Who can read the body: `e2ee`, only those who hold the keys; `server`, the server too.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
    /// The body, byte for byte as it was sent.
    #[schema(example = "hello")]
    body: String,
    /// When the sender's clock says it was sent; null if it says nothing.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-21T13:04:05.123Z")]
    sent_at: Option<WireTime>,
    /// When the server took it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.to_string(),
            conversation_id: Some(message.conversation.to_string()),
            seq: Some(message.seq),
            sender: UserView::new(message.sender, &message.sender_username),
            client_id: Some(message.client_id.to_string()),
            format: message.format.name(),
            protection: message.format.protection().name(),
            body: message.body.as_str().to_owned(),
            sent_at: message.sent_at.map(WireTime),
            created_at: WireTime(message.created_at),
        }
    }
}

impl From<&Envelope> for MessageView {
    fn from(envelope: &Envelope) -> Self {
        Self {
            id: envelope.id.to_string(),
            conversation_id: None,
            seq: None,
            sender: UserView::new(envelope.sender, &envelope.sender_username),
            client_id: None,
            format: envelope.format.name(),
            protection: envelope.format.protection().name(),
            body: envelope.body.as_str().to_owned(),
            sent_at: envelope
                .sender_clock
                .as_ref()
                .and_then(SenderClock::to_time)
                .map(WireTime),
            created_at: WireTime(envelope.created_at),
        }
    }
}
