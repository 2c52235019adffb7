use std::sync::Arc;

use super::*;
use crate::accounts::MessagesFrom;
use crate::contacts::{Correspondent, Relation};
use crate::conversations::{ConversationId, Member, Membership, Role, StartConversationError};
use crate::keys::{Custody, KeyId, KeyUse, PublicKey};
use crate::ports::{Digest, MockSealer, StoredConversation};
use crate::testing::{MockTx, ToyDigester, account, acquaintance, stored_group};

const NOW: Timestamp = Timestamp::from_seconds(5);
const NEW: MessageId = MessageId::from_bytes([1; 16]);
const TALK: ConversationId = ConversationId::from_bytes([2; 16]);

fn letter() -> Letter {
    Letter {
        id: NEW,
        sender: account("alice").id,
        command: DeliverMessage {
            to: account("bob").username,
            signature: Signature::parse("c2lnbmF0dXJl".to_owned()).unwrap(),
            body: Body::parse("sealed".to_owned()).unwrap(),
        },
        now: NOW,
    }
}

fn conversation(other: AccountId) -> NewConversation {
    NewConversation {
        id: TALK,
        pair: (account("alice").id, other),
        sealed_key: vec![1],
        created_at: NOW,
    }
}

fn key(custody: Custody) -> PublicKey {
    PublicKey {
        id: KeyId::from_bytes([7; 16]),
        key_use: KeyUse::Seal,
        algorithm: KeyAlgorithm::Rsa,
        custody,
        jwk: "{}".to_owned(),
        thumbprint: [7; 32],
        created_at: NOW,
        revoked_at: None,
    }
}

/// Alice and Bob, who has such a key and talks with her.
fn tx(custody: Custody, sent: Option<(Receipt, Digest)>) -> MockTx {
    let mut tx = MockTx::default();
    let bob = acquaintance("bob");
    tx.contacts
        .expect_find_by_username()
        .returning(move |_, _| Ok(Some(bob.clone())));
    tx.accounts
        .expect_find_by_username()
        .returning(|_| Ok(Some(account("bob"))));
    tx.keys
        .expect_list()
        .returning(move |_| Ok(vec![key(custody)]));
    tx.keys.expect_find_version().returning(|_, _| Ok(Some(1)));
    tx.conversations
        .expect_find_or_insert_pair()
        .returning(|new| Ok(new.id));
    tx.conversations
        .expect_find_many()
        .returning(|_, _| Ok(vec![overview()]));
    tx.conversations.expect_lock_membership().returning(|_, _| {
        Ok(Some(Arc::new(Membership {
            sealed_key: vec![1],
            members: vec![account("alice").id, account("bob").id],
            others: vec![Correspondent {
                messages_from: MessagesFrom::Everyone,
                relation: Relation::default(),
            }],
            expires_in: None,
        })))
    });
    tx.messages
        .expect_find_sent()
        .returning(move |_, _| Ok(sent.clone()));
    tx.inbox.expect_collect().return_const(());
    tx
}

fn overview() -> StoredConversation {
    let member = |name: &str| Member {
        account: account(name).id,
        username: account(name).username,
        role: Role::Member,
        joined_at: NOW,
    };
    let mut stored = stored_group(TALK);
    stored.overview.members = vec![member("alice"), member("bob")];
    stored
}

fn run(tx: &mut MockTx) -> Result<Receipt, DeliverError> {
    let ports: (&dyn Sealer, &dyn Digester) = (&MockSealer::new(), &ToyDigester);
    deliver(tx, &letter(), &conversation, ports)
}

#[test]
fn a_message_waits_for_its_receivers_word() {
    let mut tx = tx(Custody::Client, None);
    let expected = letter()
        .command
        .signature
        .client_id(account("bob").id, &ToyDigester);
    tx.messages
        .expect_append()
        .withf(move |new| new.client_id == expected && new.format == Format::Messenger)
        .once()
        .returning(|_| Ok(3));
    tx.deliveries
        .expect_insert()
        .withf(|new| (new.message, new.receiver, new.now) == (NEW, account("bob").id, NOW))
        .once()
        .returning(|new| Ok(new.now));
    let receipt = run(&mut tx).unwrap();
    assert_eq!((receipt.id, receipt.seq), (NEW, 3));
}

#[test]
fn a_repeat_changes_nothing_and_another_message_needs_another_signature() {
    let signature = letter().command.signature;
    let message = SendMessage {
        conversation: TALK,
        client_id: signature.client_id(account("bob").id, &ToyDigester),
        format: Format::Messenger,
        body: letter().command.body,
        sent_at: None,
        expires_in: None,
        attachments: Attachments::default(),
    };
    let original = Receipt {
        id: MessageId::from_bytes([8; 16]),
        seq: 1,
        created_at: NOW,
        expires_at: None,
    };
    let same = digest(&message, &ToyDigester);
    let mut repeated = tx(Custody::Client, Some((original.clone(), same)));
    assert_eq!(run(&mut repeated).unwrap(), original);
    let mut other = tx(Custody::Client, Some((original, [0; 32])));
    assert!(matches!(
        run(&mut other),
        Err(DeliverError::SignatureReused)
    ));
}

#[test]
fn who_has_no_key_of_their_own_is_written_to_by_nobody() {
    let refused = run(&mut tx(Custody::Server, None));
    assert!(matches!(
        refused,
        Err(DeliverError::Start(StartSealedError::NoKey))
    ));
}

#[test]
fn who_takes_no_messages_gets_none() {
    let mut tx = MockTx::default();
    let mut bob = acquaintance("bob");
    bob.settings.messages_from = MessagesFrom::Nobody;
    tx.contacts
        .expect_find_by_username()
        .returning(move |_, _| Ok(Some(bob.clone())));
    let refused = run(&mut tx);
    assert!(matches!(
        refused,
        Err(DeliverError::Start(StartSealedError::Start(
            StartConversationError::TakesNoMessages
        )))
    ));
}
