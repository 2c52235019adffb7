//! Somebody begins to chat with somebody who is there.

use thiserror::Error;

use super::{ChatNumber, Chats};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::find_visible;
use crate::conversations::{self, NewConversation, StartConversationError};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::presence::Presence;
use crate::profiles::{self, Person};
use crate::sessions::Actor;

/// A conversation that has begun, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedChat {
    /// Its number.
    pub number: ChatNumber,
    /// Who began it.
    pub initiator: Person,
    /// The other one.
    pub receiver: Person,
}

/// Why there is no conversation.
#[derive(Debug, Error)]
pub enum StartChatError {
    /// As everywhere.
    #[error(transparent)]
    Start(#[from] StartConversationError),
    /// The user is not there, or does not show it.
    #[error("User is not connected")]
    NotConnected,
}

domain_error!(StartChatError {
    NotConnected: Invalid, "user-not-connected";
} else { Start });

impl From<StoreError> for StartChatError {
    fn from(error: StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl Chats {
    /// The conversation of the caller and `username`, who has to be there; made if there is none.
    ///
    /// # Errors
    /// [`StartChatError`].
    pub async fn start(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<StartedChat, StartChatError> {
        let (starter, now) = (actor.account(), self.env.now());
        let draft = self.conversations.draft(starter);
        let presence = self.presence.clone();
        self.env
            .store
            .write(move |tx| start(tx, &presence, (starter, &username), &draft, now))
            .await
    }
}

fn start(
    tx: &mut dyn Tx,
    presence: &Presence,
    (starter, username): (AccountId, &Username),
    draft: &dyn Fn(AccountId) -> NewConversation,
    now: Timestamp,
) -> Result<StartedChat, StartChatError> {
    let other = find_visible(tx, starter, username)?;
    let other = other.ok_or(StartConversationError::UnknownUser)?;
    if other.account != starter && !profiles::is_there(tx, presence, starter, &other, now)? {
        return Err(StartChatError::NotConnected);
    }
    let started = conversations::start(tx, starter, username, draft)?;
    let numbered = tx
        .chats()
        .find_or_number(started.conversation.id, starter)?;
    let pair = [
        numbered.initiator,
        numbered.receiver((starter, other.account)),
    ];
    let (people, _) = profiles::load(tx, presence, starter, &pair, now)?;
    let [initiator, receiver] =
        <[Person; 2]>::try_from(people).map_err(|_| StartConversationError::Gone)?;
    Ok(StartedChat {
        number: numbered.number,
        initiator,
        receiver,
    })
}
