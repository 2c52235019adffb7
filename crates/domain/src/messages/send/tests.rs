use std::sync::Arc;

use super::*;
use crate::accounts::MessagesFrom;
use crate::contacts::Relation;
use crate::conversations::Membership;
use crate::ports::MockSealer;
use crate::testing::{MockTx, account};

fn draft(format: Format) -> Draft {
    Draft {
        id: MessageId::from_bytes([1; 16]),
        sender: account("alice").id,
        command: SendMessage {
            conversation: ConversationId::from_bytes([2; 16]),
            client_id: ClientId::parse("c1").unwrap(),
            format,
            body: Body::parse("hello".to_owned()).unwrap(),
            sent_at: None,
            expires_in: None,
            attachments: Attachments::default(),
        },
        recipients: Vec::new(),
        digest: [3; 32],
        now: Timestamp::from_seconds(5),
    }
}

fn tx(sent: Option<(Receipt, Digest)>) -> MockTx {
    let bob = Correspondent {
        messages_from: MessagesFrom::Everyone,
        relation: Relation::default(),
    };
    tx_with(bob, sent)
}

fn tx_with(bob: Correspondent, sent: Option<(Receipt, Digest)>) -> MockTx {
    let mut tx = MockTx::default();
    tx.conversations
        .expect_lock_membership()
        .returning(move |_, _| {
            Ok(Some(Arc::new(Membership {
                sealed_key: vec![9],
                members: vec![account("alice").id, account("bob").id],
                others: vec![bob],
                expires_in: None,
            })))
        });
    tx.messages
        .expect_find_sent()
        .returning(move |_, _| Ok(sent.clone()));
    tx
}

#[test]
fn a_message_is_stored_and_told_to_all_members() {
    let mut tx = tx(None);
    tx.messages
        .expect_append()
        .withf(|new| new.body == b"hello" && new.digest == [3; 32])
        .once()
        .returning(|_| Ok(7));
    tx.inbox
        .expect_collect()
        .withf(|who, event| who.len() == 2 && event.kind == EventKind::MessageCreated)
        .once()
        .return_const(());
    let receipt = append(&mut tx, &draft(Format::Opaque), &MockSealer::new()).unwrap();
    assert_eq!(
        (receipt.seq, receipt.id),
        (7, MessageId::from_bytes([1; 16]))
    );
}

#[test]
fn text_is_stored_sealed_under_the_conversations_key() {
    let mut sealer = MockSealer::new();
    sealer
        .expect_open()
        .once()
        .returning(|_, _| Ok(zeroize::Zeroizing::new(vec![7; 32])));
    sealer
        .expect_seal_under()
        .once()
        .returning(|_, _, _| b"sealed".to_vec());
    let mut tx = tx(None);
    tx.messages
        .expect_append()
        .withf(|new| new.body == b"sealed")
        .once()
        .returning(|_| Ok(1));
    tx.inbox.expect_collect().return_const(());
    append(&mut tx, &draft(Format::Text), &sealer).unwrap();
}

fn original() -> Receipt {
    Receipt {
        id: MessageId::from_bytes([8; 16]),
        seq: 3,
        created_at: Timestamp::from_seconds(1),
        expires_at: None,
    }
}

#[test]
fn a_repeat_gets_the_original_answer_and_nothing_else_happens() {
    let mut tx = tx(Some((original(), [3; 32])));
    assert_eq!(
        append(&mut tx, &draft(Format::Opaque), &MockSealer::new()).unwrap(),
        original()
    );
}

#[test]
fn a_block_refuses_what_the_setting_refuses_but_no_repeat() {
    let blocked = Relation {
        blocked_by_at: Some(Timestamp::from_seconds(1)),
        ..Relation::default()
    };
    for (messages_from, relation) in [
        (MessagesFrom::Nobody, Relation::default()),
        (MessagesFrom::Everyone, blocked),
    ] {
        let bob = Correspondent {
            messages_from,
            relation,
        };
        let mut tx = tx_with(bob, None);
        let refused = append(&mut tx, &draft(Format::Opaque), &MockSealer::new());
        assert!(matches!(refused, Err(SendMessageError::TakesNoMessages)));
        let mut tx = tx_with(bob, Some((original(), [3; 32])));
        let repeated = append(&mut tx, &draft(Format::Opaque), &MockSealer::new());
        assert_eq!(repeated.unwrap(), original());
    }
    let bob = Correspondent {
        messages_from: MessagesFrom::Everyone,
        relation: blocked.mirrored(),
    };
    let mut tx = tx_with(bob, None);
    let refused = append(&mut tx, &draft(Format::Opaque), &MockSealer::new());
    assert!(matches!(refused, Err(SendMessageError::Blocked)));
}

#[test]
fn one_name_for_two_messages_is_refused() {
    let mut tx = tx(Some((original(), [4; 32])));
    let refused = append(&mut tx, &draft(Format::Opaque), &MockSealer::new());
    assert!(matches!(refused, Err(SendMessageError::ClientIdReused)));
}

#[test]
fn who_is_not_a_member_learns_nothing() {
    let mut tx = MockTx::default();
    tx.conversations
        .expect_lock_membership()
        .returning(|_, _| Ok(None));
    let refused = append(&mut tx, &draft(Format::Opaque), &MockSealer::new());
    assert!(matches!(
        refused,
        Err(SendMessageError::UnknownConversation)
    ));
}
