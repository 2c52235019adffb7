use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::{
    Activity, ConversationId, ConversationKind, ConversationOverview, Markers, Member, Membership,
    MovedMarkers, NewConversation, Role, Standing,
};
use sealpost_domain::messages::Lifetime;
use sealpost_domain::ports::{
    ConversationRepository, Progress, StoreError, StoredConversation, StoredReceipts,
};

use super::groups;
use super::memberships::{members_of, partners, place, standing};
use super::{UnitTx, expressions, locks, progress};
use crate::decode::{At, bytes, coded, count, lifetime};
use crate::schema::{conversations, members};

pub(super) const fn at(column: &'static str) -> At {
    At("conversations", column)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub(super) struct Row {
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
    pub(super) fn decode(
        self,
        members: Vec<Member>,
        role: i16,
    ) -> Result<StoredConversation, StoreError> {
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
        let found = self.run(|conn| place(conn, id, account))?;
        Ok(found.map(|(place, _)| Arc::unwrap_or_clone(place.membership)))
    }

    fn lock_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        let known = self.sends.as_ref();
        if let Some(known) = known.and_then(|sends| sends.membership(id, account)) {
            return Ok(known);
        }
        self.run(|conn| {
            locks::lock_conversation(conn, id.as_bytes(), account.as_bytes())?;
            Ok(place(conn, id, account)?.map(|(place, _)| place.membership))
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
                .filter(expressions::among(members::conversation_id, wanted))
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
    ) -> Result<Option<MovedMarkers>, StoreError> {
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
