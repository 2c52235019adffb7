use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationId, ConversationKind, Member, MemberPlace, Role};
use sealpost_domain::groups::{
    MemberChange, MemberChangeId, MemberChangeKind, NamedAccount, NewMemberChange,
};
use sealpost_domain::ports::{GroupRepository, GroupSettings, NewGroup, NewMember, StoreError};

use super::{Conn, UnitTx, expressions};
use crate::decode::{At, bytes, coded, to_column};
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, member_changes, members};

/// How many rows one statement writes.
const BATCH: usize = 500;

// No column is left to its default, so that many rows are one statement on SQLite, too.
#[derive(Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
struct NewRow<'a> {
    conversation_id: &'a [u8],
    account_id: &'a [u8],
    role: i16,
    joined_at: i64,
    first_seq: i64,
}

/// A member with their name as written and folded.
pub(super) type MemberRow = (Vec<u8>, String, String, i16, i64);

pub(super) fn decode_member(
    (account, username, key, role, joined_at): MemberRow,
) -> Result<Member, StoreError> {
    Ok(Member {
        account: AccountId::from_bytes(bytes(&account, At("members", "account_id"))?),
        username: Username::restore(username, key),
        role: coded(role, Role::from_code, At("members", "role"))?,
        joined_at: Timestamp::from_micros(joined_at),
    })
}

/// What [`decode_member`] takes, of members joined with accounts.
macro_rules! member_columns {
    () => {
        (
            members::account_id,
            accounts::username,
            accounts::username_key,
            members::role,
            members::joined_at,
        )
    };
}
pub(super) use member_columns;

/// The members of a conversation after a place, in the order of their places.
pub(super) fn page_members(
    conn: &mut Conn,
    conversation: &[u8],
    after: Option<MemberPlace>,
    limit: u32,
) -> Result<Vec<Member>, QueryError> {
    let mut page = members::table
        .inner_join(accounts::table)
        .filter(members::conversation_id.eq(conversation.to_vec()))
        .order((members::joined_at, members::account_id))
        .limit(i64::from(limit))
        .select(member_columns!())
        .into_boxed();
    if let Some(MemberPlace { joined_at, account }) = after {
        let joined_at = joined_at.as_micros();
        let later = members::joined_at.eq(joined_at);
        let later = later.and(members::account_id.gt(account.as_bytes().to_vec()));
        page = page.filter(members::joined_at.gt(joined_at).or(later));
    }
    let rows: Vec<MemberRow> = page.load(conn)?;
    Ok(rows
        .into_iter()
        .map(decode_member)
        .collect::<Result<_, _>>()?)
}

/// Counts a member more or less.
fn count_members(conn: &mut Conn, conversation: &[u8], more: i64) -> Result<(), QueryError> {
    diesel::update(conversations::table.find(conversation))
        .set(conversations::member_count.eq(conversations::member_count + more))
        .execute(conn)?;
    Ok(())
}

/// A change with the names of its two accounts, as written and folded, if they are there.
type ChangeRow = (
    (Vec<u8>, Vec<u8>, i16, Vec<u8>, Vec<u8>, i16, i64),
    Option<(String, String)>,
    Option<(String, String)>,
);

fn decode_change((row, actor_name, account_name): ChangeRow) -> Result<MemberChange, StoreError> {
    const fn at(column: &'static str) -> At {
        At("member_changes", column)
    }
    let (id, conversation, kind, actor, account, role, created_at) = row;
    let named = |id: &[u8], name: Option<(String, String)>, column| {
        Ok::<_, StoreError>(NamedAccount {
            id: AccountId::from_bytes(bytes(id, at(column))?),
            username: name.map(|(username, key)| Username::restore(username, key)),
        })
    };
    Ok(MemberChange {
        id: MemberChangeId::from_bytes(bytes(&id, at("id"))?),
        conversation: ConversationId::from_bytes(bytes(&conversation, at("conversation_id"))?),
        kind: coded(kind, MemberChangeKind::from_code, at("kind"))?,
        actor: named(&actor, actor_name, "actor_id")?,
        account: named(&account, account_name, "account_id")?,
        role: coded(role, Role::from_code, at("role"))?,
        created_at: Timestamp::from_micros(created_at),
    })
}

impl GroupRepository for UnitTx<'_> {
    fn insert(&mut self, new: &NewGroup) -> Result<(), StoreError> {
        self.run(|conn| {
            let id = new.id.as_bytes().as_slice();
            let count = i64::try_from(new.others.len()).unwrap_or(i64::MAX);
            diesel::insert_into(conversations::table)
                .values((
                    conversations::id.eq(id),
                    conversations::sealed_key.eq(&new.sealed_key),
                    conversations::created_at.eq(new.created_at.as_micros()),
                    conversations::kind.eq(ConversationKind::Group.code()),
                    conversations::sealed_title.eq(new.sealed_title.as_ref()),
                    conversations::shows_history.eq(new.shows_history),
                    conversations::member_count.eq(count.saturating_add(1)),
                ))
                .execute(conn)?;
            let row = |account: &'_ AccountId, role: Role| {
                let account = *account.as_bytes();
                (account, role.code())
            };
            let others = new.others.iter().map(|other| row(other, Role::Member));
            let everybody: Vec<_> = std::iter::once(row(&new.owner, Role::Owner))
                .chain(others)
                .collect();
            for batch in everybody.chunks(BATCH) {
                let rows = batch.iter().map(|(account, role)| NewRow {
                    conversation_id: id,
                    account_id: account,
                    role: *role,
                    joined_at: new.created_at.as_micros(),
                    first_seq: 1,
                });
                diesel::insert_into(members::table)
                    .values(rows.collect::<Vec<_>>())
                    .execute(conn)?;
            }
            Ok(())
        })
    }

    fn find_member(
        &mut self,
        conversation: ConversationId,
        username: &Username,
    ) -> Result<Option<Member>, StoreError> {
        self.run(|conn| {
            let row: Option<MemberRow> = members::table
                .inner_join(accounts::table)
                .filter(members::conversation_id.eq(conversation.as_bytes().as_slice()))
                .filter(accounts::username_key.eq(username.key()))
                .select(member_columns!())
                .first(conn)
                .optional()?;
            Ok(row.map(decode_member).transpose()?)
        })
    }

    fn page_members(
        &mut self,
        conversation: ConversationId,
        after: Option<MemberPlace>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        self.run(|conn| page_members(conn, conversation.as_bytes(), after, limit))
    }

    fn insert_member(
        &mut self,
        conversation: ConversationId,
        new: &NewMember,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let id = conversation.as_bytes().as_slice();
            let inserted = diesel::insert_into(members::table)
                .values(NewRow {
                    conversation_id: id,
                    account_id: new.account.as_bytes(),
                    role: Role::Member.code(),
                    joined_at: new.joined_at.as_micros(),
                    first_seq: to_column(new.first_seq),
                })
                .on_conflict((members::conversation_id, members::account_id))
                .do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                count_members(conn, id, 1)?;
            }
            Ok(inserted == 1)
        })
    }

    fn remove_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let id = conversation.as_bytes().as_slice();
            let member = members::table.find((id, account.as_bytes().as_slice()));
            let removed = diesel::delete(member).execute(conn)?;
            if removed == 1 {
                count_members(conn, id, -1)?;
            }
            Ok(removed == 1)
        })
    }

    fn set_role(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        role: Role,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let member = members::table.find((
                conversation.as_bytes().as_slice(),
                account.as_bytes().as_slice(),
            ));
            let changed = diesel::update(member)
                .set(members::role.eq(role.code()))
                .execute(conn)?;
            Ok(changed == 1)
        })
    }

    fn find_successor(
        &mut self,
        conversation: ConversationId,
    ) -> Result<Option<AccountId>, StoreError> {
        self.run(|conn| {
            let id: Option<Vec<u8>> = members::table
                .filter(members::conversation_id.eq(conversation.as_bytes().as_slice()))
                .order((
                    members::role.desc(),
                    members::joined_at,
                    members::account_id,
                ))
                .select(members::account_id)
                .first(conn)
                .optional()?;
            let at = At("members", "account_id");
            let id = id.map(|id| bytes(&id, at)).transpose()?;
            Ok(id.map(AccountId::from_bytes))
        })
    }

    fn replace_settings(
        &mut self,
        conversation: ConversationId,
        version: u64,
        settings: &GroupSettings,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let group = conversations::table
                .find(conversation.as_bytes().as_slice())
                .filter(conversations::version.eq(to_column(version)));
            let changed = diesel::update(group)
                .set((
                    conversations::sealed_title.eq(settings.sealed_title.as_ref()),
                    conversations::shows_history.eq(settings.shows_history),
                    conversations::version.eq(conversations::version + 1),
                ))
                .execute(conn)?;
            Ok(changed == 1)
        })
    }

    fn delete(&mut self, conversation: ConversationId) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(conversations::table.find(conversation.as_bytes().as_slice()))
                .execute(conn)?;
            Ok(())
        })
    }

    fn record(&mut self, change: &NewMemberChange) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::insert_into(member_changes::table)
                .values((
                    member_changes::id.eq(change.id.as_bytes().as_slice()),
                    member_changes::conversation_id.eq(change.conversation.as_bytes().as_slice()),
                    member_changes::kind.eq(change.kind.code()),
                    member_changes::actor_id.eq(change.actor.as_bytes().as_slice()),
                    member_changes::account_id.eq(change.account.as_bytes().as_slice()),
                    member_changes::role.eq(change.role.code()),
                    member_changes::created_at.eq(change.created_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_changes(&mut self, ids: &[MemberChangeId]) -> Result<Vec<MemberChange>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let (actors, people) = diesel::alias!(accounts as actors, accounts as people);
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<ChangeRow> = member_changes::table
                .left_join(actors.on(actors.field(accounts::id).eq(member_changes::actor_id)))
                .left_join(people.on(people.field(accounts::id).eq(member_changes::account_id)))
                .filter(expressions::among(member_changes::id, wanted))
                .select((
                    member_changes::all_columns,
                    actors
                        .fields((accounts::username, accounts::username_key))
                        .nullable(),
                    people
                        .fields((accounts::username, accounts::username_key))
                        .nullable(),
                ))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(decode_change)
                .collect::<Result<_, _>>()?)
        })
    }
}
