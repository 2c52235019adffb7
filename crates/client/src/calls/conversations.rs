use sealpost_domain::conversations::ConversationId;
use serde_json::json;

use crate::call::Call;
use crate::wire::{Account, Conversation, Page};
use crate::{Client, ClientError};

impl Client {
    /// One's own account.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn me(&self) -> Result<Account, ClientError> {
        self.fetch(&Call::get(&["v1", "me"])).await
    }

    /// The conversation with `username`: a pair has one, whoever starts it and however often.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: nobody has this name.
    pub async fn start_conversation(&self, username: &str) -> Result<Conversation, ClientError> {
        let body = json!({"username": username});
        let call = Call::post(&["v1", "conversations"], &body)?.repeatable();
        self.fetch(&call).await
    }

    /// A page of one's conversations, newest first; from the beginning if there is no cursor.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn conversations(
        &self,
        cursor: Option<&str>,
    ) -> Result<Page<Conversation>, ClientError> {
        let mut call = Call::get(&["v1", "conversations"]);
        if let Some(cursor) = cursor {
            call = call.query("cursor", &cursor);
        }
        self.fetch(&call).await
    }

    /// One conversation.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, ClientError> {
        let id = id.to_string();
        self.fetch(&Call::get(&["v1", "conversations", &id])).await
    }
}
