use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::invites::{Invite, InviteId, InviteUse};
use sealpost_domain::ports::{Constraint, Digest, InviteRepository, StoreError};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::schema::{accounts, invite_uses, invites};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invites)]
struct Row {
    id: Vec<u8>,
    made_by: i64,
    uses: i64,
    used: i64,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl Row {
    fn of(invite: &Invite) -> Self {
        Self {
            id: invite.id.as_bytes().to_vec(),
            made_by: i64::from(invite.made_by),
            uses: i64::from(invite.uses),
            used: i64::from(invite.used),
            created_at: invite.created_at.as_micros(),
            expires_at: invite.expires_at.as_micros(),
            revoked_at: invite.revoked_at.map(Timestamp::as_micros),
        }
    }

    fn decode(self) -> Result<Invite, StoreError> {
        const fn at(column: &'static str) -> At {
            At("invites", column)
        }
        let small = |value: i64, at: At| u32::try_from(value).map_err(|_| at.corrupt());
        Ok(Invite {
            id: InviteId::from_bytes(bytes(&self.id, at("id"))?),
            made_by: small(self.made_by, at("made_by"))?,
            uses: small(self.uses, at("uses"))?,
            used: small(self.used, at("used"))?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        })
    }
}

#[derive(Queryable)]
struct UseRow {
    account_id: Vec<u8>,
    username: String,
    username_key: String,
    used_at: i64,
}

impl UseRow {
    fn decode(self) -> Result<InviteUse, StoreError> {
        let account = bytes(&self.account_id, At("invite_uses", "account_id"))?;
        Ok(InviteUse {
            account: AccountId::from_bytes(account),
            username: Username::restore(self.username, self.username_key),
            used_at: Timestamp::from_micros(self.used_at),
        })
    }
}

impl InviteRepository for UnitTx<'_> {
    fn insert(&mut self, invite: &Invite, digest: &Digest) -> Result<(), StoreError> {
        let row = Row::of(invite);
        self.run(|conn| {
            let inserted = diesel::insert_into(invites::table)
                .values((&row, invites::digest.eq(digest.as_slice())))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn find(&mut self, id: InviteId) -> Result<Option<Invite>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = invites::table
                .find(id.as_bytes().as_slice())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_by_digest(&mut self, digest: &Digest) -> Result<Option<Invite>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = invites::table
                .filter(invites::digest.eq(digest.as_slice()))
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn spend(&mut self, digest: &Digest, now: Timestamp) -> Result<Option<InviteId>, StoreError> {
        self.run(|conn| {
            // A unit that waited for the row's lock sees it as the other left it, so the last use is taken once.
            let good = invites::table
                .filter(invites::digest.eq(digest.as_slice()))
                .filter(invites::used.lt(invites::uses))
                .filter(invites::expires_at.gt(now.as_micros()))
                .filter(invites::revoked_at.is_null());
            let id: Option<Vec<u8>> = diesel::update(good)
                .set(invites::used.eq(invites::used + 1))
                .returning(invites::id)
                .get_result(conn)
                .optional()?;
            let id = id.map(|id| bytes(&id, At("invites", "id"))).transpose()?;
            Ok(id.map(InviteId::from_bytes))
        })
    }

    fn record_use(
        &mut self,
        invite: InviteId,
        account: AccountId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::insert_into(invite_uses::table)
                .values((
                    invite_uses::account_id.eq(account.as_bytes().as_slice()),
                    invite_uses::invite_id.eq(invite.as_bytes().as_slice()),
                    invite_uses::used_at.eq(at.as_micros()),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn page(&mut self, before: Option<InviteId>, limit: u32) -> Result<Vec<Invite>, StoreError> {
        self.run(|conn| {
            let mut query = invites::table
                .order(invites::id.desc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .into_boxed();
            if let Some(before) = before {
                query = query.filter(invites::id.lt(before.as_bytes().to_vec()));
            }
            let rows: Vec<Row> = query.load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn list_uses(&mut self, invite: InviteId) -> Result<Vec<InviteUse>, StoreError> {
        self.run(|conn| {
            let rows: Vec<UseRow> = invite_uses::table
                .inner_join(accounts::table)
                .filter(invite_uses::invite_id.eq(invite.as_bytes().as_slice()))
                .order((invite_uses::used_at, invite_uses::account_id))
                .limit(i64::from(Invite::MAX_USES))
                .select((
                    invite_uses::account_id,
                    accounts::username,
                    accounts::username_key,
                    invite_uses::used_at,
                ))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(UseRow::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn revoke(&mut self, id: InviteId, at: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let standing = invites::table
                .find(id.as_bytes().as_slice())
                .filter(invites::revoked_at.is_null());
            let revoked = diesel::update(standing)
                .set(invites::revoked_at.eq(at.as_micros()))
                .execute(conn)?;
            Ok(revoked == 1)
        })
    }

    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let before = before.as_micros();
        self.run(|conn| {
            let used_since = invite_uses::table
                .filter(invite_uses::invite_id.eq(invites::id))
                .filter(invite_uses::used_at.ge(before));
            let used_up = invites::used
                .ge(invites::uses)
                .and(invites::created_at.lt(before))
                .and(diesel::dsl::not(diesel::dsl::exists(used_since)));
            let over: Vec<Vec<u8>> = invites::table
                .filter(
                    invites::expires_at
                        .lt(before)
                        .or(invites::revoked_at.lt(before).assume_not_null())
                        .or(used_up),
                )
                .select(invites::id)
                .limit(i64::from(limit))
                .load(conn)?;
            // None of them becomes good again.
            let over = invites::table.filter(invites::id.eq_any(over));
            let swept = diesel::delete(over).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
