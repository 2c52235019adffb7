//! Messages of one conversation, page by page.

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{Format, Reach};
use sealpost_domain::ports::StoredMessage;

use super::messages::{Joined, Row, decode, is_not_over, joined};
use super::{Conn, expressions};
use crate::decode::to_column;
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, members, messages};

/// Which messages of a conversation are wanted.
pub(super) enum Wanted {
    /// All, also what is left of those that were deleted.
    All,
    /// Those of this format that were there at this time.
    There(Format, Timestamp),
}

/// What of a query lies within this reach, in its order. Each way is a statement of its own, which stays prepared and whose
/// text is not built again.
macro_rules! within {
    ($query:expr, $reach:expr, $conn:expr) => {
        match $reach {
            Reach::After(seq) => $query
                .filter(messages::seq.gt(to_column(seq)))
                .order(messages::seq.asc())
                .load($conn)?,
            Reach::Before(seq) => $query
                .filter(messages::seq.lt(seq.map_or(i64::MAX, to_column)))
                .order(messages::seq.desc())
                .load($conn)?,
        }
    };
}

/// Messages of one conversation in the order of `reach`.
pub(super) fn page(
    conn: &mut Conn,
    conversation: ConversationId,
    reach: Reach,
    wanted: &Wanted,
    limit: u32,
) -> Result<Vec<StoredMessage>, QueryError> {
    let id = conversation.as_bytes().as_slice();
    let page = joined!()
        .filter(messages::conversation_id.eq(id))
        .limit(i64::from(limit));
    let rows: Vec<Joined> = match wanted {
        Wanted::All => within!(page, reach, conn),
        Wanted::There(format, now) => {
            let there = page
                .filter(messages::format.eq(format.code()))
                .filter(messages::deleted_at.is_null())
                .filter(is_not_over(*now));
            within!(there, reach, conn)
        }
    };
    Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
}

/// The same as far as a member may see it. There is one lower bound: of two, SQLite takes either for its search, and looks at
/// whatever lies between them.
pub(super) fn visible_page(
    conn: &mut Conn,
    reader: AccountId,
    conversation: ConversationId,
    reach: Reach,
    limit: u32,
) -> Result<Vec<StoredMessage>, QueryError> {
    let id = conversation.as_bytes().as_slice();
    let after = match reach {
        Reach::After(seq) => to_column(seq),
        Reach::Before(_) => 0,
    };
    let seen_after = members::table
        .find((id, reader.as_bytes().as_slice()))
        .select(expressions::highest(after, members::first_seq - 1_i64, 0))
        .single_value();
    // Looked up once, and not for each message.
    let sealed_key = conversations::table
        .find(id)
        .select(conversations::sealed_key)
        .single_value();
    let page = messages::table
        .inner_join(accounts::table)
        .filter(messages::conversation_id.eq(id))
        .filter(messages::seq.nullable().gt(seen_after))
        .limit(i64::from(limit))
        .select((
            Row::as_select(),
            (accounts::username, accounts::username_key),
            sealed_key.assume_not_null(),
        ));
    let rows: Vec<Joined> = match reach {
        Reach::After(_) => page.order(messages::seq.asc()).load(conn)?,
        Reach::Before(seq) => page
            .filter(messages::seq.lt(seq.map_or(i64::MAX, to_column)))
            .order(messages::seq.desc())
            .load(conn)?,
    };
    Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
}
