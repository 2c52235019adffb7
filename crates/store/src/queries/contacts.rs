use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::contacts::{Acquaintance, ContactState, Relation, Tally};
use sealpost_domain::directory::UsernamePrefix;
use sealpost_domain::ports::{ContactRepository, StoreError};

use super::accounts::SettingsRow;
use super::{Conn, UnitTx, expressions};
use crate::decode::{At, RelationRow, bytes};
use crate::failure::QueryError;
use crate::schema::{accounts, relations};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: Vec<u8>,
    username: String,
    username_key: String,
    #[diesel(embed)]
    settings: SettingsRow,
}

/// An account, and the viewer's relation to it if there is one.
type Row = (AccountRow, Option<RelationRow>);

fn decode((row, relation): Row) -> Result<Acquaintance, StoreError> {
    Ok(Acquaintance {
        account: AccountId::from_bytes(bytes(&row.id, At("accounts", "id"))?),
        username: Username::restore(row.username, row.username_key),
        settings: row.settings.decode()?,
        relation: RelationRow::decode(relation)?,
    })
}

fn decode_all(rows: Vec<Row>) -> Result<Vec<Acquaintance>, QueryError> {
    Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
}

/// Every account, and the relation of `$viewer` to it.
macro_rules! seen_by {
    ($viewer:expr) => {
        accounts::table
            .left_join(
                relations::table.on(relations::account_id
                    .eq($viewer.as_bytes().as_slice())
                    .and(relations::other_id.eq(accounts::id))),
            )
            .select((AccountRow::as_select(), Option::<RelationRow>::as_select()))
    };
}

/// The accounts that `$account` has a relation to for which `$condition` holds, after `$after`.
macro_rules! related {
    ($conn:expr, $account:expr, $condition:expr, $after:expr, $limit:expr) => {
        relations::table
            .inner_join(accounts::table.on(accounts::id.eq(relations::other_id)))
            .filter(relations::account_id.eq($account.as_bytes().as_slice()))
            .filter($condition)
            .filter(accounts::username_key.gt($after))
            .order(accounts::username_key)
            .limit(i64::from($limit))
            .select((AccountRow::as_select(), Option::<RelationRow>::as_select()))
            .load::<Row>($conn)
    };
}

impl ContactRepository for UnitTx<'_> {
    fn find_by_username(
        &mut self,
        viewer: AccountId,
        username: &Username,
    ) -> Result<Option<Acquaintance>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = seen_by!(viewer)
                .filter(accounts::username_key.eq(username.key()))
                .first(conn)
                .optional()?;
            Ok(row.map(decode).transpose()?)
        })
    }

    fn find_by_usernames(
        &mut self,
        viewer: AccountId,
        usernames: &[Username],
    ) -> Result<Vec<Acquaintance>, StoreError> {
        if usernames.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = usernames.iter().map(Username::key);
            let rows: Vec<Row> = seen_by!(viewer)
                .filter(accounts::username_key.eq_any(wanted))
                .load(conn)?;
            decode_all(rows)
        })
    }

    fn find_many(
        &mut self,
        viewer: AccountId,
        ids: &[AccountId],
    ) -> Result<Vec<Acquaintance>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Row> = seen_by!(viewer)
                .filter(expressions::among(accounts::id, wanted))
                .load(conn)?;
            decode_all(rows)
        })
    }

    fn search(
        &mut self,
        viewer: AccountId,
        prefix: &UsernamePrefix,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError> {
        // One bound, so that the index is entered where the page begins.
        let lowest = prefix.lowest().max(after);
        self.run(|conn| {
            let rows: Vec<Row> = seen_by!(viewer)
                .filter(accounts::discoverable.eq(true))
                .filter(accounts::username_key.ge(lowest))
                .filter(accounts::username_key.ne(after))
                .filter(accounts::username_key.le(prefix.highest()))
                .filter(accounts::disabled_at.is_null())
                .filter(relations::blocked_by_at.nullable().is_null())
                .order(accounts::username_key)
                .limit(i64::from(limit))
                .load(conn)?;
            decode_all(rows)
        })
    }

    fn page(
        &mut self,
        account: AccountId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError> {
        let any = relations::contact.gt(ContactState::None.code());
        self.run(|conn| decode_all(related!(conn, account, any, after, limit)?))
    }

    fn page_blocked(
        &mut self,
        account: AccountId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError> {
        let blocked = relations::blocked_at.is_not_null();
        self.run(|conn| decode_all(related!(conn, account, blocked, after, limit)?))
    }

    fn list_mutual(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.run(|conn| {
            let ids: Vec<Vec<u8>> = relations::table
                .filter(relations::account_id.eq(account.as_bytes().as_slice()))
                .filter(relations::contact.eq(ContactState::Mutual.code()))
                .order(relations::other_id)
                .limit(i64::from(limit))
                .select(relations::other_id)
                .load(conn)?;
            let at = At("relations", "other_id");
            Ok(ids
                .iter()
                .map(|id| bytes(id, at).map(AccountId::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }

    fn list_friends(
        &mut self,
        viewer: AccountId,
        ids: &[AccountId],
        limit: u32,
    ) -> Result<Vec<(AccountId, Username)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let shown = accounts::discoverable
                .eq(true)
                .or(relations::account_id.eq(viewer.as_bytes().as_slice()));
            let rows: Vec<(Vec<u8>, String, String)> = relations::table
                .inner_join(accounts::table.on(accounts::id.eq(relations::other_id)))
                .filter(expressions::among(relations::account_id, wanted))
                .filter(relations::contact.eq(ContactState::Mutual.code()))
                .filter(accounts::disabled_at.is_null())
                .filter(shown)
                .order((relations::account_id, accounts::username_key))
                .limit(i64::from(limit))
                .select((
                    relations::account_id,
                    accounts::username,
                    accounts::username_key,
                ))
                .load(conn)?;
            let at = At("relations", "account_id");
            rows.into_iter()
                .map(|(id, name, key)| {
                    let id = AccountId::from_bytes(bytes(&id, at)?);
                    Ok((id, Username::restore(name, key)))
                })
                .collect()
        })
    }

    fn lock(&mut self, account: AccountId, other: AccountId) -> Result<Relation, StoreError> {
        self.run(|conn| {
            // Both rows, always in the same order: two units cannot lock each other out.
            for id in [account.min(other), account.max(other)] {
                diesel::update(accounts::table.find(id.as_bytes().as_slice()))
                    .set(accounts::created_at.eq(accounts::created_at))
                    .execute(conn)?;
            }
            let row: Option<RelationRow> = relations::table
                .find((account.as_bytes().as_slice(), other.as_bytes().as_slice()))
                .select(RelationRow::as_select())
                .first(conn)
                .optional()?;
            Ok(RelationRow::decode(row)?)
        })
    }

    fn save(
        &mut self,
        account: AccountId,
        other: AccountId,
        relation: &Relation,
    ) -> Result<(), StoreError> {
        self.run(|conn| {
            for (one, other, relation) in [
                (account, other, *relation),
                (other, account, relation.mirrored()),
            ] {
                save_one_side(conn, one, other, &relation)?;
            }
            Ok(())
        })
    }

    fn tally(&mut self, account: AccountId) -> Result<Tally, StoreError> {
        self.run(|conn| {
            let own =
                || relations::table.filter(relations::account_id.eq(account.as_bytes().as_slice()));
            let counted = |state: ContactState| relations::contact.eq(state.code());
            let contacts = own()
                .filter(counted(ContactState::Mutual).or(counted(ContactState::RequestedByMe)));
            let requests = own().filter(counted(ContactState::RequestedByThem));
            let blocks = own().filter(relations::blocked_at.is_not_null());
            Ok(Tally {
                contacts: number(contacts.count().get_result(conn)?),
                requests: number(requests.count().get_result(conn)?),
                blocks: number(blocks.count().get_result(conn)?),
            })
        })
    }
}

/// A count of rows, which is never negative.
fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Stores a row, or deletes it if it would say nothing.
fn save_one_side(
    conn: &mut Conn,
    account: AccountId,
    other: AccountId,
    relation: &Relation,
) -> Result<(), QueryError> {
    let key = (account.as_bytes().as_slice(), other.as_bytes().as_slice());
    if *relation == Relation::default() {
        diesel::delete(relations::table.find(key)).execute(conn)?;
        return Ok(());
    }
    let values = (
        relations::contact.eq(relation.contact.code()),
        relations::contact_since.eq(relation.contact_since.map(Timestamp::as_micros)),
        relations::blocked_at.eq(relation.blocked_at.map(Timestamp::as_micros)),
        relations::blocked_by_at.eq(relation.blocked_by_at.map(Timestamp::as_micros)),
    );
    diesel::insert_into(relations::table)
        .values((
            relations::account_id.eq(key.0),
            relations::other_id.eq(key.1),
            values,
        ))
        .on_conflict((relations::account_id, relations::other_id))
        .do_update()
        .set(values)
        .execute(conn)?;
    Ok(())
}
