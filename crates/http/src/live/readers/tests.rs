use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::EventKind;
use sealpost_domain::messages::MessageId;
use sealpost_domain::ports::{MockSealer, StoredMessage, WakeUps as _};
use sealpost_domain::testing::{CountingEntropy, FixedClock, NoStore, stored_message};
use sealpost_domain::{Environment, Timestamp};

use super::*;

#[test]
fn whoever_comes_while_rounds_are_under_way_is_in_the_next() {
    let mut line = Line::default();
    let begun = [1, 2, 3, 4].map(|number| line.join(number));
    assert_eq!(begun, [true, true, false, false]);
    assert_eq!(line.take(3), Some(vec![1, 2, 3]));
    assert_eq!(line.take(3), Some(vec![4]));
}

#[test]
fn nobody_is_left_waiting_when_the_rounds_end() {
    let mut line = Line::default();
    assert!(line.join(1) && line.join(2));
    assert_eq!((line.take(9), line.take(9)), (Some(vec![1, 2]), None));
    assert!(line.join(3), "one round is over");
    assert!(!line.join(4));
    assert_eq!((line.take(9), line.take(9)), (Some(vec![3, 4]), None));
    assert_eq!((line.take(9), line.rounds), (None, 0));
}

const ALICE: AccountId = AccountId::from_bytes([1; 16]);
/// Room for everything.
const ROOM: (u32, usize) = (100, 1 << 20);

/// Readers who cannot ask the store, and their clock.
fn readers() -> (Readers, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(Timestamp::from_seconds(100)));
    let env = Environment {
        store: Arc::new(NoStore),
        clock: clock.clone(),
        entropy: Arc::new(CountingEntropy::default()),
    };
    let inbox = Inbox::new(env, Arc::new(MockSealer::new()), "epoch");
    (Readers::new(inbox, Arc::default()), clock)
}

/// A message in the clear.
fn message(number: u8) -> StoredMessage {
    StoredMessage {
        id: MessageId::from_bytes([number; 16]),
        sealed_key: Vec::new(),
        body: format!("body {number}").into_bytes(),
        ..stored_message(u64::from(number))
    }
}

/// Tells Alice of messages, the first of which is the tenth event of her log.
fn tell(readers: &Readers, kind: EventKind, messages: Vec<StoredMessage>) -> Vec<InboxEvent> {
    let event = |(offset, message): (Offset, &StoredMessage)| InboxEvent {
        offset,
        kind,
        subject: *message.id.as_bytes(),
        created_at: Timestamp::from_seconds(100),
    };
    let events: Vec<_> = (10..).zip(&messages).map(event).collect();
    let grown: Vec<_> = events.iter().map(|event| (ALICE, *event)).collect();
    readers.hub.tell(&grown, messages);
    events
}

#[test]
fn what_was_just_sent_is_shown_without_the_store() {
    let (readers, _) = readers();
    let _watch = readers.hub.watch(ALICE);
    let sent = vec![message(1), message(2)];
    let events = tell(&readers, EventKind::MessageCreated, sent);
    let told = readers.at_hand(&events, 9, ROOM).unwrap();
    let shown: Vec<_> = told.batch.events.iter().map(serde_json::to_value).collect();
    let shown: Vec<_> = shown.into_iter().map(Result::unwrap).collect();
    assert_eq!(shown[0]["data"]["body"], "body 1");
    assert_eq!(
        (&shown[1]["offset"], &shown[1]["data"]["seq"]),
        (&11.into(), &2.into())
    );
    assert_eq!((told.batch.next, told.read, told.latest), (11, 2, 11));
    for room in [(1, ROOM.1), (ROOM.0, 1)] {
        let told = readers.at_hand(&events, 9, room).unwrap();
        assert_eq!((told.batch.next, told.latest), (10, 11), "{room:?}");
    }
    assert!(readers.at_hand(&[], 9, ROOM).is_none(), "not told");
}

#[test]
fn what_may_no_longer_be_shown_as_it_was_sent_is_left_to_the_store() {
    let (readers, clock) = readers();
    let _watch = readers.hub.watch(ALICE);
    let short = StoredMessage {
        expires_at: Some(Timestamp::from_seconds(101)),
        ..message(1)
    };
    let with_files = StoredMessage {
        attached: true,
        ..message(2)
    };
    let events = tell(&readers, EventKind::MessageCreated, vec![short, with_files]);
    assert!(readers.at_hand(&events[..1], 9, ROOM).is_some());
    assert!(readers.at_hand(&events, 9, ROOM).is_none(), "the files");
    clock.advance(Duration::from_secs(1));
    assert!(readers.at_hand(&events[..1], 9, ROOM).is_none(), "its time");
}

#[test]
fn what_is_no_message_that_was_just_sent_is_left_to_the_store() {
    let (readers, _) = readers();
    let _watch = readers.hub.watch(ALICE);
    let mut events = tell(&readers, EventKind::MessageCreated, vec![message(1)]);
    events[0].kind = EventKind::MemberAdded;
    assert!(readers.at_hand(&events, 9, ROOM).is_none(), "another kind");
    events[0].kind = EventKind::MessageCreated;
    assert!(readers.at_hand(&events, 9, ROOM).is_some());
    events[0].subject = [2; 16];
    assert!(
        readers.at_hand(&events, 9, ROOM).is_none(),
        "another message"
    );
}
