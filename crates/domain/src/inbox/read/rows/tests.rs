use mockall::predicate::eq;

use super::*;
use crate::Timestamp;
use crate::inbox::Offset;
use crate::testing::{MockTx, account};

const WINDOW: Window = Window {
    earliest: 5,
    latest: 10,
};

fn reading(who: &str, after: Offset) -> Reading {
    Reading {
        account: account(who).id,
        after,
        limit: 100,
        told: Vec::new(),
    }
}

fn event(offset: Offset) -> InboxEvent {
    InboxEvent {
        offset,
        kind: EventKind::MessageCreated,
        subject: [1; 16],
        created_at: Timestamp::from_seconds(1),
    }
}

fn tx() -> MockTx {
    let mut tx = MockTx::default();
    tx.inbox.expect_window().returning(|_| Ok(Some(WINDOW)));
    tx
}

#[test]
fn a_cursor_before_what_was_trimmed_or_after_the_end_is_a_gap() {
    for after in [0, 3, 11] {
        let (mut loaded, _) = load(&mut tx(), &[reading("alice", after)]).unwrap();
        let refused = loaded.pop().unwrap().err().unwrap();
        assert!(
            matches!(refused, ReadInboxError::Gap(Gap(WINDOW))),
            "{after}"
        );
    }
}

#[test]
fn the_edges_of_the_window_are_no_gap() {
    let mut tx = tx();
    tx.inbox
        .expect_page()
        .once()
        .with(eq(account("alice").id), eq(4), eq(100))
        .returning(|_, _, _| Ok(Vec::new()));
    for after in [4, 10] {
        let (loaded, _) = load(&mut tx, &[reading("alice", after)]).unwrap();
        assert!(loaded[0].is_ok(), "{after}");
    }
}

#[test]
fn what_many_are_told_of_is_asked_for_once() {
    let mut tx = tx();
    tx.inbox
        .expect_page()
        .times(3)
        .returning(|_, after, _| Ok(vec![event(after + 1)]));
    tx.messages
        .expect_find_many()
        .once()
        .with(eq([MessageId::from_bytes([1; 16])]))
        .returning(|_| Ok(Vec::new()));
    // It is no message: each may have an envelope of that id.
    tx.envelopes
        .expect_find_many()
        .times(3)
        .returning(|_, _| Ok(Vec::new()));
    let readings = ["alice", "bob", "carol"].map(|who| reading(who, 7));
    let (loaded, _) = load(&mut tx, &readings).unwrap();
    for (rows, reading) in loaded.into_iter().zip(readings) {
        let rows = rows.ok().unwrap();
        assert_eq!((rows.account, rows.after), (reading.account, reading.after));
        assert_eq!(rows.events, [event(8)]);
    }
}

#[test]
fn the_log_of_one_who_was_told_what_comes_next_is_not_asked() {
    let mut tx = MockTx::default();
    tx.messages.expect_find_many().returning(|_| Ok(Vec::new()));
    tx.envelopes
        .expect_find_many()
        .returning(|_, _| Ok(Vec::new()));
    let bob = Reading {
        limit: 2,
        told: vec![event(8), event(9), event(10)],
        ..reading("bob", 7)
    };
    let (mut loaded, _) = load(&mut tx, &[bob]).unwrap();
    let rows = loaded.pop().unwrap().ok().unwrap();
    assert_eq!(rows.events, [event(8), event(9)]);
    assert_eq!(rows.window.latest, 10, "there is more");
}

#[test]
fn who_was_told_of_something_later_reads_the_log() {
    for after in [4, 8] {
        let mut tx = tx();
        tx.inbox
            .expect_page()
            .once()
            .with(eq(account("bob").id), eq(after), eq(100))
            .returning(|_, _, _| Ok(Vec::new()));
        let bob = Reading {
            told: vec![event(6), event(7)],
            ..reading("bob", after)
        };
        assert!(load(&mut tx, &[bob]).is_ok());
    }
}

#[test]
fn one_whose_log_is_not_there_does_not_hide_the_others() {
    let mut tx = MockTx::default();
    let bob = account("bob").id;
    tx.inbox
        .expect_window()
        .returning(move |who| Ok((who != bob).then_some(WINDOW)));
    let readings = ["alice", "bob", "carol"].map(|who| reading(who, 10));
    let (loaded, _) = load(&mut tx, &readings).unwrap();
    let fine: Vec<bool> = loaded.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [true, false, true]);
}

#[test]
fn many_who_read_at_once_share_the_room() {
    for (readers, each) in [(1, 100), (10, 100), (50, 20), (1_500, 1)] {
        let mut tx = tx();
        tx.inbox
            .expect_page()
            .times(readers)
            .withf(move |_, _, limit| *limit == each)
            .returning(|_, _, _| Ok(Vec::new()));
        load(&mut tx, &vec![reading("alice", 7); readers]).unwrap();
    }
}
