//! Messages that were committed a moment ago, for those who are being woken for them.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sealpost_domain::inbox::{EventData, Inbox};
use sealpost_domain::messages::MessageId;
use sealpost_domain::ports::StoredMessage;
use tokio::time::Instant;

use crate::live::view::EventJson;

/// Whoever reads later asks the store, which knows what has become of the message since.
const FRESH: Duration = Duration::from_secs(1);
/// What they may take together, in bytes; the oldest go first.
const MOST: usize = 4 << 20;
/// What a body may take: as it rests, and as JSON, where a control character becomes six bytes.
const TIMES: usize = 7;
/// What else belongs to a message, twice: ids, names and times.
const AROUND: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Fresh {
    messages: HashMap<MessageId, Arc<Sent>>,
    /// When each came, what it may take, and which it is. The oldest first.
    order: VecDeque<(Instant, usize, MessageId)>,
    bytes: usize,
}

/// A message that was just sent, and what all who are told of it are shown, once the first of them has asked.
pub(in crate::live) struct Sent {
    message: StoredMessage,
    /// None if it cannot be shown.
    shown: OnceLock<Option<EventJson>>,
}

impl Sent {
    fn new(message: StoredMessage) -> Self {
        Self {
            message,
            shown: OnceLock::new(),
        }
    }

    /// What whoever is told of it is shown. None if the store has to be asked, which also knows why.
    pub(in crate::live) fn show(&self, inbox: &Inbox) -> Option<EventJson> {
        if !inbox.is_as_sent(&self.message) {
            return None;
        }
        let shown = self.shown.get_or_init(|| {
            let opened = inbox.open_sent(self.message.clone()).ok()?;
            EventJson::of(&EventData::Message(Arc::new(opened))).ok()
        });
        shown.clone()
    }
}

/// Nothing of what somebody wrote.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sent").field(&self.message.id).finish()
    }
}

impl Fresh {
    /// Keeps a message for a moment.
    pub(super) fn add(&mut self, message: StoredMessage, now: Instant) {
        let (id, size) = (message.id, TIMES * message.body.len() + AROUND);
        self.trim(now);
        self.bytes += size;
        self.order.push_back((now, size, id));
        self.messages.insert(id, Arc::new(Sent::new(message)));
        while self.bytes > MOST {
            self.drop_oldest();
        }
    }

    /// It is no longer what it was.
    pub(super) fn forget(&mut self, id: MessageId) {
        self.messages.remove(&id);
    }

    /// These messages, if all of them are still fresh.
    pub(super) fn find(
        &mut self,
        mut ids: impl Iterator<Item = MessageId>,
        now: Instant,
    ) -> Option<Vec<Arc<Sent>>> {
        self.trim(now);
        ids.try_fold(Vec::new(), |mut found, id| {
            found.push(Arc::clone(self.messages.get(&id)?));
            Some(found)
        })
    }

    /// Drops those that are no longer fresh.
    pub(super) fn trim(&mut self, now: Instant) {
        while self
            .order
            .front()
            .is_some_and(|(came, ..)| now.duration_since(*came) > FRESH)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, size, id)) = self.order.pop_front() {
            self.bytes -= size;
            self.messages.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::testing::stored_message;

    use super::*;

    const fn id(byte: u8) -> MessageId {
        MessageId::from_bytes([byte; 16])
    }

    fn message(byte: u8, size: usize) -> StoredMessage {
        StoredMessage {
            id: id(byte),
            body: vec![0; size],
            ..stored_message(1)
        }
    }

    fn found(fresh: &mut Fresh, now: Instant) -> Vec<u8> {
        (1..=9)
            .filter(|byte| fresh.find([id(*byte)].into_iter(), now).is_some())
            .collect()
    }

    #[test]
    fn they_are_there_for_a_second_unless_they_change() {
        let (mut fresh, began) = (Fresh::default(), Instant::now());
        fresh.add(message(1, 10), began);
        fresh.add(message(2, 10), began);
        fresh.add(message(3, 10), began + FRESH / 2);
        fresh.forget(id(2));
        assert_eq!(found(&mut fresh, began + FRESH), [1, 3]);
        let later = began + FRESH + Duration::from_millis(1);
        assert_eq!(found(&mut fresh, later), [3]);
        assert!(found(&mut fresh, began + 2 * FRESH).is_empty());
        assert_eq!((fresh.bytes, fresh.order.len()), (0, 0));
    }

    #[test]
    fn they_take_a_bounded_room() {
        let (mut fresh, now) = (Fresh::default(), Instant::now());
        for byte in 1..=9 {
            fresh.add(message(byte, (MOST / 4 - AROUND) / TIMES), now);
        }
        assert_eq!(found(&mut fresh, now), [6, 7, 8, 9]);
        fresh.add(message(1, MOST / TIMES), now);
        assert!(found(&mut fresh, now).is_empty());
        assert_eq!((fresh.bytes, fresh.messages.len()), (0, 0));
    }
}
