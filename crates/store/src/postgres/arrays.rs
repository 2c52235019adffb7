//! Statements over arrays, one array for each column: PostgreSQL's `unnest`, which diesel's builder does not know.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, SmallInt, Text};

/// A statement whose arrays stand together in one place, and what it returns if it returns something.
macro_rules! over_arrays {
    (
        $(#[$doc:meta])*
        $name:ident {
            $first:ident: $first_sql:ty = $first_rust:ty,
            $($field:ident: $sql:ty = $rust:ty,)*
        }
        $before:literal, $after:literal $(=> $returned:ty)?
    ) => {
        $(#[$doc])*
        pub(super) struct $name<'a> {
            pub(super) $first: Vec<$first_rust>,
            $(pub(super) $field: Vec<$rust>,)*
        }

        impl QueryFragment<Pg> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($before);
                out.push_bind_param::<Array<$first_sql>, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<$sql>, _>(&self.$field)?;
                )*
                out.push_sql($after);
                Ok(())
            }
        }

        // The text is always the same: the statement stays prepared.
        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        $(impl Query for $name<'_> {
            type SqlType = $returned;
        })?

        impl RunQueryDsl<PgConnection> for $name<'_> {}
    };
}

over_arrays! {
    /// Locks these conversations, by id, if at least one of those who ask for each is in it.
    LockConversations {
        conversations: Binary = &'a [u8],
        accounts: Binary = &'a [u8],
    }
    "SELECT conversations.id, conversations.sealed_key, conversations.kind, conversations.expires_in, \
     conversations.last_seq FROM conversations WHERE conversations.id IN (SELECT members.conversation_id FROM unnest(",
    ") AS asked (conversation_id, account_id) INNER JOIN members \
     ON members.conversation_id = asked.conversation_id AND members.account_id = asked.account_id) \
     ORDER BY conversations.id FOR UPDATE"
    => (Binary, Binary, SmallInt, Nullable<BigInt>, BigInt)
}

over_arrays! {
    /// Everybody in these conversations, and what is between those who want to send there and them.
    AskedPairs {
        conversations: Binary = &'a [u8],
        senders: Binary = &'a [u8],
    }
    "SELECT asked.conversation_id, asked.sender_id, members.account_id, accounts.messages_from, \
     accounts.username, accounts.username_key, relations.contact, relations.contact_since, relations.blocked_at, relations.blocked_by_at \
     FROM unnest(",
    ") AS asked (conversation_id, sender_id) \
     INNER JOIN members ON members.conversation_id = asked.conversation_id \
     INNER JOIN accounts ON accounts.id = members.account_id \
     LEFT JOIN relations ON relations.account_id = asked.sender_id AND relations.other_id = members.account_id"
    => (Binary, Binary, (Binary, SmallInt, (Text, Text), Nullable<(SmallInt, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>)>))
}

over_arrays! {
    /// What these senders have sent under these names.
    SentBefore {
        senders: Binary = &'a [u8],
        client_ids: Text = &'a str,
    }
    "SELECT messages.sender_id, messages.client_id, messages.id, messages.seq, messages.digest, messages.created_at, \
     messages.expires_at FROM unnest(",
    ") AS asked (sender_id, client_id) \
     INNER JOIN messages ON messages.sender_id = asked.sender_id AND messages.client_id = asked.client_id"
    => (Binary, Text, (Binary, BigInt, Binary, BigInt, Nullable<BigInt>))
}

over_arrays! {
    /// Where these conversations, which are locked, stand now.
    MoveOn {
        ids: Binary = &'a [u8],
        last: BigInt = i64,
        active_at: BigInt = i64,
    }
    "UPDATE conversations SET last_seq = moved.last_seq, active_at = moved.active_at FROM unnest(",
    ") AS moved (id, last_seq, active_at) WHERE conversations.id = moved.id"
}

over_arrays! {
    /// New messages, without those whose sender has used the name already.
    InsertMessages {
        ids: Binary = &'a [u8],
        conversations: Binary = &'a [u8],
        seqs: BigInt = i64,
        senders: Binary = &'a [u8],
        client_ids: Text = &'a str,
        digests: Binary = &'a [u8],
        formats: SmallInt = i16,
        bodies: Binary = &'a [u8],
        sent_at: Nullable<BigInt> = Option<i64>,
        created_at: BigInt = i64,
        expires_at: Nullable<BigInt> = Option<i64>,
        attached: SmallInt = i16,
    }
    "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, digest, format, body, sent_at, created_at, \
     expires_at, attached) SELECT * FROM unnest(",
    ") ON CONFLICT (sender_id, client_id) DO NOTHING"
}

over_arrays! {
    /// New events of logs that are locked, each so many places behind the last one that is there. It returns where they stand.
    AppendEvents {
        accounts: Binary = &'a [u8],
        places: BigInt = i64,
        kinds: SmallInt = i16,
        subjects: Binary = &'a [u8],
        created_at: BigInt = i64,
    }
    "INSERT INTO inbox_events (account_id, event_offset, kind, subject, created_at) \
     SELECT inboxes.account_id, new.place + coalesce((SELECT old.event_offset FROM inbox_events AS old \
     WHERE old.account_id = inboxes.account_id ORDER BY old.event_offset DESC LIMIT 1), inboxes.trimmed), \
     new.kind, new.subject, new.created_at FROM unnest(",
    ") AS new (account_id, place, kind, subject, created_at) \
     INNER JOIN inboxes ON inboxes.account_id = new.account_id RETURNING account_id, event_offset"
    => (Binary, BigInt)
}
