use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::upsert::excluded;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{PresenceRepository, StoreError};

use super::{UnitTx, expressions};
use crate::decode::{At, bytes};
use crate::schema::{presence, sessions};

impl PresenceRepository for UnitTx<'_> {
    fn renew(
        &mut self,
        accounts: &[AccountId],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        if accounts.is_empty() {
            return Ok(0);
        }
        self.run(|conn| {
            let wanted = accounts.iter().map(|id| id.as_bytes().as_slice());
            // In order, so that two instances cannot lock each other out.
            let logged_in: Vec<Vec<u8>> = sessions::table
                .filter(expressions::among(sessions::account_id, wanted))
                .filter(sessions::expires_at.gt(now.as_micros()))
                .select(sessions::account_id)
                .distinct()
                .order(sessions::account_id)
                .load(conn)?;
            for account in &logged_in {
                let lease = diesel::insert_into(presence::table)
                    .values((
                        presence::account_id.eq(account),
                        presence::lease_until.eq(until.as_micros()),
                    ))
                    .on_conflict(presence::account_id)
                    .do_update()
                    .set(presence::lease_until.eq(excluded(presence::lease_until)));
                methods::FilterDsl::filter(lease, presence::lease_until.lt(until.as_micros()))
                    .execute(conn)?;
            }
            Ok(u64::try_from(logged_in.len()).unwrap_or(u64::MAX))
        })
    }

    fn end_without_session(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let account = account.as_bytes().as_slice();
            let alive = sessions::table
                .filter(sessions::account_id.eq(account))
                .filter(sessions::expires_at.gt(now.as_micros()));
            let lease = presence::table
                .find(account)
                .filter(diesel::dsl::not(diesel::dsl::exists(alive)));
            Ok(diesel::delete(lease).execute(conn)? == 1)
        })
    }

    fn end(&mut self, account: AccountId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let lease = presence::table.find(account.as_bytes().as_slice());
            Ok(diesel::delete(lease).execute(conn)? == 1)
        })
    }

    fn list_online(
        &mut self,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<Vec<AccountId>, StoreError> {
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = accounts.iter().map(|id| id.as_bytes().as_slice());
            let ids: Vec<Vec<u8>> = presence::table
                .filter(expressions::among(presence::account_id, wanted))
                .filter(presence::lease_until.gt(now.as_micros()))
                .select(presence::account_id)
                .load(conn)?;
            let at = At("presence", "account_id");
            Ok(ids
                .iter()
                .map(|id| bytes(id, at).map(AccountId::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let ended: Vec<Vec<u8>> = presence::table
                .filter(presence::lease_until.le(now.as_micros()))
                .select(presence::account_id)
                .limit(i64::from(limit))
                .load(conn)?;
            // Looked at again: a lease may have been renewed meanwhile.
            let ended = presence::table
                .filter(presence::account_id.eq_any(ended))
                .filter(presence::lease_until.le(now.as_micros()));
            let swept = diesel::delete(ended).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
