use sealpost_domain::conversations::ConversationId;
use serde::Serialize;
use serde_json::json;

use crate::call::Call;
use crate::wire::{Conversation, Member, Page, Role, User};
use crate::{Client, ClientError};

/// Stretches of the longest list of members.
const LONGEST: &str = "100";

/// A group to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewGroup {
    /// The others' usernames.
    pub members: Vec<String>,
    /// What it is called. The server can read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether somebody who is added later sees what was said before.
    pub shows_history: bool,
}

impl Client {
    /// Makes a group, which one owns. If the connection is lost meanwhile it is asked for again, and made once.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `unknown-user` or `takes-no-messages`: its fields say who.
    pub async fn create_group(&self, group: &NewGroup) -> Result<Conversation, ClientError> {
        let call = Call::post(&["v1", "conversations"], group)?.idempotent();
        self.fetch(&call).await
    }

    /// A page of those who are in a conversation, who has been in it longest first.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn members(
        &self,
        conversation: ConversationId,
        cursor: Option<&str>,
    ) -> Result<Page<Member>, ClientError> {
        let id = conversation.to_string();
        let path = ["v1", "conversations", &id, "members"];
        let mut call = Call::get(&path).query("limit", &LONGEST);
        if let Some(cursor) = cursor {
            call = call.query("cursor", &cursor);
        }
        self.fetch(&call).await
    }

    /// Everybody in a conversation, oneself included.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn everybody_in(&self, id: ConversationId) -> Result<Vec<User>, ClientError> {
        let conversation = self.conversation(id).await?;
        let shown = u64::try_from(conversation.members.len()).unwrap_or(u64::MAX);
        if conversation.member_count <= shown {
            return Ok(conversation.members);
        }
        let mut everybody = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.members(id, cursor.as_deref()).await?;
            everybody.extend(page.data.into_iter().map(|member| member.user));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(everybody);
            }
        }
    }

    /// Adds somebody to a group. Somebody who is there already stays as they are.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `insufficient-role`, `takes-no-messages` or `conversation-full`.
    pub async fn add_member(
        &self,
        conversation: ConversationId,
        username: &str,
    ) -> Result<Member, ClientError> {
        let id = conversation.to_string();
        let body = json!({"username": username});
        let call = Call::post(&["v1", "conversations", &id, "members"], &body)?;
        self.fetch(&call.idempotent()).await
    }

    /// Gives somebody in a group another role; [`Role::Owner`] hands the group over.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `insufficient-role` or `owner-missing`.
    pub async fn appoint_member(
        &self,
        conversation: ConversationId,
        username: &str,
        role: Role,
    ) -> Result<Member, ClientError> {
        let id = conversation.to_string();
        let path = ["v1", "conversations", &id, "members", username];
        self.fetch(&Call::patch(&path, &json!({"role": role}))?)
            .await
    }

    /// Takes somebody out of a group; with one's own username one leaves it.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `insufficient-role`, or with `not-found` if they are not in it.
    pub async fn remove_member(
        &self,
        conversation: ConversationId,
        username: &str,
    ) -> Result<(), ClientError> {
        let id = conversation.to_string();
        let path = ["v1", "conversations", &id, "members", username];
        self.call(&Call::delete(&path)).await.map(drop)
    }

    /// Gives a group another title, or none.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `insufficient-role` or `not-a-group`.
    pub async fn set_title(
        &self,
        conversation: ConversationId,
        title: Option<&str>,
    ) -> Result<Conversation, ClientError> {
        let id = conversation.to_string();
        let body = json!({"title": title});
        self.fetch(&Call::patch(&["v1", "conversations", &id], &body)?)
            .await
    }
}
