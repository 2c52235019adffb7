//! From columns to values that cannot be wrong. A column that does not fit is damage, and is said so by name.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::Binary;
use diesel::sqlite::Sqlite;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, MessagesFrom, Username};
use sealpost_domain::contacts::{ContactState, Correspondent, Relation};
use sealpost_domain::messages::{Lifetime, MessageId, Receipt};
use sealpost_domain::ports::StoreError;

use crate::schema::relations;
use crate::sends::Sent;

/// Where a value stands, for the error when it does not decode.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) &'static str, pub(crate) &'static str);

impl At {
    pub(crate) const fn corrupt(self) -> StoreError {
        StoreError::Corrupt {
            table: self.0,
            column: self.1,
        }
    }
}

/// Exactly `N` bytes: an id (16) or a digest (32).
pub(crate) fn bytes<const N: usize>(value: &[u8], at: At) -> Result<[u8; N], StoreError> {
    value.try_into().map_err(|_| at.corrupt())
}

/// A column of 16 bytes, read without an allocation: pages have three in each row. None: it has another length.
#[derive(Clone, Copy, FromSqlRow)]
pub(crate) struct IdColumn(Option<[u8; 16]>);

impl IdColumn {
    pub(crate) fn decode(self, at: At) -> Result<[u8; 16], StoreError> {
        self.0.ok_or_else(|| at.corrupt())
    }
}

impl FromSql<Binary, Sqlite> for IdColumn {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(value.read_blob().try_into().ok()))
    }
}

impl FromSql<Binary, Pg> for IdColumn {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(value.as_bytes().try_into().ok()))
    }
}

/// A count or an offset, which is never negative.
pub(crate) fn count(value: i64, at: At) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| at.corrupt())
}

/// A count or an offset as stored. Those that the domain gives out fit; what does not is past every row.
pub(crate) fn to_column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A stored value of an enum, by the enum's own `from_code`.
pub(crate) fn coded<T>(
    code: i16,
    from_code: impl Fn(i16) -> Option<T>,
    at: At,
) -> Result<T, StoreError> {
    from_code(code).ok_or_else(|| at.corrupt())
}

/// Of a message that was sent: its id, its place, its digest, when it was taken, and when it is over.
pub(crate) type SentRow = (Vec<u8>, i64, Vec<u8>, i64, Option<i64>);

pub(crate) fn decode_sent(
    (id, seq, digest, created_at, expires_at): SentRow,
) -> Result<Sent, StoreError> {
    const fn at(column: &'static str) -> At {
        At("messages", column)
    }
    let receipt = Receipt {
        id: MessageId::from_bytes(bytes(&id, at("id"))?),
        seq: count(seq, at("seq"))?,
        created_at: Timestamp::from_micros(created_at),
        expires_at: expires_at.map(Timestamp::from_micros),
    };
    Ok((receipt, bytes(&digest, at("digest"))?))
}

/// How long messages stay, as stored.
pub(crate) fn lifetime(seconds: Option<i64>) -> Result<Option<Lifetime>, StoreError> {
    let at = At("conversations", "expires_in");
    let parse = |seconds| Lifetime::parse(count(seconds, at)?).map_err(|_| at.corrupt());
    seconds.map(parse).transpose()
}

/// What is between two accounts, as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = relations)]
pub(crate) struct RelationRow {
    contact: i16,
    contact_since: Option<i64>,
    blocked_at: Option<i64>,
    blocked_by_at: Option<i64>,
}

impl RelationRow {
    /// What a row says; without one there is nothing between the two.
    pub(crate) fn decode(row: Option<Self>) -> Result<Relation, StoreError> {
        let Some(row) = row else {
            return Ok(Relation::default());
        };
        let at = At("relations", "contact");
        Ok(Relation {
            contact: coded(row.contact, ContactState::from_code, at)?,
            contact_since: row.contact_since.map(Timestamp::from_micros),
            blocked_at: row.blocked_at.map(Timestamp::from_micros),
            blocked_by_at: row.blocked_by_at.map(Timestamp::from_micros),
        })
    }
}

/// Somebody in a conversation: the id, whose messages they take, the username (as written, and folded), and what is between a
/// sender and them.
pub(crate) type CorrespondentRow = (Vec<u8>, i16, (String, String), Option<RelationRow>);

/// Everybody in a conversation of two, and what decides whether one of them may write to the other.
#[derive(Default)]
pub(crate) struct Correspondents {
    pub(crate) everybody: Vec<AccountId>,
    pub(crate) others: Vec<Correspondent>,
    /// The name of the one who wants to write, if they are in there.
    pub(crate) username: Option<Username>,
}

/// As `sender` sees them.
pub(crate) fn decode_correspondents(
    rows: Vec<CorrespondentRow>,
    sender: AccountId,
) -> Result<Correspondents, StoreError> {
    let mut found = Correspondents::default();
    for (member, messages_from, (username, key), relation) in rows {
        let member = AccountId::from_bytes(bytes(&member, At("members", "account_id"))?);
        found.everybody.push(member);
        if member == sender {
            found.username = Some(Username::restore(username, key));
        } else {
            let at = At("accounts", "messages_from");
            found.others.push(Correspondent {
                messages_from: coded(messages_from, MessagesFrom::from_code, at)?,
                relation: RelationRow::decode(relation)?,
            });
        }
    }
    Ok(found)
}
