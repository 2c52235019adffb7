//! Somebody reads what another one sent and they have not acknowledged.

use std::collections::HashMap;

use thiserror::Error;

use super::{Messages, PendingMessage, Rows, Span};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::find_partner;
use crate::messages::MessageId;
use crate::ports::{SealError, StoreError, StoreExt, StoredMessage, Tx};
use crate::sessions::Actor;

/// Why nothing is shown.
#[derive(Debug, Error)]
pub enum PendingError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// A stored message does not open.
    #[error("a stored message cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many messages are read at once.
const STRIDE: u32 = 50;

impl Messages {
    /// The most messages of one reading.
    pub const MAX_PENDING: usize = 500;
    /// How large the bodies of one reading are together, unless the first one alone is larger, in bytes.
    pub const MAX_PENDING_BYTES: usize = 4 * 1024 * 1024;

    /// What `from` sent to the caller by [`Messages::deliver`] within `span` and the caller has not acknowledged, oldest
    /// first. Where it ends before its bounds say so, the rest comes after the last one's moment.
    ///
    /// # Errors
    /// [`PendingError`].
    pub async fn pending(
        &self,
        actor: &Actor,
        from: Username,
        span: Span,
    ) -> Result<Vec<PendingMessage>, PendingError> {
        let receiver = actor.account();
        let now = self.env.now();
        let (rows, moments) = self
            .env
            .store
            .read(move |tx| -> Result<_, PendingError> {
                let (stored, moments) = load(tx, (receiver, &from), span, now)?;
                Ok((Rows::load(tx, stored)?, moments))
            })
            .await?;
        let messages = rows.open(&*self.sealer, now)?;
        let pending = messages.into_iter().zip(moments);
        Ok(pending
            .map(|(message, taken_at)| PendingMessage { message, taken_at })
            .collect())
    }
}

type Loaded = (Vec<StoredMessage>, Vec<Timestamp>);

fn load(
    tx: &mut dyn Tx,
    (receiver, from): (AccountId, &Username),
    span: Span,
    now: Timestamp,
) -> Result<Loaded, PendingError> {
    let sender = find_partner(tx, receiver, from)?.ok_or(PendingError::UnknownUser)?;
    let (mut messages, mut moments) = (Vec::new(), Vec::new());
    let mut rest = span;
    let mut bytes = 0;
    loop {
        let page = tx.deliveries().page(receiver, sender, rest, STRIDE)?;
        let ids: Vec<MessageId> = page.iter().map(|(id, _)| *id).collect();
        let found = tx.messages().find_many(&ids)?;
        let mut found: HashMap<MessageId, StoredMessage> =
            found.into_iter().map(|row| (row.id, row)).collect();
        for (id, taken_at) in &page {
            let Some(message) = found.remove(id) else {
                continue;
            };
            if message.gone_at(now).is_some() {
                rest.after = *taken_at;
                continue;
            }
            bytes += message.body.len();
            let full = messages.len() >= Messages::MAX_PENDING
                || (bytes > Messages::MAX_PENDING_BYTES && !messages.is_empty());
            if full {
                return Ok((messages, moments));
            }
            messages.push(message);
            moments.push(*taken_at);
            rest.after = *taken_at;
        }
        if u32::try_from(page.len()).unwrap_or(u32::MAX) < STRIDE {
            return Ok((messages, moments));
        }
    }
}

domain_error!(PendingError {
    UnknownUser: NotFound, "unknown-user", "username";
    Sealed: Internal, "internal-error";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ConversationId;
    use crate::messages::{ClientId, Format};
    use crate::testing::{MockTx, account, acquaintance};

    const ALL: Span = Span {
        after: Timestamp::from_seconds(0),
        until: None,
    };

    const NOW: Timestamp = Timestamp::from_seconds(100_000);

    fn id(number: i64) -> MessageId {
        let mut id = [0; 16];
        for (byte, digit) in id.iter_mut().zip(number.to_be_bytes()) {
            *byte = digit;
        }
        MessageId::from_bytes(id)
    }

    fn message(id: MessageId, size: usize) -> StoredMessage {
        StoredMessage {
            id,
            conversation: ConversationId::from_bytes([2; 16]),
            sealed_key: Vec::new(),
            seq: 1,
            sender: account("bob").id,
            sender_username: account("bob").username,
            client_id: ClientId::parse("c").unwrap(),
            format: Format::Messenger,
            body: vec![b'x'; size],
            attached: false,
            sent_at: None,
            created_at: Timestamp::from_seconds(1),
            expires_at: None,
            deleted_at: None,
        }
    }

    /// So many messages of this size each, one a second.
    fn tx(count: i64, size: usize) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        tx.deliveries
            .expect_page()
            .returning(move |_, _, span, limit| {
                let numbers = span.after.as_seconds() + 1..=count;
                let rows = numbers.map(|number| (id(number), Timestamp::from_seconds(number)));
                Ok(rows.take(limit.try_into().unwrap()).collect())
            });
        tx.messages.expect_find_many().returning(move |ids| {
            let mut rows: Vec<_> = ids.iter().map(|id| message(*id, size)).collect();
            rows.reverse();
            Ok(rows)
        });
        tx
    }

    fn read(tx: &mut MockTx, span: Span) -> Loaded {
        let (alice, bob) = (account("alice"), account("bob"));
        load(tx, (alice.id, &bob.username), span, NOW).unwrap()
    }

    #[test]
    fn in_order_up_to_the_bounds() {
        for (count, size, expected) in [
            (0, 1, 0),
            (50, 1, 50),
            (120, 1, 120),
            (900, 1, 500),
            (900, 64 * 1024, 64),
            (3, 5 * 1024 * 1024, 1),
        ] {
            let (messages, moments) = read(&mut tx(count, size), ALL);
            assert_eq!(moments.len(), expected, "{count} {size}");
            let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
            let in_order: Vec<MessageId> = (1..).map(id).take(expected).collect();
            assert_eq!(ids, in_order);
        }
    }

    #[test]
    fn the_last_moment_leads_on_without_a_gap() {
        let (_, moments) = read(&mut tx(900, 1), ALL);
        let after = Span {
            after: *moments.last().unwrap(),
            until: None,
        };
        let (messages, _) = read(&mut tx(900, 1), after);
        assert_eq!((messages.len(), messages[0].id), (400, id(501)));
    }

    #[test]
    fn what_is_deleted_or_over_does_not_come() {
        let mut tx = tx(120, 1);
        tx.messages = crate::ports::MockMessageRepository::new();
        tx.messages.expect_find_many().returning(|ids| {
            let rows = ids.iter().map(|found| StoredMessage {
                deleted_at: (*found == id(1)).then_some(NOW),
                expires_at: (*found == id(2)).then_some(NOW),
                ..message(*found, 1)
            });
            Ok(rows.collect())
        });
        let (messages, moments) = read(&mut tx, ALL);
        assert_eq!((messages.len(), messages[0].id), (118, id(3)));
        assert_eq!(moments[0], Timestamp::from_seconds(3));
    }

    #[test]
    fn nobody_is_an_error() {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(None));
        let (alice, bob) = (account("alice"), account("bob"));
        let refused = load(&mut tx, (alice.id, &bob.username), ALL, NOW);
        assert!(matches!(refused, Err(PendingError::UnknownUser)));
    }
}
