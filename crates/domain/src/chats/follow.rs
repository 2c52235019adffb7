//! Somebody follows a conversation as it goes on, and reads the files that come.

use super::list::ViewChatError;
use super::open::Rows;
use super::{ChatMessage, ChatNumber, Chats};
use crate::conversations::ConversationId;
use crate::files::{FileId, OpenFileError, OpenedFile};
use crate::messages::Reach;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// A conversation that the caller is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Its number.
    pub number: ChatNumber,
    /// Its native id.
    pub conversation: ConversationId,
    /// The number of its last message; 0 if there is none.
    pub last_seq: u64,
}

impl Chats {
    /// How many messages are read on at once.
    const READ_ON: u32 = 20;

    /// The conversation of this number, for whoever wants to follow it from now on.
    ///
    /// # Errors
    /// [`ViewChatError`].
    pub async fn enter(&self, actor: &Actor, number: ChatNumber) -> Result<Room, ViewChatError> {
        let viewer = actor.account();
        self.env
            .store
            .read(move |tx| {
                let found = tx.chats().find_by_number(viewer, number)?;
                let conversation = found.ok_or(ViewChatError::Unknown)?.conversation;
                let overview = tx.conversations().find_many(viewer, &[conversation])?.pop();
                let overview = overview.ok_or(ViewChatError::Unknown)?.overview;
                Ok(Room {
                    number,
                    conversation,
                    last_seq: overview.last_seq,
                })
            })
            .await
    }

    /// The next messages of the conversation after the one with number `seq`, oldest first. Not all: as long as some
    /// come there may be more.
    ///
    /// # Errors
    /// [`ViewChatError`].
    pub async fn read_on(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        seq: u64,
    ) -> Result<Vec<ChatMessage>, ViewChatError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let rows = self
            .env
            .store
            .read(move |tx| {
                let standing = tx.conversations().find_standing(conversation, viewer)?;
                standing.ok_or(ViewChatError::Unknown)?;
                let reach = Reach::After(seq);
                let next = tx
                    .chats()
                    .page_texts(conversation, reach, now, Self::READ_ON)?;
                Ok::<_, ViewChatError>(Rows::load(tx, next)?)
            })
            .await?;
        let opened = rows.open(&*self.sealer, now)?;
        Ok(opened.into_iter().map(|opened| opened.message).collect())
    }

    /// A file that came with a message of a conversation that the caller is in, to be read
    /// ([`crate::files::Files::read_content`]).
    ///
    /// # Errors
    /// [`OpenFileError`]; `Unknown` also for files of conversations that the caller is not in.
    pub async fn open_attachment(
        &self,
        actor: &Actor,
        file: FileId,
    ) -> Result<OpenedFile, OpenFileError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let found: Result<_, StoreError> = self
            .env
            .store
            .ask(move |tx| tx.files().find_shared(viewer, file, now))
            .await;
        let stored = found?.ok_or(OpenFileError::Unknown)?;
        self.files.open_stored(&stored)
    }
}
