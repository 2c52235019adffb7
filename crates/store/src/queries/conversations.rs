use std::collections::HashMap;

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, MessagesFrom, Username};
use sealpost_domain::contacts::Correspondent;
use sealpost_domain::conversations::{
    ConversationId, ConversationOverview, Member, Membership, NewConversation,
};
use sealpost_domain::ports::{ConversationRepository, StoreError};

use super::contacts::RelationRow;
use super::{Conn, UnitTx};
use crate::decode::{At, bytes, coded, count};
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, members, relations};

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
                    ))
                    .execute(conn)?;
            }
            Ok(new.id)
        })
    }

    fn find_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError> {
        self.run(|conn| {
            let sealed_key: Option<Vec<u8>> = members::table
                .find((id.as_bytes().as_slice(), account.as_bytes().as_slice()))
                .inner_join(conversations::table)
                .select(conversations::sealed_key)
                .first(conn)
                .optional()?;
            let Some(sealed_key) = sealed_key else {
                return Ok(None);
            };
            let (members, others) = members_as_seen_by(conn, id, account)?;
            Ok(Some(Membership {
                sealed_key,
                members,
                others,
            }))
        })
    }

    fn has_pair(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let pair = conversations::table.filter(conversations::pair.eq(pair_key((one, other))));
            Ok(diesel::select(diesel::dsl::exists(pair)).get_result(conn)?)
        })
    }

    fn find_many(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
    ) -> Result<Vec<ConversationOverview>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Vec<u8>, i64, i64)> = members::table
                .inner_join(conversations::table)
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .filter(members::conversation_id.eq_any(wanted))
                .order(members::conversation_id.desc())
                .select((
                    conversations::id,
                    conversations::created_at,
                    conversations::last_seq,
                ))
                .load(conn)?;
            let mut everybody = members_of(conn, rows.iter().map(|(id, _, _)| id))?;
            rows.into_iter()
                .map(|(id, created_at, last_seq)| {
                    Ok(ConversationOverview {
                        id: ConversationId::from_bytes(bytes(&id, At("conversations", "id"))?),
                        members: everybody.remove(&id).unwrap_or_default(),
                        created_at: Timestamp::from_micros(created_at),
                        last_seq: count(last_seq, At("conversations", "last_seq"))?,
                    })
                })
                .collect()
        })
    }

    fn page(
        &mut self,
        account: AccountId,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError> {
        self.run(|conn| {
            let mut query = members::table
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .order(members::conversation_id.desc())
                .limit(i64::from(limit))
                .select(members::conversation_id)
                .into_boxed();
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

    fn list_partners(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.run(|conn| {
            let (mine, theirs) = diesel::alias!(members as mine, members as theirs);
            let ids: Vec<Vec<u8>> = mine
                .inner_join(
                    theirs.on(theirs
                        .field(members::conversation_id)
                        .eq(mine.field(members::conversation_id))),
                )
                .filter(
                    mine.field(members::account_id)
                        .eq(account.as_bytes().as_slice()),
                )
                .filter(
                    theirs
                        .field(members::account_id)
                        .ne(account.as_bytes().as_slice()),
                )
                .filter(diesel::dsl::not(diesel::dsl::exists(
                    relations::table
                        .filter(relations::account_id.eq(account.as_bytes().as_slice()))
                        .filter(relations::other_id.eq(theirs.field(members::account_id)))
                        .filter(
                            relations::blocked_at
                                .is_not_null()
                                .or(relations::blocked_by_at.is_not_null()),
                        ),
                )))
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
        })
    }

    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own = members::table
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .select(members::conversation_id);
            let deleted =
                diesel::delete(conversations::table.filter(conversations::id.eq_any(own)))
                    .execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }
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

/// The members of these conversations, each list by folded username.
fn members_of<'a>(
    conn: &mut Conn,
    ids: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Vec<Member>>, QueryError> {
    let rows: Vec<(Vec<u8>, Vec<u8>, String, String)> = members::table
        .inner_join(accounts::table)
        .filter(members::conversation_id.eq_any(ids))
        .order(accounts::username_key)
        .select((
            members::conversation_id,
            accounts::id,
            accounts::username,
            accounts::username_key,
        ))
        .load(conn)?;
    let mut everybody: HashMap<Vec<u8>, Vec<Member>> = HashMap::new();
    for (conversation, account, username, key) in rows {
        everybody.entry(conversation).or_default().push(Member {
            account: AccountId::from_bytes(bytes(&account, At("accounts", "id"))?),
            username: Username::restore(username, key),
        });
    }
    Ok(everybody)
}
