//! What is asked all the time.

use std::sync::Arc;

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::{ConversationId, NewConversation};
use sealpost_domain::files::FileId;
use sealpost_domain::inbox::{EventKind, NewEvent};
use sealpost_domain::messages::{ClientId, Format, MessageId, Reach};
use sealpost_domain::ports::{NewMessage, PasswordHash, Sending, Store, StoreError, StoreExt, Tx};
use sealpost_domain::testing::{account, session};

use crate::statements;

const TALK: ConversationId = ConversationId::from_bytes([1; 16]);
const FILE: FileId = FileId::from_bytes([2; 16]);
const NOW: Timestamp = Timestamp::from_seconds(9);

/// Something that is asked, what ran for it, and parts that its plans must have.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) statements: Vec<String>,
    pub(crate) sqlite: &'static [&'static str],
    pub(crate) postgres: &'static [&'static str],
}

fn alice() -> AccountId {
    account("alice").id
}

fn message(number: u8) -> NewMessage {
    NewMessage {
        id: MessageId::from_bytes([number; 16]),
        conversation: TALK,
        sender: alice(),
        client_id: ClientId::parse(&format!("c{number}")).unwrap(),
        digest: [7; 32],
        format: Format::Opaque,
        body: b"body".to_vec(),
        attachments: Vec::new(),
        sent_at: None,
        created_at: NOW,
        expires_at: None,
    }
}

/// As the rule of sending does.
fn say(tx: &mut dyn Tx, message: &NewMessage) -> Result<(), StoreError> {
    let (talk, sender) = (message.conversation, message.sender);
    let membership = tx.conversations().lock_membership(talk, sender)?.unwrap();
    let earlier = tx.messages().find_sent(sender, &message.client_id)?;
    assert_eq!(earlier, None);
    tx.messages().append(message)?;
    let event = NewEvent {
        kind: EventKind::MessageCreated,
        subject: *message.id.as_bytes(),
        created_at: NOW,
    };
    tx.inbox().collect(&membership.members, event);
    Ok(())
}

async fn settle(store: &Arc<dyn Store>) {
    let made = store.write(|tx| -> Result<(), StoreError> {
        for name in ["alice", "bob"] {
            let hash = PasswordHash::new("$h$".to_owned());
            tx.accounts().insert(&account(name), &hash)?;
        }
        tx.conversations().find_or_insert_pair(&NewConversation {
            id: TALK,
            pair: (alice(), account("bob").id),
            sealed_key: vec![3; 80],
            created_at: NOW,
        })?;
        tx.sessions().insert(&session(alice()), &[4; 32].into())
    });
    made.await.unwrap();
    statements();
}

async fn asked(
    store: &Arc<dyn Store>,
    ask: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
) -> Vec<String> {
    store.write(ask).await.unwrap();
    statements()
}

fn read_log(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.inbox().window(alice())?;
    let events = tx.inbox().page(alice(), 0, 100)?;
    let ids: Vec<MessageId> = events
        .iter()
        .map(|event| MessageId::from_bytes(event.subject))
        .collect();
    assert_eq!(tx.messages().find_many(&ids)?.len(), 2);
    Ok(())
}

fn read_history(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.conversations().find_standing(TALK, alice())?;
    tx.messages().page(TALK, Reach::After(0), 50)?;
    tx.messages().page(TALK, Reach::Before(None), 50)?;
    for reach in [Reach::After(0), Reach::Before(None)] {
        tx.messages().visible_page(alice(), TALK, reach, 50)?;
    }
    Ok(())
}

fn list(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.conversations().page(alice(), None, None, 50)?;
    tx.conversations().page_by_activity(alice(), None, 50)?;
    tx.conversations().find_many(alice(), &[TALK])?;
    tx.conversations().find_progress(alice(), &[TALK], NOW)?;
    tx.messages().find_last(&[TALK])?;
    Ok(())
}

fn find_sessions(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.sessions().find(session(alice()).id)?;
    tx.sessions().find_opaque(&[5; 32])?;
    tx.sessions().find_refresh(&[4; 32])?;
    tx.sessions().list(alice())?;
    tx.inbox().lowest_mark(alice(), NOW)?;
    Ok(())
}

fn find_file(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.files().find(alice(), FILE)?;
    tx.files().find_shared(alice(), FILE, NOW)?;
    Ok(())
}

/// Asks all of it on a store in which there is little, and says what ran.
pub(crate) async fn run(store: &Arc<dyn Store>) -> Vec<Case> {
    settle(store).await;
    let sending = Sending {
        conversation: TALK,
        sender: alice(),
        client_id: message(1).client_id,
    };
    let sent = store.send(sending, |tx| say(tx, &message(1)));
    sent.await.unwrap();
    vec![
        Case {
            what: "sends together",
            statements: statements(),
            sqlite: &["(client_id=? AND sender_id=?)", "relations"],
            postgres: &[
                "messages_sender_id_client_id_key",
                "inboxes_pkey",
                "inbox_events_pkey",
            ],
        },
        Case {
            what: "a send alone",
            statements: asked(store, |tx| say(tx, &message(2))).await,
            sqlite: &["(client_id=? AND sender_id=?)", "relations"],
            postgres: &["messages_sender_id_client_id_key", "conversations_pkey"],
        },
        Case {
            what: "an account's log",
            statements: asked(store, read_log).await,
            sqlite: &["(account_id=? AND event_offset>?)", "(id=?)"],
            postgres: &["inbox_events_pkey", "messages_pkey"],
        },
        Case {
            what: "a page of history",
            statements: asked(store, read_history).await,
            sqlite: &[
                "(conversation_id=? AND seq>?)",
                "(conversation_id=? AND seq<?)",
                "(conversation_id=? AND seq>? AND seq<?)",
            ],
            postgres: &["messages_"],
        },
        Case {
            what: "a list of conversations",
            statements: asked(store, list).await,
            sqlite: &[
                "members_by_account (account_id=?",
                "messages_by_number (conversation_id=? AND seq>?)",
            ],
            // What is unread is searched from its bound, and not filtered by it.
            postgres: &["members_", "AND (seq > GREATEST("],
        },
        Case {
            what: "who somebody is",
            statements: asked(store, find_sessions).await,
            sqlite: &[
                "sessions_by_opaque_digest (opaque_digest=?)",
                "sessions_by_account",
            ],
            postgres: &[
                "sessions_pkey",
                "sessions_by_opaque_digest",
                "refresh_tokens_pkey",
            ],
        },
        Case {
            what: "a file",
            statements: asked(store, find_file).await,
            sqlite: &["attachments_by_file (file_id=?)"],
            postgres: &["files_", "attachments_"],
        },
        Case {
            what: "a throttle",
            statements: asked(store, |tx| tx.throttles().lock(&[6; 32], NOW).map(drop)).await,
            sqlite: &[],
            postgres: &[],
        },
    ]
}
