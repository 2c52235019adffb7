use sealpost_domain::envelopes::{Envelope, SenderClock};
use sealpost_domain::files::{File, FileName};
use sealpost_domain::messages::Message;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::conversations::UserView;
use crate::wire::{WireId, WireTime};

/// A message as members of its conversation see it; or an envelope that was left for the receiver without a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    /// Names the message.
    #[schema(value_type = String, format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: WireId,
    /// Where it was said; null for an envelope.
    #[schema(
        required,
        value_type = Option<String>,
        format = "uuid",
        example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003"
    )]
    conversation_id: Option<WireId>,
    /// Its place in the conversation: 1 for the first; numbers are missing only where somebody has left the service with all they said. Null for an envelope.
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
    /// The body, byte for byte as it was sent; null once the message is deleted or its time is over.
    #[schema(required, example = "hello")]
    body: Option<String>,
    /// The files that came with it and are still there, in the sender's order: you may read them at `/v1/files/{id}` and
    /// `/content`.
    attachments: Vec<AttachmentView>,
    /// When the sender's clock says it was sent; null if it says nothing, or the message is deleted.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-21T13:04:05.123Z")]
    sent_at: Option<WireTime>,
    /// When the server took it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// When it will be, or was, over; null if it stays.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-22T13:04:05.678Z")]
    expires_at: Option<WireTime>,
    /// When it was deleted for everyone, or its time was over: what is left is its place. Null while it is there.
    #[schema(required, value_type = Option<String>, format = "date-time", example = json!(null))]
    deleted_at: Option<WireTime>,
}

/// A file that came with a message.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(crate) struct AttachmentView {
    /// Names the file.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120006")]
    id: String,
    /// As its owner named it; null if they did not.
    #[schema(required, example = "holiday.jpg")]
    name: Option<String>,
    /// As its owner declared it; nobody has looked whether it is true.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// The length of the content, in bytes.
    #[schema(example = 1_048_576)]
    size: u64,
    /// Who can open it: `server` or `e2ee`.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
}

impl From<&File> for AttachmentView {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.to_string(),
            name: file.name.as_ref().map(FileName::as_str).map(str::to_owned),
            content_type: file.content_type.as_str().to_owned(),
            size: file.size,
            protection: file.protection.name(),
        }
    }
}

impl MessageView {
    /// About how many bytes it has as JSON.
    pub(super) fn expected_length(&self) -> usize {
        /// Everything but the body, and what is escaped in it.
        const AROUND: usize = 640;
        self.body.as_ref().map_or(0, String::len) + AROUND
    }
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        Self {
            id: WireId(message.id.as_uuid()),
            conversation_id: Some(WireId(message.conversation.as_uuid())),
            seq: Some(message.seq),
            sender: UserView::new(message.sender, &message.sender_username),
            client_id: Some(message.client_id.to_string()),
            format: message.format.name(),
            protection: message.format.protection().name(),
            body: message.body.as_ref().map(|body| body.as_str().to_owned()),
            attachments: message
                .attachments
                .iter()
                .map(AttachmentView::from)
                .collect(),
            sent_at: message.sent_at.map(WireTime),
            created_at: WireTime(message.created_at),
            expires_at: message.expires_at.map(WireTime),
            deleted_at: message.deleted_at.map(WireTime),
        }
    }
}

impl From<&Envelope> for MessageView {
    fn from(envelope: &Envelope) -> Self {
        Self {
            id: WireId(envelope.id.as_uuid()),
            conversation_id: None,
            seq: None,
            sender: UserView::new(envelope.sender, &envelope.sender_username),
            client_id: None,
            format: envelope.format.name(),
            protection: envelope.format.protection().name(),
            body: Some(envelope.body.as_str().to_owned()),
            attachments: Vec::new(),
            sent_at: envelope
                .sender_clock
                .as_ref()
                .and_then(SenderClock::to_time)
                .map(WireTime),
            created_at: WireTime(envelope.created_at),
            expires_at: None,
            deleted_at: None,
        }
    }
}
