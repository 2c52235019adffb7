#![expect(
    clippy::expect_used,
    reason = "samples are constants; a bad one must fail the test that uses it"
)]

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::Timestamp;
use crate::accounts::{Account, AccountId, Settings, Username};
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::avatars::Avatar;
use crate::contacts::{Acquaintance, Relation};
use crate::conversations::{ConversationId, ConversationKind, ConversationOverview, Role};
use crate::messages::{ClientId, Format, MessageId};
use crate::ports::{StoredConversation, StoredMessage};
use crate::sessions::{Dialect, Session, SessionId};

/// When the samples were made.
const MADE_AT: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn bytes(seed: &str) -> [u8; 16] {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    let half = hasher.finish().to_be_bytes();
    let mut bytes = [0x77; 16];
    for (byte, digit) in bytes.iter_mut().zip(half) {
        *byte = digit;
    }
    bytes
}

/// An account of this name, without a mail address; the same name gives the same account.
///
/// # Panics
/// If the name is no username.
#[must_use]
pub fn account(username: &str) -> Account {
    Account {
        id: AccountId::from_bytes(bytes(username)),
        username: Username::parse(username).expect("a sample has a good username"),
        email: None,
        email_verified_at: None,
        disabled_at: None,
        renamed_at: None,
        avatar: Avatar::Default,
        created_at: MADE_AT,
    }
}

/// An event of this account's audit trail, through its [`session`].
#[must_use]
pub fn audit_event(account: AccountId, kind: AuditKind) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::from_bytes(bytes(kind.name())),
        account,
        kind,
        at: MADE_AT,
        session: Some(session(account).id),
        dialect: Some(Dialect::Native),
        subject: None,
    }
}

/// The same account as somebody sees it who has nothing to do with it.
///
/// # Panics
/// If the name is no username.
#[must_use]
pub fn acquaintance(username: &str) -> Acquaintance {
    let Account { id, username, .. } = account(username);
    Acquaintance {
        account: id,
        username,
        settings: Settings::default(),
        relation: Relation::default(),
    }
}

/// A native session of this account.
#[must_use]
pub fn session(account: AccountId) -> Session {
    Session {
        id: SessionId::from_bytes(bytes(&account.to_string())),
        account,
        dialect: Dialect::Native,
        client: Some("sample/1.0".to_owned()),
        created_at: MADE_AT,
        authenticated_at: MADE_AT,
        app_password: None,
        expires_at: MADE_AT + Session::LIFETIME,
    }
}

/// An empty group without a title, as its owner finds it.
#[must_use]
pub fn stored_group(id: ConversationId) -> StoredConversation {
    StoredConversation {
        overview: ConversationOverview {
            id,
            kind: ConversationKind::Group,
            title: None,
            shows_history: false,
            role: Role::Owner,
            members: Vec::new(),
            member_count: 1,
            version: 1,
            created_at: MADE_AT,
            last_seq: 0,
            expires_in: None,
        },
        sealed_key: vec![9; 80],
        sealed_title: None,
    }
}

/// The message of `alice` with this number.
#[must_use]
pub fn stored_message(seq: u64) -> StoredMessage {
    let Account { id, username, .. } = account("alice");
    StoredMessage {
        id: MessageId::from_bytes(bytes(&seq.to_string())),
        conversation: ConversationId::from_bytes([2; 16]),
        sealed_key: vec![9; 80],
        seq,
        sender: id,
        sender_username: username,
        client_id: ClientId::restore(seq.to_string()),
        format: Format::Opaque,
        body: b"sealed".to_vec(),
        attached: false,
        sent_at: None,
        created_at: MADE_AT,
        expires_at: None,
        deleted_at: None,
    }
}
