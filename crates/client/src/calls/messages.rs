use std::fmt;

use sealpost_crypto::{OsEntropy, SystemClock};
use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{self, ClientId, MessageId};
use sealpost_domain::ports::{Clock as _, Entropy as _};
use serde::Serialize;

use crate::call::Call;
use crate::wire::{Format, Message, Page, Receipt};
use crate::{Client, ClientError};

/// A message to send. Its `client_id` is made with it: sending the same value again is a repeat, not another message.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The sender's own name for it.
    pub client_id: ClientId,
    /// What the body is.
    pub format: Format,
    /// The body.
    pub body: String,
    /// When the sender's clock says it is sent, if it is to say so to the server.
    pub sent_at: Option<Timestamp>,
}

impl Outgoing {
    /// A message with a new `client_id`.
    #[must_use]
    pub fn new(format: Format, body: impl Into<String>) -> Self {
        Self {
            client_id: new_client_id(),
            format,
            body: body.into(),
            sent_at: None,
        }
    }

    /// Plain text, which the server can read.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Format::Text, text)
    }

    /// Something that the caller has sealed.
    #[must_use]
    pub fn opaque(sealed: impl Into<String>) -> Self {
        Self::new(Format::Opaque, sealed)
    }

    /// The same under another name.
    #[must_use]
    pub fn named(mut self, client_id: ClientId) -> Self {
        self.client_id = client_id;
        self
    }
}

// What people write to each other belongs in no log.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("client_id", &self.client_id)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// Whether a server takes a body of this size. `keys`: to how many it is sealed.
pub(crate) fn check_size(body: &str, keys: Option<usize>) -> Result<(), ClientError> {
    let (size, limit) = (body.len(), messages::Body::MAX_BYTES);
    if size <= limit {
        return Ok(());
    }
    Err(ClientError::TooLarge { size, limit, keys })
}

/// A name for a message: a UUID that begins with the time (RFC 9562, section 5.7). Names that follow each other lie together in
/// the server's index, so that it has fewer pages to write.
pub(crate) fn new_client_id() -> ClientId {
    let mut random = [0; 10];
    OsEntropy.fill(&mut random);
    let now = SystemClock.now().as_millis();
    let id = uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid();
    ClientId::restore(id.to_string())
}

/// A random UUID (RFC 9562, section 5.4).
pub(crate) fn random_uuid() -> String {
    let mut random = [0; 16];
    OsEntropy.fill(&mut random);
    let id = uuid::Builder::from_random_bytes(random).into_uuid();
    id.to_string()
}

/// In which direction to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the newest back.
    NewestFirst,
    /// From the oldest on.
    OldestFirst,
}

#[derive(Serialize)]
struct Body<'a> {
    client_id: &'a str,
    format: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<String>,
}

impl Client {
    /// Sends a message: once this returns, it is durable and in the inbox of every member. If the connection is lost
    /// meanwhile it is sent again, under the same `client_id` and so without being stored twice.
    ///
    /// # Errors
    /// [`ClientError`]. After [`ClientError::NoAnswer`] it may be stored or not: send the same value again. After
    /// [`ClientError::TooLarge`] nothing was sent.
    pub async fn send(
        &self,
        conversation: ConversationId,
        message: &Outgoing,
    ) -> Result<Receipt, ClientError> {
        check_size(&message.body, None)?;
        let body = Body {
            client_id: message.client_id.as_str(),
            format: message.format.name(),
            body: &message.body,
            sent_at: message.sent_at.map(|sent_at| sent_at.to_string()),
        };
        let id = conversation.to_string();
        let call = Call::post(&["v1", "conversations", &id, "messages"], &body)?.repeatable();
        self.fetch(&call).await
    }

    /// Deletes a message of one's own for everyone. Again is as once.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: there is none, or it is not one's own.
    pub async fn delete_message(
        &self,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), ClientError> {
        let (id, message) = (conversation.to_string(), message.to_string());
        let call = Call::delete(&["v1", "conversations", &id, "messages", &message]);
        self.call(&call.repeatable()).await.map(drop)
    }

    /// A page of a conversation; from its newest or oldest message if there is no cursor.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        order: Order,
        cursor: Option<&str>,
    ) -> Result<Page<Message>, ClientError> {
        let id = conversation.to_string();
        let order = match order {
            Order::NewestFirst => "desc",
            Order::OldestFirst => "asc",
        };
        let mut call = Call::get(&["v1", "conversations", &id, "messages"]).query("order", &order);
        if let Some(cursor) = cursor {
            call = call.query("cursor", &cursor);
        }
        self.fetch(&call).await
    }
}
