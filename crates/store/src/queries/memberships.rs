//! How accounts stand in conversations, and with whom.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{
    ConversationId, ConversationKind, Member, Membership, Standing,
};

use super::conversations::{Row, at};
use super::groups::{MemberRow, decode_member, member_columns};
use super::{Conn, expressions};
use crate::decode::{
    At, CorrespondentRow, Correspondents, RelationRow, bytes, coded, count, decode_correspondents,
    lifetime,
};
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, members, relations};
use crate::sends::Place;

/// Those whom `account` shares a conversation of this kind with, by id, without those of whom one blocks the other.
pub(super) fn partners(
    conn: &mut Conn,
    account: AccountId,
    kind: ConversationKind,
    limit: u32,
) -> Result<Vec<AccountId>, QueryError> {
    let account = account.as_bytes().as_slice();
    let (mine, theirs) = diesel::alias!(members as mine, members as theirs);
    let blocks = relations::table
        .filter(relations::account_id.eq(account))
        .filter(relations::other_id.eq(theirs.field(members::account_id)))
        .filter(
            relations::blocked_at
                .is_not_null()
                .or(relations::blocked_by_at.is_not_null()),
        );
    let ids: Vec<Vec<u8>> = mine
        .inner_join(
            theirs.on(theirs
                .field(members::conversation_id)
                .eq(mine.field(members::conversation_id))),
        )
        .inner_join(
            conversations::table.on(conversations::id.eq(mine.field(members::conversation_id))),
        )
        .filter(conversations::kind.eq(kind.code()))
        .filter(mine.field(members::account_id).eq(account))
        .filter(theirs.field(members::account_id).ne(account))
        .filter(diesel::dsl::not(diesel::dsl::exists(blocks)))
        .select(theirs.field(members::account_id))
        .distinct()
        .order(theirs.field(members::account_id))
        .limit(i64::from(limit))
        .load(conn)?;
    let at = At("members", "account_id");
    Ok(ids
        .iter()
        .map(|id| bytes(id, at).map(AccountId::from_bytes))
        .collect::<Result<_, _>>()?)
}

/// How a member stands: one row, whatever the conversation is.
pub(super) fn standing(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<Option<Standing>, QueryError> {
    let row: Option<(Row, i16, i64)> = members::table
        .find((id.as_bytes().as_slice(), account.as_bytes().as_slice()))
        .inner_join(conversations::table)
        .select((Row::as_select(), members::role, members::first_seq))
        .get_result(conn)
        .optional()?;
    let Some((row, role, first_seq)) = row else {
        return Ok(None);
    };
    let first_seq = count(first_seq, At("members", "first_seq"))?;
    let stored = row.decode(Vec::new(), role)?;
    Ok(Some(Standing {
        kind: stored.overview.kind,
        role: stored.overview.role,
        first_seq,
        sealed_key: stored.sealed_key,
        sealed_title: stored.sealed_title,
        shows_history: stored.overview.shows_history,
        version: stored.overview.version,
        member_count: stored.overview.member_count,
        last_seq: stored.overview.last_seq,
    }))
}

/// How `account` stands in a conversation it wants to write to, and the number of its last message. In a group nobody's settings are
/// looked at, and there is nobody to look them up for.
pub(crate) fn place(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<Option<(Place, u64)>, QueryError> {
    let found: Option<(Vec<u8>, i16, Option<i64>, i64)> = members::table
        .find((id.as_bytes().as_slice(), account.as_bytes().as_slice()))
        .inner_join(conversations::table)
        .select((
            conversations::sealed_key,
            conversations::kind,
            conversations::expires_in,
            conversations::last_seq,
        ))
        .get_result(conn)
        .optional()?;
    let Some((sealed_key, kind, expires_in, last_seq)) = found else {
        return Ok(None);
    };
    let found = match coded(kind, ConversationKind::from_code, at("kind"))? {
        ConversationKind::Pair => members_as_seen_by(conn, id, account)?,
        ConversationKind::Group => Correspondents {
            everybody: member_ids(conn, id)?,
            others: Vec::new(),
            username: username(conn, account)?,
        },
    };
    found
        .username
        .map(|username| {
            let membership = Arc::new(Membership {
                sealed_key,
                members: found.everybody,
                others: found.others,
                expires_in: lifetime(expires_in)?,
            });
            let place = Place {
                membership,
                username,
            };
            Ok((place, count(last_seq, at("last_seq"))?))
        })
        .transpose()
}

fn username(conn: &mut Conn, account: AccountId) -> Result<Option<Username>, QueryError> {
    let found: Option<(String, String)> = accounts::table
        .find(account.as_bytes().as_slice())
        .select((accounts::username, accounts::username_key))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(username, key)| Username::restore(username, key)))
}

/// Everybody in a conversation, by id.
fn member_ids(conn: &mut Conn, id: ConversationId) -> Result<Vec<AccountId>, QueryError> {
    let ids: Vec<Vec<u8>> = members::table
        .filter(members::conversation_id.eq(id.as_bytes().as_slice()))
        .order(members::account_id)
        .select(members::account_id)
        .load(conn)?;
    let at = At("members", "account_id");
    Ok(ids
        .iter()
        .map(|id| bytes(id, at).map(AccountId::from_bytes))
        .collect::<Result<_, _>>()?)
}

/// Everybody in a conversation, by id, and what decides whether `account` may write to the others.
fn members_as_seen_by(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<Correspondents, QueryError> {
    let between = relations::account_id
        .eq(account.as_bytes().as_slice())
        .and(relations::other_id.eq(members::account_id));
    let rows: Vec<CorrespondentRow> = members::table
        .inner_join(accounts::table)
        .left_join(relations::table.on(between))
        .filter(members::conversation_id.eq(id.as_bytes().as_slice()))
        .order(members::account_id)
        .select((
            members::account_id,
            accounts::messages_from,
            (accounts::username, accounts::username_key),
            Option::<RelationRow>::as_select(),
        ))
        .load(conn)?;
    Ok(decode_correspondents(rows, account)?)
}

/// The members of these conversations of pairs, each list by folded username.
pub(super) fn members_of<'a>(
    conn: &mut Conn,
    ids: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Vec<Member>>, QueryError> {
    let rows: Vec<(Vec<u8>, MemberRow)> = members::table
        .inner_join(accounts::table)
        .filter(expressions::among(
            members::conversation_id,
            ids.map(Vec::as_slice),
        ))
        .order(accounts::username_key)
        .select((members::conversation_id, member_columns!()))
        .load(conn)?;
    let mut everybody: HashMap<Vec<u8>, Vec<Member>> = HashMap::new();
    for (conversation, row) in rows {
        let member = decode_member(row)?;
        everybody.entry(conversation).or_default().push(member);
    }
    Ok(everybody)
}
