use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, MessagesFrom};
use sealpost_domain::contacts::Correspondent;
use sealpost_domain::conversations::{
    Activity, ConversationId, ConversationKind, ConversationOverview, Markers, Member, Membership,
    NewConversation, Role, Standing,
};
use sealpost_domain::messages::Lifetime;
use sealpost_domain::ports::{
    ConversationRepository, Progress, StoreError, StoredConversation, StoredReceipts,
};

use super::contacts::RelationRow;
use super::groups::{self, MemberRow, decode_member, member_columns};
use super::{Conn, UnitTx, locks, progress};
use crate::decode::{At, bytes, coded, count};
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, members, relations};

const fn at(column: &'static str) -> At {
    At("conversations", column)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct Row {
    id: Vec<u8>,
    pair: Option<Vec<u8>>,
    sealed_key: Vec<u8>,
    last_seq: i64,
    created_at: i64,
    kind: i16,
    sealed_title: Option<Vec<u8>>,
    shows_history: bool,
    member_count: i64,
    version: i64,
    expires_in: Option<i64>,
}

impl Row {
    /// For somebody of this role.
    fn decode(self, members: Vec<Member>, role: i16) -> Result<StoredConversation, StoreError> {
        Ok(StoredConversation {
            overview: ConversationOverview {
                id: ConversationId::from_bytes(bytes(&self.id, at("id"))?),
                kind: coded(self.kind, ConversationKind::from_code, at("kind"))?,
                title: None,
                shows_history: self.shows_history,
                role: coded(role, Role::from_code, At("members", "role"))?,
                members,
                member_count: count(self.member_count, at("member_count"))?,
                version: count(self.version, at("version"))?,
                created_at: Timestamp::from_micros(self.created_at),
                last_seq: count(self.last_seq, at("last_seq"))?,
                expires_in: lifetime(self.expires_in)?,
            },
            sealed_key: self.sealed_key,
            sealed_title: self.sealed_title,
        })
    }
}

/// A pair's key: the lower id first, so that it does not matter who starts.
fn pair_key((one, other): (AccountId, AccountId)) -> Vec<u8> {
    let (low, high) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    [*low.as_bytes(), *high.as_bytes()].concat()
}

impl ConversationRepository for UnitTx<'_> {
    fn find_or_insert_pair(&mut self, new: &NewConversation) -> Result<ConversationId, StoreError> {
        self.run(|conn| {
            let pair = pair_key(new.pair);
            let inserted = diesel::insert_into(conversations::table)
                .values((
                    conversations::id.eq(new.id.as_bytes().as_slice()),
                    conversations::pair.eq(&pair),
                    conversations::sealed_key.eq(&new.sealed_key),
                    conversations::created_at.eq(new.created_at.as_micros()),
                ))
                .on_conflict(conversations::pair)
                .do_nothing()
                .execute(conn)?;
            if inserted == 0 {
                let id: Vec<u8> = conversations::table
                    .filter(conversations::pair.eq(&pair))
                    .select(conversations::id)
                    .first(conn)?;
                return Ok(ConversationId::from_bytes(bytes(
                    &id,
                    At("conversations", "id"),
                )?));
            }
            for account in [new.pair.0, new.pair.1] {
                diesel::insert_into(members::table)
                    .values((
                        members::conversation_id.eq(new.id.as_bytes().as_slice()),
                        members::account_id.eq(account.as_bytes().as_slice()),
                        members::role.eq(Role::Member.code()),
                        members::joined_at.eq(new.created_at.as_micros()),
                    ))
                    .execute(conn)?;
            }
            Ok(new.id)
        })
    }

    fn find_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError> {
        self.run(|conn| standing(conn, id, account))
    }

    fn lock_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError> {
        self.run(|conn| {
            locks::lock_conversation(conn, id.as_bytes(), account.as_bytes())?;
            standing(conn, id, account)
        })
    }

    fn find_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError> {
        self.run(|conn| membership(conn, id, account))
    }

    fn lock_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError> {
        self.run(|conn| {
            locks::lock_conversation(conn, id.as_bytes(), account.as_bytes())?;
            membership(conn, id, account)
        })
    }

    fn has_pair(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let pair = conversations::table.filter(conversations::pair.eq(pair_key((one, other))));
            Ok(diesel::select(diesel::dsl::exists(pair)).get_result(conn)?)
        })
    }

    fn share_group(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let mine = diesel::alias!(members as mine);
            let own = mine
                .filter(
                    mine.field(members::account_id)
                        .eq(one.as_bytes().as_slice()),
                )
                .select(mine.field(members::conversation_id));
            let shared = members::table
                .inner_join(conversations::table)
                .filter(members::account_id.eq(other.as_bytes().as_slice()))
                .filter(conversations::kind.eq(ConversationKind::Group.code()))
                .filter(members::conversation_id.eq_any(own));
            Ok(diesel::select(diesel::dsl::exists(shared)).get_result(conn)?)
        })
    }

    fn find_many(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
    ) -> Result<Vec<StoredConversation>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Row, i16)> = members::table
                .inner_join(conversations::table)
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .filter(members::conversation_id.eq_any(wanted))
                .order(members::conversation_id.desc())
                .select((Row::as_select(), members::role))
                .load(conn)?;
            let pairs = rows.iter().filter(|(row, _)| row.pair.is_some());
            let mut members = members_of(conn, pairs.map(|(row, _)| &row.id))?;
            for (row, _) in rows.iter().filter(|(row, _)| row.pair.is_none()) {
                let mut first =
                    groups::page_members(conn, &row.id, None, ConversationOverview::MEMBERS)?;
                first.sort_by(|one, other| one.username.key().cmp(other.username.key()));
                members.insert(row.id.clone(), first);
            }
            rows.into_iter()
                .map(|(row, role)| {
                    let members = members.remove(&row.id).unwrap_or_default();
                    Ok(row.decode(members, role)?)
                })
                .collect()
        })
    }

    fn page(
        &mut self,
        account: AccountId,
        kind: Option<ConversationKind>,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError> {
        self.run(|conn| {
            let mut query = members::table
                .inner_join(conversations::table)
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .order(members::conversation_id.desc())
                .limit(i64::from(limit))
                .select(members::conversation_id)
                .into_boxed();
            if let Some(kind) = kind {
                query = query.filter(conversations::kind.eq(kind.code()));
            }
            if let Some(before) = before {
                query = query.filter(members::conversation_id.lt(before.as_bytes().to_vec()));
            }
            let ids: Vec<Vec<u8>> = query.load(conn)?;
            let at = At("members", "conversation_id");
            Ok(ids
                .iter()
                .map(|id| bytes(id, at).map(ConversationId::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }

    fn page_by_activity(
        &mut self,
        account: AccountId,
        before: Option<Activity>,
        limit: u32,
    ) -> Result<Vec<Activity>, StoreError> {
        self.run(|conn| progress::page_by_activity(conn, account, before, limit))
    }

    fn find_progress(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
        now: Timestamp,
    ) -> Result<Vec<Progress>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| progress::find(conn, account, ids, now))
    }

    fn move_markers(
        &mut self,
        id: ConversationId,
        account: AccountId,
        to: Markers,
    ) -> Result<Option<Markers>, StoreError> {
        self.run(|conn| progress::move_markers(conn, id, account, to))
    }

    fn page_receipts(
        &mut self,
        id: ConversationId,
        viewer: AccountId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<StoredReceipts>, StoreError> {
        self.run(|conn| progress::page_receipts(conn, id, viewer, (after, limit)))
    }

    fn replace_lifetime(
        &mut self,
        id: ConversationId,
        lifetime: Option<Lifetime>,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let found = conversations::table.filter(conversations::id.eq(id.as_bytes().as_slice()));
            let column = conversations::expires_in;
            let risen = conversations::version.eq(conversations::version + 1);
            let replaced = if let Some(lifetime) = lifetime {
                let seconds = i64::from(lifetime.as_seconds());
                let different = found.filter(column.is_null().or(column.ne(seconds)));
                diesel::update(different)
                    .set((column.eq(seconds), risen))
                    .execute(conn)?
            } else {
                diesel::update(found.filter(column.is_not_null()))
                    .set((column.eq(None::<i64>), risen))
                    .execute(conn)?
            };
            Ok(replaced == 1)
        })
    }

    fn list_partners(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.run(|conn| {
            let mut found = partners(conn, account, ConversationKind::Pair, limit)?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            if found.len() < most {
                let known: BTreeSet<AccountId> = found.iter().copied().collect();
                let mut others = partners(conn, account, ConversationKind::Group, limit)?;
                others.retain(|other| !known.contains(other));
                found.extend(others);
                found.truncate(most);
            }
            Ok(found)
        })
    }

    fn delete_pairs(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own = members::table
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .select(members::conversation_id);
            let pairs = conversations::table
                .filter(conversations::kind.eq(ConversationKind::Pair.code()))
                .filter(conversations::id.eq_any(own));
            let deleted = diesel::delete(pairs).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }
}

/// Those whom `account` shares a conversation of this kind with, by id, without those of whom one blocks the other.
fn partners(
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
fn standing(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<Option<Standing>, QueryError> {
    let row: Option<(Row, i16, i64)> = members::table
        .find((id.as_bytes().as_slice(), account.as_bytes().as_slice()))
        .inner_join(conversations::table)
        .select((Row::as_select(), members::role, members::first_seq))
        .first(conn)
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

/// What writing needs. In a group nobody's settings are looked at, and there is nobody to look them up for.
fn membership(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<Option<Membership>, QueryError> {
    let found: Option<(Vec<u8>, i16, Option<i64>)> = members::table
        .find((id.as_bytes().as_slice(), account.as_bytes().as_slice()))
        .inner_join(conversations::table)
        .select((
            conversations::sealed_key,
            conversations::kind,
            conversations::expires_in,
        ))
        .first(conn)
        .optional()?;
    let Some((sealed_key, kind, expires_in)) = found else {
        return Ok(None);
    };
    let (members, others) = match coded(kind, ConversationKind::from_code, at("kind"))? {
        ConversationKind::Pair => members_as_seen_by(conn, id, account)?,
        ConversationKind::Group => (member_ids(conn, id)?, Vec::new()),
    };
    Ok(Some(Membership {
        sealed_key,
        members,
        others,
        expires_in: lifetime(expires_in)?,
    }))
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

/// How long messages stay, as stored.
fn lifetime(seconds: Option<i64>) -> Result<Option<Lifetime>, StoreError> {
    let at = At("conversations", "expires_in");
    let parse = |seconds| Lifetime::parse(count(seconds, at)?).map_err(|_| at.corrupt());
    seconds.map(parse).transpose()
}

/// Everybody in a conversation, by id, and what decides whether `account` may write to the others.
fn members_as_seen_by(
    conn: &mut Conn,
    id: ConversationId,
    account: AccountId,
) -> Result<(Vec<AccountId>, Vec<Correspondent>), QueryError> {
    let between = relations::account_id
        .eq(account.as_bytes().as_slice())
        .and(relations::other_id.eq(members::account_id));
    let rows: Vec<(Vec<u8>, i16, Option<RelationRow>)> = members::table
        .inner_join(accounts::table)
        .left_join(relations::table.on(between))
        .filter(members::conversation_id.eq(id.as_bytes().as_slice()))
        .order(members::account_id)
        .select((
            members::account_id,
            accounts::messages_from,
            Option::<RelationRow>::as_select(),
        ))
        .load(conn)?;
    let (mut everybody, mut others) = (Vec::with_capacity(rows.len()), Vec::new());
    for (member, messages_from, relation) in rows {
        let member = AccountId::from_bytes(bytes(&member, At("members", "account_id"))?);
        everybody.push(member);
        if member != account {
            let at = At("accounts", "messages_from");
            others.push(Correspondent {
                messages_from: coded(messages_from, MessagesFrom::from_code, at)?,
                relation: RelationRow::decode(relation)?,
            });
        }
    }
    Ok((everybody, others))
}

/// The members of these conversations of pairs, each list by folded username.
fn members_of<'a>(
    conn: &mut Conn,
    ids: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Vec<Member>>, QueryError> {
    let rows: Vec<(Vec<u8>, MemberRow)> = members::table
        .inner_join(accounts::table)
        .filter(members::conversation_id.eq_any(ids))
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
