use futures_util::FutureExt as _;
use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::inbox::EventKind;
use sealpost_domain::testing::stored_message;

use super::*;

const ALICE: AccountId = AccountId::from_bytes([1; 16]);
const BOB: AccountId = AccountId::from_bytes([2; 16]);

const NONE: [Offset; 0] = [];

fn grown(watch: &mut Watch) -> bool {
    watch.news().now_or_never().is_some_and(|news| news.grown)
}

fn event(offset: Offset) -> InboxEvent {
    InboxEvent {
        offset,
        kind: EventKind::MessageCreated,
        subject: [0; 16],
        created_at: Timestamp::from_seconds(1),
    }
}

/// What is known to follow an offset.
fn following(hub: &Hub, after: Offset) -> Vec<Offset> {
    let events = hub.following(ALICE, after);
    events.iter().map(|event| event.offset).collect()
}

#[test]
fn wakes_the_account_that_waits_and_only_it() {
    let hub = Arc::new(Hub::default());
    let mut watch = hub.watch(ALICE);
    hub.wake(&[BOB]);
    assert!(!grown(&mut watch));
    hub.wake(&[ALICE, BOB]);
    hub.wake(&[ALICE]);
    assert!(grown(&mut watch));
    assert!(!grown(&mut watch), "seen");
}

#[test]
fn what_was_told_without_a_hole_is_known() {
    let hub = Arc::new(Hub::default());
    hub.tell(&[(ALICE, event(3))], Vec::new());
    let mut watch = hub.watch(ALICE);
    assert_eq!(following(&hub, 2), NONE, "nobody waited");
    hub.tell(
        &[(ALICE, event(4)), (BOB, event(9)), (ALICE, event(5))],
        Vec::new(),
    );
    assert!(grown(&mut watch));
    assert_eq!(following(&hub, 3), [4, 5]);
    assert_eq!(following(&hub, 4), [5]);
    assert_eq!((following(&hub, 2), following(&hub, 5)), (vec![], vec![]));
    for offset in 6..=40 {
        hub.tell(&[(ALICE, event(offset))], Vec::new());
    }
    assert_eq!(
        (following(&hub, 3), following(&hub, 39)),
        (vec![], vec![40])
    );
}

#[test]
fn what_was_told_late_or_not_at_all_is_not_known() {
    let hub = Arc::new(Hub::default());
    let mut watch = hub.watch(ALICE);
    hub.tell(&[(ALICE, event(1))], Vec::new());
    // Two transactions, the later one told first.
    hub.tell(&[(ALICE, event(3))], Vec::new());
    hub.tell(&[(ALICE, event(2))], Vec::new());
    assert!(grown(&mut watch));
    assert_eq!((following(&hub, 0), following(&hub, 2)), (vec![], vec![3]));
    // Another instance has written.
    hub.wake(&[ALICE]);
    assert_eq!(following(&hub, 2), NONE);
    hub.tell(&[(ALICE, event(5))], Vec::new());
    assert_eq!((following(&hub, 2), following(&hub, 4)), (vec![], vec![5]));
}

#[test]
fn a_look_at_the_logs_wakes_only_who_was_not_told() {
    let hub = Arc::new(Hub::default());
    let mut watch = hub.watch(ALICE);
    hub.tell(&[(ALICE, event(7))], Vec::new());
    assert!(grown(&mut watch));
    hub.wake_unless_told(&[(ALICE, 7), (BOB, 1)]);
    assert!(!grown(&mut watch));
    assert_eq!(following(&hub, 6), [7]);
    hub.wake_unless_told(&[(ALICE, 8)]);
    assert!(grown(&mut watch));
    assert_eq!(following(&hub, 6), NONE);
}

#[test]
fn everybody_checks_at_once() {
    let hub = Arc::new(Hub::default());
    let (mut alice, mut bob) = (hub.watch(ALICE), hub.watch(BOB));
    hub.check_all();
    for watch in [&mut alice, &mut bob] {
        let news = watch.news().now_or_never().unwrap();
        assert_eq!((news.check, news.grown), (true, false));
    }
    hub.wake(&[ALICE]);
    assert!(!alice.news().now_or_never().unwrap().check);
}

fn typing(conversation: u8, seconds: i64) -> Signal {
    Signal::Typing {
        conversation: ConversationId::from_bytes([conversation; 16]),
        account: BOB,
        until: Timestamp::from_seconds(seconds),
    }
}

fn signals(watch: &mut Watch) -> Option<Vec<Signal>> {
    watch.news().now_or_never().map(|news| {
        assert!(!news.grown);
        news.signals
    })
}

#[test]
fn a_signal_reaches_each_view_of_its_accounts_once_and_is_dropped_elsewhere() {
    let hub = Arc::new(Hub::default());
    let (mut first, mut second) = (hub.watch(ALICE), hub.watch(ALICE));
    hub.signal(&[ALICE, BOB], &typing(1, 1));
    for watch in [&mut first, &mut second] {
        assert_eq!(signals(watch), Some(vec![typing(1, 1)]));
        assert_eq!(signals(watch), None);
        assert!(!grown(watch));
    }
    let mut late = hub.watch(ALICE);
    assert_eq!(signals(&mut late), None, "what was before is not told");
    assert_eq!(hub.watched(), [ALICE], "nothing is kept for Bob");
}

#[test]
fn of_a_flood_of_signals_few_wait_and_the_newest_of_each_kind() {
    let hub = Arc::new(Hub::default());
    let mut slow = hub.watch(ALICE);
    for round in 1..=100 {
        for conversation in 1..=20 {
            hub.signal(&[ALICE], &typing(conversation, round));
        }
    }
    let newest: Vec<Signal> = (5..=20).map(|number| typing(number, 100)).collect();
    assert_eq!(signals(&mut slow), Some(newest));
}

#[test]
fn signals_do_not_hide_that_the_inbox_has_grown() {
    let hub = Arc::new(Hub::default());
    let mut watch = hub.watch(ALICE);
    hub.wake(&[ALICE]);
    hub.signal(&[ALICE], &typing(1, 1));
    let news = watch.news().now_or_never().unwrap();
    assert_eq!((news.grown, news.signals.len()), (true, 1));
    hub.wake_all();
    assert!(grown(&mut watch));
}

#[test]
fn forgets_an_account_when_the_last_one_leaves() {
    let hub = Arc::new(Hub::default());
    let (first, second) = (hub.watch(ALICE), hub.watch(ALICE));
    drop(first);
    assert_eq!(hub.watched(), [ALICE]);
    drop(second);
    assert_eq!(hub.watched(), []);
}

/// The message that [`event`]s are about.
fn message() -> StoredMessage {
    StoredMessage {
        id: MessageId::from_bytes([0; 16]),
        ..stored_message(1)
    }
}

fn is_fresh(hub: &Hub) -> bool {
    hub.fresh(&[event(1)]).is_some()
}

fn deleted(offset: Offset) -> InboxEvent {
    InboxEvent {
        kind: EventKind::MessageDeleted,
        ..event(offset)
    }
}

#[test]
fn what_was_sent_is_fresh_where_somebody_waits_until_it_is_deleted() {
    let hub = Arc::new(Hub::default());
    hub.tell(&[(ALICE, event(3))], vec![message()]);
    assert!(!is_fresh(&hub), "nobody waited");
    let _watch = hub.watch(ALICE);
    hub.tell(&[(ALICE, event(4))], vec![message()]);
    assert!(is_fresh(&hub));
    hub.tell(&[(BOB, deleted(6))], Vec::new());
    assert!(!is_fresh(&hub));
}
