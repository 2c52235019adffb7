use super::*;
use crate::Timestamp;
use crate::testing::{MockTx, account};

fn tx(earliest: Offset, latest: Offset) -> MockTx {
    let mut tx = MockTx::default();
    tx.inbox
        .expect_window()
        .returning(move |_| Ok(Some(Window { earliest, latest })));
    tx
}

#[test]
fn a_cursor_before_what_was_trimmed_or_after_the_end_is_a_gap() {
    for after in [0, 3, 11] {
        let refused = load(&mut tx(5, 10), account("alice").id, after, 10);
        assert!(
            matches!(
                refused,
                Err(ReadInboxError::Gap(Gap(Window {
                    earliest: 5,
                    latest: 10
                })))
            ),
            "{after}"
        );
    }
}

#[test]
fn the_edges_of_the_window_are_no_gap() {
    for after in [4, 10] {
        let mut tx = tx(5, 10);
        tx.inbox
            .expect_page()
            .once()
            .returning(|_, _, _| Ok(Vec::new()));
        tx.keys.expect_find_many().returning(|_| Ok(Vec::new()));
        tx.messages.expect_find_many().returning(|_| Ok(Vec::new()));
        tx.conversations
            .expect_find_many()
            .returning(|_, _| Ok(Vec::new()));
        assert!(
            load(&mut tx, account("alice").id, after, 10).is_ok(),
            "{after}"
        );
    }
}

#[test]
fn an_event_about_what_is_gone_says_so() {
    let event = InboxEvent {
        offset: 7,
        kind: EventKind::MessageCreated,
        subject: [1; 16],
        created_at: Timestamp::from_seconds(1),
    };
    assert_eq!(Subjects::default().join(&event).data, EventData::Gone);
}
