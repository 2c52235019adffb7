//! Many rows at once, for an engine to which a way costs more than what is done there: a statement over arrays does for
//! all of them, and stays prepared however many they are.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationId, ConversationKind, Membership};
use sealpost_domain::inbox::NewEvent;
use sealpost_domain::messages::ClientId;
use sealpost_domain::ports::{NewMessage, Sending, StoreError};

use super::arrays::{
    AppendEvents, AskedPairs, InsertMessages, LockConversations, MoveOn, SentBefore,
};
use crate::decode::{
    At, CorrespondentRow, Correspondents, SentRow, bytes, coded, count, decode_correspondents,
    decode_sent, lifetime, to_column,
};
use crate::failure::QueryError;
use crate::schema::{accounts, members};
use crate::sends::{Heads, Moved, Place, Sends};

/// A conversation that is locked.
struct Locked {
    sealed_key: Vec<u8>,
    kind: ConversationKind,
    expires_in: Option<i64>,
    last: u64,
    /// Everybody in a group.
    members: Vec<AccountId>,
}

/// Asks what those who are about to send will ask, and locks their conversations.
pub(crate) fn foresee<'a>(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = &'a Sending> + Clone,
) -> Result<Sends, QueryError> {
    let mut locked = lock(conn, asked.clone())?;
    load_groups(conn, &mut locked)?;
    let mut pairs = load_pairs(conn, asked.clone(), &locked)?;
    let names = load_names(conn, asked.clone(), &locked)?;
    let mut sent = load_sent(conn, asked.clone())?;
    let mut sends = Sends::default();
    let mut known = HashSet::new();
    for Sending {
        conversation,
        sender,
        client_id,
    } in asked
    {
        if known.insert((*conversation, *sender)) {
            let rows = pairs.remove(&(*conversation, *sender));
            let found = locked.get(conversation);
            let place = found.map(|found| found.place(*sender, rows, &names));
            let place = place.transpose()?.flatten();
            let last = found.map_or(0, |found| found.last);
            sends.know_place(
                *conversation,
                *sender,
                place.map(|place| (Arc::new(place), last)),
            );
        }
        let name = (*sender, client_id.clone());
        if let Some(earlier) = sent.remove(&name) {
            sends.know_sent(name.0, name.1, Some(decode_sent(earlier)?));
        } else if sends.sent(name.0, &name.1).is_none() {
            sends.know_sent(name.0, name.1, None);
        }
    }
    Ok(sends)
}

/// Where who wants to send, each once.
fn pairs<'a>(asked: impl Iterator<Item = &'a Sending>) -> BTreeSet<(&'a [u8], &'a [u8])> {
    asked
        .map(|sending| {
            let conversation = sending.conversation.as_bytes().as_slice();
            (conversation, sending.sender.as_bytes().as_slice())
        })
        .collect()
}

/// Locks the conversations, by id, in which at least one of those who ask is: what is read afterwards is what others left
/// there, and stays so.
fn lock<'a>(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = &'a Sending>,
) -> Result<HashMap<ConversationId, Locked>, QueryError> {
    type Row = (Vec<u8>, Vec<u8>, i16, Option<i64>, i64);
    let (conversations, accounts) = pairs(asked).into_iter().unzip();
    let rows: Vec<Row> = LockConversations {
        conversations,
        accounts,
    }
    .load(conn)?;
    const fn at(column: &'static str) -> At {
        At("conversations", column)
    }
    rows.into_iter()
        .map(|(id, sealed_key, kind, expires_in, last)| {
            let locked = Locked {
                sealed_key,
                kind: coded(kind, ConversationKind::from_code, at("kind"))?,
                expires_in,
                last: count(last, at("last_seq"))?,
                members: Vec::new(),
            };
            Ok((ConversationId::from_bytes(bytes(&id, at("id"))?), locked))
        })
        .collect()
}

impl Locked {
    /// How `sender` stands in it, if they are in it. `rows` are those of a conversation of two, `names` those of who sends to a
    /// group.
    fn place(
        &self,
        sender: AccountId,
        rows: Option<Vec<CorrespondentRow>>,
        names: &HashMap<AccountId, Username>,
    ) -> Result<Option<Place>, StoreError> {
        let found = match self.kind {
            ConversationKind::Pair => decode_correspondents(rows.unwrap_or_default(), sender)?,
            ConversationKind::Group => Correspondents {
                everybody: self.members.clone(),
                others: Vec::new(),
                username: names.get(&sender).cloned(),
            },
        };
        let Some(username) = found.username else {
            return Ok(None);
        };
        if !found.everybody.contains(&sender) {
            return Ok(None);
        }
        Ok(Some(Place {
            membership: Arc::new(Membership {
                sealed_key: self.sealed_key.clone(),
                members: found.everybody,
                others: found.others,
                expires_in: lifetime(self.expires_in)?,
            }),
            username,
        }))
    }
}

fn load_groups(
    conn: &mut PgConnection,
    locked: &mut HashMap<ConversationId, Locked>,
) -> Result<(), QueryError> {
    let groups = locked.iter();
    let ids: Vec<Vec<u8>> = groups
        .filter(|(_, found)| found.kind == ConversationKind::Group)
        .map(|(id, _)| id.as_bytes().to_vec())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Vec<u8>, Vec<u8>)> = members::table
        .filter(members::conversation_id.eq_any(ids))
        .order((members::conversation_id, members::account_id))
        .select((members::conversation_id, members::account_id))
        .load(conn)?;
    for (id, account) in rows {
        let id = ConversationId::from_bytes(bytes(&id, At("members", "conversation_id"))?);
        let account = AccountId::from_bytes(bytes(&account, At("members", "account_id"))?);
        if let Some(found) = locked.get_mut(&id) {
            found.members.push(account);
        }
    }
    Ok(())
}

/// The names of those who want to send to a group.
fn load_names<'a>(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = &'a Sending>,
    locked: &HashMap<ConversationId, Locked>,
) -> Result<HashMap<AccountId, Username>, QueryError> {
    let senders: BTreeSet<&[u8]> = asked
        .filter(|sending| is_of(locked, sending, ConversationKind::Group))
        .map(|sending| sending.sender.as_bytes().as_slice())
        .collect();
    if senders.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Vec<u8>, String, String)> = accounts::table
        .filter(accounts::id.eq_any(senders.into_iter().collect::<Vec<_>>()))
        .select((accounts::id, accounts::username, accounts::username_key))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, username, key)| {
            let id = AccountId::from_bytes(bytes(&id, At("accounts", "id"))?);
            Ok((id, Username::restore(username, key)))
        })
        .collect()
}

/// Whether somebody wants to send to a conversation of this kind.
fn is_of(
    locked: &HashMap<ConversationId, Locked>,
    sending: &Sending,
    kind: ConversationKind,
) -> bool {
    let found = locked.get(&sending.conversation);
    found.is_some_and(|found| found.kind == kind)
}

/// Who is in the conversations of two, as each of those who ask about one sees them.
type Pairs = HashMap<(ConversationId, AccountId), Vec<CorrespondentRow>>;

fn load_pairs<'a>(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = &'a Sending>,
    locked: &HashMap<ConversationId, Locked>,
) -> Result<Pairs, QueryError> {
    type Row = (Vec<u8>, Vec<u8>, CorrespondentRow);
    let of = pairs(asked.filter(|sending| is_of(locked, sending, ConversationKind::Pair)));
    let mut found = Pairs::new();
    if of.is_empty() {
        return Ok(found);
    }
    let (conversations, senders) = of.into_iter().unzip();
    let rows: Vec<Row> = AskedPairs {
        conversations,
        senders,
    }
    .load(conn)?;
    for (id, sender, row) in rows {
        let id = ConversationId::from_bytes(bytes(&id, At("members", "conversation_id"))?);
        let sender = AccountId::from_bytes(bytes(&sender, At("members", "account_id"))?);
        found.entry((id, sender)).or_default().push(row);
    }
    for rows in found.values_mut() {
        rows.sort_unstable_by(|(one, ..), (other, ..)| one.cmp(other));
    }
    Ok(found)
}

fn load_sent<'a>(
    conn: &mut PgConnection,
    asked: impl Iterator<Item = &'a Sending>,
) -> Result<HashMap<(AccountId, ClientId), SentRow>, QueryError> {
    let names: BTreeSet<(&[u8], &str)> = asked
        .map(|sending| {
            let sender = sending.sender.as_bytes().as_slice();
            (sender, sending.client_id.as_str())
        })
        .collect();
    let (senders, client_ids) = names.into_iter().unzip();
    let rows: Vec<(Vec<u8>, String, SentRow)> = SentBefore {
        senders,
        client_ids,
    }
    .load(conn)?;
    rows.into_iter()
        .map(|(sender, client_id, sent)| {
            let sender = AccountId::from_bytes(bytes(&sender, At("messages", "sender_id"))?);
            Ok(((sender, ClientId::restore(client_id)), sent))
        })
        .collect()
}

/// Writes the messages, and where their conversations stand.
pub(crate) fn write_messages(conn: &mut PgConnection, sends: &Sends) -> Result<(), QueryError> {
    if sends.messages.is_empty() {
        return Ok(());
    }
    let moved = sends.moved();
    let moved: BTreeMap<&[u8], &Moved> = moved
        .iter()
        .map(|(id, moved)| (id.as_bytes().as_slice(), moved))
        .collect();
    MoveOn {
        ids: moved.keys().copied().collect(),
        last: moved.values().map(|moved| to_column(moved.to)).collect(),
        active_at: moved.values().map(|moved| moved.at).collect(),
    }
    .execute(conn)?;
    let mut messages: Vec<&(NewMessage, u64)> = sends.messages.iter().collect();
    // By their names, for which groups may have to wait for each other.
    messages.sort_unstable_by_key(|(message, _)| (message.sender, message.client_id.as_str()));
    let inserted = to_rows(&messages).execute(conn)?;
    if inserted < messages.len() {
        // The sender has used the name somewhere else at the same time.
        return Err(QueryError::Raced);
    }
    Ok(())
}

fn to_rows<'a>(messages: &[&'a (NewMessage, u64)]) -> InsertMessages<'a> {
    fn column<'a, T>(
        messages: &[&'a (NewMessage, u64)],
        of: impl Fn(&'a NewMessage) -> T,
    ) -> Vec<T> {
        messages.iter().map(|(message, _)| of(message)).collect()
    }
    InsertMessages {
        ids: column(messages, |message| message.id.as_bytes().as_slice()),
        conversations: column(messages, |message| {
            message.conversation.as_bytes().as_slice()
        }),
        seqs: messages.iter().map(|(_, seq)| to_column(*seq)).collect(),
        senders: column(messages, |message| message.sender.as_bytes().as_slice()),
        client_ids: column(messages, |message| message.client_id.as_str()),
        digests: column(messages, |message| message.digest.as_slice()),
        formats: column(messages, |message| message.format.code()),
        bodies: column(messages, |message| message.body.as_slice()),
        sent_at: column(messages, |message| {
            message.sent_at.map(Timestamp::as_micros)
        }),
        created_at: column(messages, |message| message.created_at.as_micros()),
        expires_at: column(messages, |message| {
            message.expires_at.map(Timestamp::as_micros)
        }),
        attached: column(messages, |message| {
            i16::try_from(message.attachments.len()).unwrap_or(i16::MAX)
        }),
    }
}

/// Notes that an account writes into a conversation: nothing to do, since the index of names finds an account's messages here.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same as where there is something that can fail"
)]
pub(crate) const fn note_sender(
    _: &mut PgConnection,
    _: ConversationId,
    _: AccountId,
) -> Result<(), QueryError> {
    Ok(())
}

/// Writes these events, which stand by account, each behind the last one of its log, which is locked; returns where they
/// stand. An account that has no log is left out. Where a log ends, others may have moved: the statement finds it by itself.
pub(crate) fn append_events(
    conn: &mut PgConnection,
    events: &[(AccountId, NewEvent)],
    _: &mut Heads,
) -> Result<Vec<(AccountId, i64)>, QueryError> {
    let mut places = Vec::with_capacity(events.len());
    for of_one in events.chunk_by(|(one, _), (next, _)| one == next) {
        places.extend((1_i64..).take(of_one.len()));
    }
    let column = || events.iter().map(|(_, event)| event);
    let rows: Vec<(Vec<u8>, i64)> = AppendEvents {
        accounts: events
            .iter()
            .map(|(account, _)| account.as_bytes().as_slice())
            .collect(),
        places,
        kinds: column().map(|event| event.kind.code()).collect(),
        subjects: column().map(|event| event.subject.as_slice()).collect(),
        created_at: column().map(|event| event.created_at.as_micros()).collect(),
    }
    .load(conn)?;
    let at = At("inbox_events", "account_id");
    let mut places: Vec<(AccountId, i64)> = rows
        .into_iter()
        .map(|(account, offset)| Ok((AccountId::from_bytes(bytes(&account, at)?), offset)))
        .collect::<Result<_, StoreError>>()?;
    places.sort_unstable();
    Ok(places)
}
