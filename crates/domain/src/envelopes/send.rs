//! Somebody leaves an envelope for somebody else.

use std::time::Duration;

use thiserror::Error;

use super::{EnvelopeId, Envelopes, SenderClock, Tally};
use crate::accounts::{AccountId, Username};
use crate::contacts::{WritingRefused, find_visible};
use crate::inbox::{EventKind, NewEvent};
use crate::messages::{Body, Format, Protection};
use crate::ports::{NewEnvelope, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind, Timestamp};

/// When it makes sense to look again whether a full mailbox was emptied.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Asks for an envelope to be kept for somebody.
#[derive(Debug, Clone)]
pub struct SendEnvelope {
    /// For whom.
    pub recipient: Username,
    /// What the body is: a format that the server cannot read.
    pub format: Format,
    /// The body.
    pub body: Body,
    /// What the sender's clock shows, if the sender says so.
    pub sender_clock: Option<SenderClock>,
}

/// That an envelope is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvelopeReceipt {
    /// Its id.
    pub id: EnvelopeId,
    /// When the server took it.
    pub created_at: Timestamp,
}

/// Why an envelope was not taken.
#[derive(Debug, Error)]
pub enum SendEnvelopeError {
    /// Nobody has this name, or the caller may not know who: the user blocks the caller, or is not discoverable.
    #[error("there is no user of this name")]
    UnknownRecipient,
    /// The user takes no messages from the caller, by their settings.
    #[error("this user takes no messages from you")]
    TakesNoMessages,
    /// The caller has blocked the user.
    #[error("you have blocked this user: lift the block first")]
    Blocked,
    /// The server could read the body: such a message needs a conversation, whose key seals it at rest.
    #[error("an envelope is sealed by its sender: the format is jose or opaque")]
    NotSealed,
    /// The body is not what `jose` says.
    #[error(
        "a jose body is a JWE in general JSON serialization with 1 to 1000 recipients, encrypted with A256GCM"
    )]
    NotJose,
    /// With the envelope, more would wait for the user than may ([`Envelopes::MAX_WAITING`], [`Envelopes::MAX_BYTES`]). So
    /// much waits now.
    #[error("the mailbox of this user is full: they have to fetch what waits there first")]
    MailboxFull(Tally),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one unit of work stores once it knows for whom.
struct Draft {
    id: EnvelopeId,
    sender: AccountId,
    command: SendEnvelope,
    now: Timestamp,
    has_quota: bool,
}

impl Envelopes {
    /// Keeps an envelope for the receiver and tells their inbox, in one unit of work.
    ///
    /// # Errors
    /// [`SendEnvelopeError`]; then nothing is kept.
    pub async fn send(
        &self,
        actor: &Actor,
        command: SendEnvelope,
    ) -> Result<EnvelopeReceipt, SendEnvelopeError> {
        if command.format.protection() != Protection::EndToEnd {
            return Err(SendEnvelopeError::NotSealed);
        }
        let is_jose = command.format == Format::Jose;
        if is_jose && self.inspector.recipients(command.body.as_str()).is_none() {
            return Err(SendEnvelopeError::NotJose);
        }
        let draft = Draft {
            id: self.env.new_id(),
            sender: actor.account(),
            command,
            now: self.env.now(),
            has_quota: self.has_quota,
        };
        self.env.store.write(move |tx| send(tx, &draft)).await
    }
}

fn send(tx: &mut dyn Tx, draft: &Draft) -> Result<EnvelopeReceipt, SendEnvelopeError> {
    let Draft {
        id, command, now, ..
    } = draft;
    let recipient = find_visible(tx, draft.sender, &command.recipient)?;
    let recipient = recipient.ok_or(SendEnvelopeError::UnknownRecipient)?;
    recipient.correspondent().check()?;
    let waiting = tx.envelopes().lock(recipient.account)?;
    if draft.has_quota && !has_room(waiting, &command.body) {
        return Err(SendEnvelopeError::MailboxFull(waiting));
    }
    tx.envelopes().insert(&NewEnvelope {
        id: *id,
        recipient: recipient.account,
        sender: draft.sender,
        format: command.format,
        body: command.body.clone(),
        sender_clock: command.sender_clock.clone(),
        created_at: *now,
    })?;
    let event = NewEvent {
        kind: EventKind::MessageCreated,
        subject: *id.as_bytes(),
        created_at: *now,
    };
    tx.inbox().collect(&[recipient.account], event);
    Ok(EnvelopeReceipt {
        id: *id,
        created_at: *now,
    })
}

fn has_room(waiting: Tally, body: &Body) -> bool {
    let size = u64::try_from(body.as_str().len()).unwrap_or(u64::MAX);
    waiting.envelopes < Envelopes::MAX_WAITING
        && waiting.bytes.saturating_add(size) <= Envelopes::MAX_BYTES
}

impl From<WritingRefused> for SendEnvelopeError {
    fn from(refused: WritingRefused) -> Self {
        match refused {
            WritingRefused::Blocked => Self::Blocked,
            WritingRefused::TakesNone => Self::TakesNoMessages,
        }
    }
}

impl DomainError for SendEnvelopeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownRecipient => ErrorKind::NotFound,
            Self::TakesNoMessages | Self::Blocked => ErrorKind::Forbidden,
            Self::NotSealed | Self::NotJose => ErrorKind::Invalid,
            Self::MailboxFull(_) => ErrorKind::TooLarge,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownRecipient => "unknown-user",
            Self::TakesNoMessages => "takes-no-messages",
            Self::Blocked => "user-blocked",
            Self::NotSealed => "format-not-sealed",
            Self::NotJose => "invalid-jose",
            Self::MailboxFull(_) => "mailbox-full",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotSealed => Some("format"),
            Self::NotJose => Some("body"),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::MailboxFull(_) => Some(LOOK_AGAIN),
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::MessagesFrom;
    use crate::contacts::{Acquaintance, Relation};
    use crate::testing::{MockTx, account, acquaintance};

    fn draft() -> Draft {
        Draft {
            id: EnvelopeId::from_bytes([1; 16]),
            sender: account("alice").id,
            command: SendEnvelope {
                recipient: account("bob").username,
                format: Format::Mailbox,
                body: Body::parse("sealed".to_owned()).unwrap(),
                sender_clock: Some(SenderClock::parse("1643365746").unwrap()),
            },
            now: Timestamp::from_seconds(9),
            has_quota: true,
        }
    }

    fn tx(found: Option<Acquaintance>, waiting: Tally) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(move |_, _| Ok(found.clone()));
        tx.envelopes.expect_lock().returning(move |_| Ok(waiting));
        tx
    }

    fn refusal(found: Option<Acquaintance>, waiting: Tally) -> &'static str {
        send(&mut tx(found, waiting), &draft()).unwrap_err().code()
    }

    #[test]
    fn an_envelope_is_kept_and_told_to_the_receiver_alone() {
        let mut tx = tx(Some(acquaintance("bob")), Tally::default());
        tx.envelopes
            .expect_insert()
            .withf(|new| new.recipient == account("bob").id && new.sender == account("alice").id)
            .once()
            .returning(|_| Ok(()));
        tx.inbox
            .expect_collect()
            .withf(|who, event| {
                who == [account("bob").id] && event.kind == EventKind::MessageCreated
            })
            .once()
            .return_const(());
        assert_eq!(send(&mut tx, &draft()).unwrap().id, draft().id);
    }

    #[test]
    fn who_may_not_write_is_refused() {
        assert_eq!(refusal(None, Tally::default()), "unknown-user");
        let since = Some(Timestamp::from_seconds(1));
        let stands = |relation| Acquaintance {
            relation,
            ..acquaintance("bob")
        };
        let blocked_by = stands(Relation {
            blocked_by_at: since,
            ..Relation::default()
        });
        assert_eq!(refusal(Some(blocked_by), Tally::default()), "unknown-user");
        let blocks = stands(Relation {
            blocked_at: since,
            ..Relation::default()
        });
        assert_eq!(refusal(Some(blocks), Tally::default()), "user-blocked");
        let mut picky = acquaintance("bob");
        picky.settings.messages_from = MessagesFrom::Contacts;
        assert_eq!(refusal(Some(picky), Tally::default()), "takes-no-messages");
    }

    #[test]
    fn a_full_mailbox_takes_no_more() {
        let full =
            |envelopes, bytes| refusal(Some(acquaintance("bob")), Tally { envelopes, bytes });
        assert_eq!(full(Envelopes::MAX_WAITING, 0), "mailbox-full");
        // The body has six bytes.
        assert_eq!(full(1, Envelopes::MAX_BYTES - 5), "mailbox-full");
        assert!(has_room(
            Tally {
                envelopes: Envelopes::MAX_WAITING - 1,
                bytes: Envelopes::MAX_BYTES - 6
            },
            &draft().command.body
        ));
    }
}
