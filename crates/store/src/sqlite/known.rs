//! What the writer knows from the groups before: how those who write stand where they write, and where conversations and logs end. It
//! is asked of the database once, not for each message.
//!
//! Nothing here outlives a change. Triggers, which only the writer's connection has, count each change of the rows that a [`Place`] was made
//! of, whatever statement or foreign key made it; the database itself says whether another connection has written. Both are asked in the transaction
//! that sends. That an end is still the end is seen to where it is written: by the number that a conversation has come to, and by
//! the key of an event.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;

use super::backend::queries::memberships::place;
use super::bulk::note_sender;
use crate::decode::{At, count};
use crate::failure::QueryError;
use crate::schema::conversations;
use crate::sends::{Heads, Place, Sends};

/// How much is kept, about: an id of 16 bytes is one. Whoever comes then begins anew.
const ENOUGH: usize = 100_000;
/// What a place counts beside those whom it names.
const PLACE: usize = 20;
/// Of so many logs the ends are kept.
const HEADS: usize = 20_000;

/// Which changes make a place another one. What a send itself changes is not among them: `last_seq`, `active_at`, and new rows of
/// `message_senders`.
const CHANGES: [(&str, &str); 9] = [
    ("members", "INSERT"),
    ("members", "DELETE"),
    ("members", "UPDATE OF conversation_id, account_id"),
    (
        "accounts",
        "UPDATE OF id, username, username_key, messages_from",
    ),
    (
        "conversations",
        "UPDATE OF id, kind, sealed_key, expires_in",
    ),
    ("relations", "INSERT"),
    ("relations", "DELETE"),
    ("relations", "UPDATE"),
    ("message_senders", "DELETE"),
];

diesel::table! {
    /// How often something of [`CHANGES`] has happened on this connection; its own, in memory.
    writer_changes (count) {
        count -> BigInt,
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Known {
    /// Of those who are there. Who is not is looked for each time.
    places: HashMap<(ConversationId, AccountId), Arc<Place>>,
    /// Who of them is noted to have written there.
    noted: HashSet<(ConversationId, AccountId)>,
    /// The numbers of the conversations' last messages.
    last: HashMap<ConversationId, u64>,
    heads: Heads,
    /// How much is kept.
    kept: usize,
    /// Since when: the changes counted on this connection, and the version that others have made.
    since: Option<(i64, i64)>,
}

impl Known {
    /// Has the connection count changes.
    pub(super) fn watch(conn: &mut SqliteConnection) -> QueryResult<()> {
        conn.batch_execute(
            "CREATE TEMP TABLE writer_changes (count INTEGER NOT NULL); INSERT INTO writer_changes VALUES (0);",
        )?;
        for (number, (table, change)) in CHANGES.iter().enumerate() {
            conn.batch_execute(&format!(
                "CREATE TEMP TRIGGER writer_sees_{number} AFTER {change} ON main.{table} \
                 BEGIN UPDATE writer_changes SET count = count + 1; END"
            ))?;
        }
        Ok(())
    }

    /// Forgets everything if anything has changed. Inside the transaction that is to rest on the rest.
    pub(super) fn look(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let counted = writer_changes::table.select(writer_changes::count);
        let counted: i64 = counted.get_result(conn)?;
        let others = sql_query("PRAGMA data_version").get_result::<Version>(conn)?;
        let now = Some((counted, others.data_version));
        if self.since != now || self.kept > ENOUGH {
            self.forget();
            self.since = now;
        }
        Ok(())
    }

    /// Of a transaction that was not kept nothing may be known.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Others than those who send have written events, and messages maybe.
    pub(super) fn forget_ends(&mut self) {
        self.last.clear();
        self.heads.clear();
    }

    /// How `account` stands in a conversation it wants to write to, and the number of its last message.
    pub(super) fn place(
        &mut self,
        conn: &mut SqliteConnection,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<(Arc<Place>, u64)>, QueryError> {
        if let Some(known) = self.places.get(&(id, account)) {
            let place = Arc::clone(known);
            return Ok(Some((place, self.last_of(conn, id)?)));
        }
        let Some((found, last)) = place(conn, id, account)? else {
            return Ok(None);
        };
        let found = Arc::new(found);
        self.kept += PLACE + found.membership.members.len();
        self.places.insert((id, account), Arc::clone(&found));
        self.last.insert(id, last);
        Ok(Some((found, last)))
    }

    fn last_of(
        &mut self,
        conn: &mut SqliteConnection,
        id: ConversationId,
    ) -> Result<u64, QueryError> {
        if let Some(last) = self.last.get(&id) {
            return Ok(*last);
        }
        let last: i64 = conversations::table
            .find(id.as_bytes().as_slice())
            .select(conversations::last_seq)
            .get_result(conn)?;
        let last = count(last, At("conversations", "last_seq"))?;
        self.last.insert(id, last);
        Ok(last)
    }

    /// Sees to it that whoever has left a message is noted to write there.
    pub(super) fn note_senders(
        &mut self,
        conn: &mut SqliteConnection,
        sends: &Sends,
    ) -> Result<(), QueryError> {
        for (message, _) in &sends.messages {
            let place = (message.conversation, message.sender);
            if self.noted.insert(place) {
                note_sender(conn, place.0, place.1)?;
            }
        }
        Ok(())
    }

    /// Where conversations have come by what a group leaves.
    pub(super) fn move_on(&mut self, sends: &Sends) {
        for (message, seq) in &sends.messages {
            self.last.insert(message.conversation, *seq);
        }
    }

    /// Where logs end. Whoever writes events keeps it as it is.
    pub(super) fn heads(&mut self) -> &mut Heads {
        if self.heads.len() > HEADS {
            self.heads.clear();
        }
        &mut self.heads
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}
