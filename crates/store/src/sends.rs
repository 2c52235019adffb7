//! What a group of units that send messages knows before the first of them runs, and what they leave to be written after
//! the last: so many share each statement.
//!
//! The units run one after the other over this. Each finds what the earlier ones have left, as if it had been written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationId, Membership};
use sealpost_domain::inbox::NewEvent;
use sealpost_domain::messages::{ClientId, Receipt};
use sealpost_domain::ports::{Digest, NewMessage, StoredMessage};

/// The receipt and the digest of a message that was sent.
pub(crate) type Sent = (Receipt, Digest);

/// How an account stands in a conversation that it wants to send to.
pub(crate) struct Place {
    /// What sending needs.
    pub(crate) membership: Arc<Membership>,
    /// The account's own name.
    pub(crate) username: Username,
}

/// The last offset of each of these logs, as far as that is known; whose is not there is asked for.
pub(crate) type Heads = HashMap<AccountId, i64>;

/// Where a conversation has come by the messages of a group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The number of its last message before them.
    pub(crate) from: u64,
    /// The number of the last one of them.
    pub(crate) to: u64,
    /// When that was sent, in microseconds.
    pub(crate) at: i64,
}

/// Of one group.
#[derive(Default)]
pub(crate) struct Sends {
    /// Of everybody who wants to send where; None for who is not in there. Locked.
    places: HashMap<(ConversationId, AccountId), Option<Arc<Place>>>,
    /// The number of the last message of each of these conversations.
    last: HashMap<ConversationId, u64>,
    /// What was sent earlier under the names that the senders use.
    sent: HashMap<(AccountId, ClientId), Option<Sent>>,
    /// To be written, with their numbers.
    pub(crate) messages: Vec<(NewMessage, u64)>,
    /// To be written, and for whom.
    pub(crate) events: Vec<(BTreeSet<AccountId>, NewEvent)>,
    /// Whose events of which messages are notices, too.
    pub(crate) noticed: BTreeSet<(AccountId, [u8; 16])>,
}

impl Sends {
    /// Notes how `account` stands in a conversation that is locked, and the number of its last message.
    pub(crate) fn know_place(
        &mut self,
        id: ConversationId,
        account: AccountId,
        found: Option<(Arc<Place>, u64)>,
    ) {
        let place = found.map(|(place, last)| {
            self.last.insert(id, last);
            place
        });
        self.places.insert((id, account), place);
    }

    /// Notes what was sent earlier.
    pub(crate) fn know_sent(&mut self, sender: AccountId, client_id: ClientId, sent: Option<Sent>) {
        self.sent.insert((sender, client_id), sent);
    }

    /// How an account stands in a conversation; None if that is not known.
    pub(crate) fn membership(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> Option<Option<Arc<Membership>>> {
        let place = self.places.get(&(id, account))?;
        Some(place.as_ref().map(|place| Arc::clone(&place.membership)))
    }

    /// What was sent under this name; None if that is not known.
    pub(crate) fn sent(&self, sender: AccountId, client_id: &ClientId) -> Option<Option<Sent>> {
        self.sent.get(&(sender, client_id.clone())).cloned()
    }

    /// Leaves a message to be written and returns its number; None if its conversation is not known.
    pub(crate) fn append(&mut self, message: &NewMessage) -> Option<u64> {
        let last = self.last.get_mut(&message.conversation)?;
        *last += 1;
        let receipt = Receipt {
            id: message.id,
            seq: *last,
            created_at: message.created_at,
            expires_at: message.expires_at,
        };
        self.sent.insert(
            (message.sender, message.client_id.clone()),
            Some((receipt, message.digest)),
        );
        self.messages.push((message.clone(), *last));
        Some(*last)
    }

    /// How much was left so far, for [`Sends::undo`].
    pub(crate) const fn mark(&self) -> usize {
        self.messages.len()
    }

    /// Forgets the messages that were left since `mark`: their unit is not kept.
    pub(crate) fn undo(&mut self, mark: usize) {
        while self.messages.len() > mark
            && let Some((message, seq)) = self.messages.pop()
        {
            self.last.insert(message.conversation, seq - 1);
            self.sent.insert((message.sender, message.client_id), None);
        }
    }

    /// The messages that were left, as they rest. Those that came with files are not among them: what a file is, is not known
    /// here.
    pub(crate) fn into_stored(self) -> Vec<StoredMessage> {
        let places = self.places;
        let messages = self.messages.into_iter();
        messages
            .filter(|(message, _)| message.attachments.is_empty())
            .filter_map(|(message, seq)| {
                let place = places.get(&(message.conversation, message.sender))?;
                let place = place.as_ref()?;
                Some(StoredMessage {
                    id: message.id,
                    conversation: message.conversation,
                    sealed_key: place.membership.sealed_key.clone(),
                    seq,
                    sender: message.sender,
                    sender_username: place.username.clone(),
                    client_id: message.client_id,
                    format: message.format,
                    body: message.body,
                    attached: false,
                    sent_at: message.sent_at,
                    created_at: message.created_at,
                    expires_at: message.expires_at,
                    deleted_at: None,
                })
            })
            .collect()
    }

    /// The conversations that have new messages.
    pub(crate) fn moved(&self) -> HashMap<ConversationId, Moved> {
        let mut all: HashMap<ConversationId, Moved> = HashMap::new();
        for (message, seq) in &self.messages {
            let moved = all.entry(message.conversation).or_insert(Moved {
                from: seq - 1,
                to: *seq,
                at: 0,
            });
            moved.to = *seq;
            moved.at = message.created_at.as_micros();
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::Timestamp;
    use sealpost_domain::files::FileId;
    use sealpost_domain::messages::{Format, MessageId};

    use super::*;

    const ROOM: ConversationId = ConversationId::from_bytes([1; 16]);
    const ALICE: AccountId = AccountId::from_bytes([2; 16]);

    fn message(name: &str) -> NewMessage {
        NewMessage {
            id: MessageId::from_bytes([3; 16]),
            conversation: ROOM,
            sender: ALICE,
            client_id: ClientId::parse(name).unwrap(),
            digest: [4; 32],
            format: Format::Opaque,
            body: b"body".to_vec(),
            attachments: Vec::new(),
            sent_at: None,
            created_at: Timestamp::from_seconds(1),
            expires_at: None,
        }
    }

    fn room() -> Sends {
        let membership = Membership {
            sealed_key: b"key".to_vec(),
            members: vec![ALICE],
            others: Vec::new(),
            expires_in: None,
        };
        let place = Place {
            membership: Arc::new(membership),
            username: Username::parse("alice").unwrap(),
        };
        let mut sends = Sends::default();
        sends.know_place(ROOM, ALICE, Some((Arc::new(place), 7)));
        sends
    }

    #[test]
    fn each_finds_what_the_earlier_ones_left() {
        let mut sends = room();
        let first = message("a");
        sends.know_sent(ALICE, first.client_id.clone(), None);
        assert_eq!(sends.sent(ALICE, &first.client_id), Some(None));
        assert_eq!(sends.append(&first), Some(8));
        assert_eq!(sends.append(&message("b")), Some(9));
        let (receipt, digest) = sends.sent(ALICE, &first.client_id).unwrap().unwrap();
        assert_eq!((receipt.seq, digest), (8, [4; 32]));
        let moved = Moved {
            from: 7,
            to: 9,
            at: 1_000_000,
        };
        assert_eq!(sends.moved().get(&ROOM), Some(&moved));
    }

    #[test]
    fn what_is_not_kept_leaves_no_gap_and_no_trace() {
        let mut sends = room();
        sends.append(&message("a"));
        let mark = sends.mark();
        sends.append(&message("b"));
        sends.append(&message("c"));
        sends.undo(mark);
        assert_eq!(
            sends.sent(ALICE, &message("b").client_id),
            Some(None),
            "as if it had never been sent"
        );
        assert_eq!(sends.append(&message("d")), Some(9));
        assert_eq!(sends.messages.len(), 2);
    }

    #[test]
    fn what_was_left_is_handed_on_as_it_rests_but_not_with_files() {
        let mut sends = room();
        sends.append(&message("a"));
        let with_file = NewMessage {
            attachments: vec![FileId::from_bytes([5; 16])],
            ..message("b")
        };
        sends.append(&with_file);
        let stored = sends.into_stored();
        let [stored] = stored.as_slice() else {
            panic!("{stored:?}");
        };
        assert_eq!((stored.seq, stored.sealed_key.as_slice()), (8, &b"key"[..]));
        assert_eq!(
            (stored.sender_username.as_str(), stored.body.as_slice()),
            ("alice", &b"body"[..])
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let mut sends = Sends::default();
        assert!(sends.membership(ROOM, ALICE).is_none());
        assert!(sends.sent(ALICE, &message("a").client_id).is_none());
        assert_eq!(sends.append(&message("a")), None);
    }
}
