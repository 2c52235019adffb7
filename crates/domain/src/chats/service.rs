use std::sync::Arc;

use crate::Environment;
use crate::conversations::Conversations;
use crate::files::Files;
use crate::messages::Messages;
use crate::ports::Sealer;
use crate::presence::Presence;

/// The use cases of live chat, over those of conversations, messages and files. Cloning is cheap.
#[derive(Clone)]
pub struct Chats {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) conversations: Conversations,
    pub(super) messages: Messages,
    pub(super) files: Files,
    pub(super) presence: Presence,
    pub(super) max_attachment: usize,
}

impl Chats {
    /// The most conversations of a list.
    pub const MAX_LISTED: u32 = 200;
    /// The most messages that a conversation is shown with.
    pub const MAX_SHOWN: u32 = 200;
    /// The longest text, in Unicode scalar values.
    pub const MAX_TEXT: usize = 4_000;

    /// The service over the others; a file that comes with a message has at most `max_attachment` bytes.
    #[must_use]
    pub fn new(
        env: Environment,
        sealer: Arc<dyn Sealer>,
        (conversations, messages, files): (Conversations, Messages, Files),
        presence: Presence,
        max_attachment: usize,
    ) -> Self {
        Self {
            env,
            sealer,
            conversations,
            messages,
            files,
            presence,
            max_attachment,
        }
    }

    /// The largest file that may come with a message, in bytes.
    #[must_use]
    pub const fn max_attachment(&self) -> usize {
        self.max_attachment
    }
}
