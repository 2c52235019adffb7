//! The rows, drafted as the use cases draft them.

use sealpost_crypto::MasterSealer;
use sealpost_domain::Environment;
use sealpost_domain::accounts::{Account, AccountId, Username};
use sealpost_domain::audit::{AuditEvent, AuditKind};
use sealpost_domain::avatars::Avatar;
use sealpost_domain::conversations::{ConversationId, NewConversation};
use sealpost_domain::inbox::{EventKind, NewEvent};
use sealpost_domain::messages::{ClientId, Format, MessageId};
use sealpost_domain::ports::{
    Binding, NewMessage, PasswordHash, SealPurpose, Sealer as _, StoreError, StoreExt as _, Tx,
};
use sealpost_domain::sessions::Dialect;
use tokio::task::JoinSet;

use super::{Sizes, name};
use crate::error::BenchError;

/// How many rows a unit of work writes.
const UNIT: usize = 500;
/// How many units are under way while the next is drafted. Two would wait for each other's locks on PostgreSQL.
const UNDER_WAY: usize = 1;
/// Every so many units of messages, one goes to the long conversation.
const LONG: usize = 5;
/// How long the body of a message is, in bytes.
const BODY: usize = 512;

/// A conversation and the two who are in it.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) id: ConversationId,
    members: [AccountId; 2],
}

/// Units of work that are being written.
struct Units<'a> {
    env: &'a Environment,
    under_way: JoinSet<Result<(), StoreError>>,
}

impl<'a> Units<'a> {
    fn new(env: &'a Environment) -> Self {
        Self {
            env,
            under_way: JoinSet::new(),
        }
    }

    /// Writes these rows in one unit, soon.
    async fn write<T: Send + 'static>(
        &mut self,
        rows: Vec<T>,
        write: impl Fn(&mut dyn Tx, &T) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), BenchError> {
        if self.under_way.len() >= UNDER_WAY
            && let Some(written) = self.under_way.join_next().await
        {
            written??;
        }
        let store = std::sync::Arc::clone(&self.env.store);
        let unit = move |tx: &mut dyn Tx| rows.iter().try_for_each(|row| write(tx, row));
        self.under_way.spawn(async move { store.write(unit).await });
        Ok(())
    }

    async fn finish(mut self) -> Result<(), BenchError> {
        while let Some(written) = self.under_way.join_next().await {
            written??;
        }
        Ok(())
    }
}

/// Accounts that all have the same password.
pub(super) async fn accounts(
    env: &Environment,
    sizes: &Sizes,
    hash: &PasswordHash,
) -> Result<Vec<AccountId>, BenchError> {
    let (mut ids, mut units) = (Vec::new(), Units::new(env));
    let numbers: Vec<usize> = (0..).take(as_usize(sizes.accounts)).collect();
    for part in numbers.chunks(UNIT) {
        let drafts = part.iter().map(|number| draft_account(env, *number));
        let drafts: Vec<_> = drafts.collect::<Result<_, _>>()?;
        ids.extend(drafts.iter().map(|(account, _)| account.id));
        let hash = hash.clone();
        let write = move |tx: &mut dyn Tx, (account, registered): &(Account, AuditEvent)| {
            tx.accounts().insert(account, &hash)?;
            tx.audit().append(registered)
        };
        units.write(drafts, write).await?;
    }
    units.finish().await?;
    Ok(ids)
}

fn draft_account(env: &Environment, number: usize) -> Result<(Account, AuditEvent), BenchError> {
    let refused =
        |error: sealpost_domain::accounts::UsernameError| BenchError::NotSeeded(error.to_string());
    let account = Account {
        id: env.new_id(),
        username: Username::parse(&name(number)).map_err(refused)?,
        email: None,
        email_verified_at: None,
        disabled_at: None,
        renamed_at: None,
        avatar: Avatar::Default,
        created_at: env.now(),
    };
    let (dialect, kind) = (Some(Dialect::Native), AuditKind::Registered);
    let registered = AuditEvent::outside(account.id, dialect, env, kind);
    Ok((account, registered))
}

/// Conversations of two. Everybody has about as many.
pub(super) async fn conversations(
    env: &Environment,
    sizes: &Sizes,
    accounts: &[AccountId],
    sealer: &MasterSealer,
) -> Result<Vec<Pair>, BenchError> {
    let mut units = Units::new(env);
    let pairs = (0..as_usize(sizes.conversations)).filter_map(|number| {
        let (one, round) = (number % accounts.len(), number / accounts.len());
        let other = (one + 1 + round) % accounts.len();
        Some(Pair {
            id: env.new_id(),
            members: [*accounts.get(one)?, *accounts.get(other)?],
        })
    });
    let pairs: Vec<Pair> = pairs.collect();
    for part in pairs.chunks(UNIT) {
        let drafts = part.iter().map(|pair| NewConversation {
            id: pair.id,
            pair: pair.members.into(),
            sealed_key: sealed_key(env, pair.id, sealer),
            created_at: env.now(),
        });
        let write = |tx: &mut dyn Tx, new: &NewConversation| {
            tx.conversations().find_or_insert_pair(new)?;
            let event = NewEvent {
                kind: EventKind::ConversationCreated,
                subject: *new.id.as_bytes(),
                created_at: new.created_at,
            };
            tx.inbox().collect(&[new.pair.0, new.pair.1], event);
            Ok(())
        };
        units.write(drafts.collect(), write).await?;
    }
    units.finish().await?;
    Ok(pairs)
}

/// As the domain binds it: a key that it did not open would be found out by the first `text` message.
fn sealed_key(env: &Environment, id: ConversationId, sealer: &MasterSealer) -> Vec<u8> {
    let binding = Binding {
        purpose: SealPurpose::Conversation,
        table: "conversations",
        column: "sealed_key",
        row: id.as_bytes(),
        owner: id.as_bytes(),
    };
    sealer.seal(&binding, &env.random::<32>())
}

/// Opaque messages: a fifth in the first conversation, the others in the rest, one conversation after the other. (In the
/// order of a real life each would touch some ten other pages, and most of the time would go into writing pages.) Both
/// members take turns.
pub(super) async fn messages(
    env: &Environment,
    sizes: &Sizes,
    conversations: &[Pair],
) -> Result<(), BenchError> {
    let Some((long, others)) = conversations.split_first() else {
        return Ok(());
    };
    let mut units = Units::new(env);
    let numbers: Vec<usize> = (0..).take(as_usize(sizes.messages)).collect();
    for (unit, part) in numbers.chunks(UNIT).enumerate() {
        let pair = |number: usize| {
            if unit.is_multiple_of(LONG) {
                Some(long)
            } else {
                others.get(number * others.len() / numbers.len().max(1))
            }
        };
        let drafts = part.iter().filter_map(|number| {
            let pair = pair(*number)?;
            Some((draft_message(env, pair, *number), pair.members))
        });
        let mut drafts: Vec<_> = drafts.collect();
        // Conversations are locked in one order by all units.
        drafts.sort_by_key(|(message, _)| message.conversation);
        let write = |tx: &mut dyn Tx, (message, members): &(NewMessage, [AccountId; 2])| {
            tx.messages().append(message)?;
            let event = NewEvent {
                kind: EventKind::MessageCreated,
                subject: *message.id.as_bytes(),
                created_at: message.created_at,
            };
            tx.inbox().collect(members, event);
            Ok(())
        };
        units.write(drafts, write).await?;
    }
    units.finish().await
}

fn draft_message(env: &Environment, pair: &Pair, number: usize) -> NewMessage {
    let [one, other] = pair.members;
    NewMessage {
        id: env.new_id(),
        conversation: pair.id,
        sender: if number.is_multiple_of(2) { one } else { other },
        client_id: ClientId::restore(env.new_id::<MessageId>().to_string()),
        // Nobody will repeat it.
        digest: env.random(),
        format: Format::Opaque,
        body: vec![b'x'; BODY],
        attachments: Vec::new(),
        sent_at: None,
        created_at: env.now(),
        expires_at: None,
    }
}

fn as_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
