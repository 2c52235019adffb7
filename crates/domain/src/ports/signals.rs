use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;

/// Something that is only of interest now, to whoever looks: it stands in no log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Somebody is writing.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// If nothing more is heard until then, they have stopped.
        until: Timestamp,
    },
    /// Somebody's read marker has moved.
    ReadMarker {
        /// Where.
        conversation: ConversationId,
        /// Whose.
        account: AccountId,
        /// The number of the last message they have read.
        seq: u64,
    },
    /// Messages have reached a device of somebody.
    Delivered {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        account: AccountId,
        /// The number of the last message that has reached them.
        seq: u64,
    },
}

impl Signal {
    /// What the signal is about: of two signals that are of one kind, one conversation and one account, the later one
    /// replaces the earlier.
    #[must_use]
    pub fn replaces(&self, earlier: &Self) -> bool {
        let about = |signal: &Self| match *signal {
            Self::Typing {
                conversation,
                account,
                ..
            } => (0, conversation, account),
            Self::ReadMarker {
                conversation,
                account,
                ..
            } => (1, conversation, account),
            Self::Delivered {
                conversation,
                account,
                ..
            } => (2, conversation, account),
        };
        about(self) == about(earlier)
    }
}

/// Brings signals to those who follow their inbox at the moment. To be called after the commit of what a signal tells of. A
/// hint and nothing more: it is never stored, is dropped where nobody listens or somebody is slow, and may be lost.
pub trait Signals: Send + Sync {
    /// Tells `signal` to every client of these accounts that is there now, on whichever instance. Must return at once.
    fn signal(&self, accounts: &[AccountId], signal: &Signal);
}
