//! How active conversations are, and how far their members.

use diesel::dsl::count_star;
use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{
    Activity, ConversationId, Conversations, Markers, MovedMarkers,
};
use sealpost_domain::ports::{Progress, StoredReceipts};

use super::messages::is_not_over;
use super::{Conn, expressions};
use crate::decode::{At, RelationRow, bytes, count, to_column};
use crate::failure::QueryError;
use crate::functions::coalesce;
use crate::schema::{accounts, conversations, members, messages, relations};

/// A conversation, the first message that the account may read in it, how far it has read and received, and what is unread.
type ProgressRow = (Vec<u8>, i64, (i64, i64), Option<i64>);

/// Sorted among the conversations that the account is in, which the index on its memberships finds: no order that every message
/// would have to keep up for every member.
pub(super) fn page_by_activity(
    conn: &mut Conn,
    account: AccountId,
    before: Option<Activity>,
    limit: u32,
) -> Result<Vec<Activity>, QueryError> {
    let active_at = coalesce(conversations::active_at, conversations::created_at);
    // Every id is below the highest; bytes compare alike on both engines.
    let (at, id) = before.map_or((i64::MAX, vec![0xFF; 17]), |before| {
        (
            before.at.as_micros(),
            before.conversation.as_bytes().to_vec(),
        )
    });
    let rows: Vec<(i64, Vec<u8>)> = members::table
        .inner_join(conversations::table)
        .filter(members::account_id.eq(account.as_bytes().as_slice()))
        .filter(
            active_at
                .lt(at)
                .or(active_at.eq(at).and(conversations::id.lt(id))),
        )
        .order((active_at.desc(), conversations::id.desc()))
        .limit(i64::from(limit))
        .select((active_at, conversations::id))
        .load(conn)?;
    rows.into_iter()
        .map(|(at, id)| {
            Ok(Activity {
                at: Timestamp::from_micros(at),
                conversation: conversation(&id)?,
            })
        })
        .collect()
}

pub(super) fn find(
    conn: &mut Conn,
    account: AccountId,
    ids: &[ConversationId],
    now: Timestamp,
) -> Result<Vec<Progress>, QueryError> {
    let own = account.as_bytes().as_slice();
    let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
    // Counted for one conversation after the other: in a join PostgreSQL does not take the bound for the index, and looks at all
    // messages that were ever sent there. The index has all that is asked for.
    let unread = messages::table
        .filter(messages::conversation_id.eq(members::conversation_id))
        .filter(messages::seq.gt(expressions::highest(
            members::read_seq,
            members::first_seq - 1_i64,
            conversations::last_seq - i64::from(Conversations::MAX_UNREAD),
        )))
        .filter(messages::sender_id.ne(own))
        .filter(messages::deleted_at.is_null())
        .filter(is_not_over(now))
        .select(count_star())
        .single_value();
    let rows: Vec<ProgressRow> = members::table
        .inner_join(conversations::table)
        .filter(members::account_id.eq(own))
        .filter(expressions::among(members::conversation_id, wanted))
        .select((
            members::conversation_id,
            members::first_seq,
            (members::read_seq, members::delivered_seq),
            unread,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, first_seq, (read, delivered), unread)| {
            Ok(Progress {
                conversation: conversation(&id)?,
                first_seq: count(first_seq, At("members", "first_seq"))?,
                markers: markers(read, delivered)?,
                unread: count(unread.unwrap_or(0), At("messages", "seq"))?,
            })
        })
        .collect()
}

pub(super) fn move_markers(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
    to: Markers,
) -> Result<Option<MovedMarkers>, QueryError> {
    let own = members::table.find((id.as_bytes().as_slice(), account.as_bytes().as_slice()));
    let stood = (members::read_seq, members::delivered_seq);
    let found: Option<(i64, (i64, i64))> = own
        .inner_join(conversations::table)
        .select((conversations::last_seq, stood))
        .first(conn)
        .optional()?;
    let Some((last, before)) = found else {
        return Ok(None);
    };
    // The end only moves on: what is not past it now never is.
    let read = to_column(to.read).min(last);
    let delivered = to_column(to.delivered).min(last).max(read);
    diesel::update(own.filter(members::read_seq.lt(read)))
        .set(members::read_seq.eq(read))
        .execute(conn)?;
    diesel::update(own.filter(members::delivered_seq.lt(delivered)))
        .set(members::delivered_seq.eq(delivered))
        .execute(conn)?;
    let after: (i64, i64) = own.select(stood).first(conn)?;
    Ok(Some(MovedMarkers {
        before: markers(before.0, before.1)?,
        after: markers(after.0, after.1)?,
    }))
}

/// A member's id and names, their markers, whether they send receipts, and the viewer's relation to them.
type ReceiptRow = (
    (Vec<u8>, String, String),
    (i64, i64),
    bool,
    Option<RelationRow>,
);

pub(super) fn page_receipts(
    conn: &mut Conn,
    id: ConversationId,
    viewer: AccountId,
    (after, limit): (Option<AccountId>, u32),
) -> Result<Vec<StoredReceipts>, QueryError> {
    let between = relations::account_id
        .eq(viewer.as_bytes().as_slice())
        .and(relations::other_id.eq(members::account_id));
    let after = after.map_or(Vec::new(), |after| after.as_bytes().to_vec());
    let rows: Vec<ReceiptRow> = members::table
        .inner_join(accounts::table)
        .left_join(relations::table.on(between))
        .filter(members::conversation_id.eq(id.as_bytes().as_slice()))
        .filter(members::account_id.gt(after))
        .order(members::account_id)
        .limit(i64::from(limit))
        .select((
            (accounts::id, accounts::username, accounts::username_key),
            (members::read_seq, members::delivered_seq),
            accounts::send_receipts,
            Option::<RelationRow>::as_select(),
        ))
        .load(conn)?;
    rows.into_iter().map(receipts).collect()
}

fn receipts(row: ReceiptRow) -> Result<StoredReceipts, QueryError> {
    let ((account, username, key), (read, delivered), sends, relation) = row;
    let relation = RelationRow::decode(relation)?;
    Ok(StoredReceipts {
        account: AccountId::from_bytes(bytes(&account, At("accounts", "id"))?),
        username: Username::restore(username, key),
        markers: markers(read, delivered)?,
        sends,
        unblocked: relation.blocked_at.is_none() && relation.blocked_by_at.is_none(),
    })
}

fn conversation(id: &[u8]) -> Result<ConversationId, QueryError> {
    let id = bytes(id, At("members", "conversation_id"))?;
    Ok(ConversationId::from_bytes(id))
}

fn markers(read: i64, delivered: i64) -> Result<Markers, QueryError> {
    Ok(Markers {
        read: count(read, At("members", "read_seq"))?,
        delivered: count(delivered, At("members", "delivered_seq"))?,
    })
}
