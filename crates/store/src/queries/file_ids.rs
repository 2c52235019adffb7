use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::files::{FileId, ReservedFileId};
use sealpost_domain::ports::{Constraint, FileIdRepository, StoreError};

use super::UnitTx;
use crate::schema::{accounts, file_ids};

impl FileIdRepository for UnitTx<'_> {
    fn insert(
        &mut self,
        reserved: &ReservedFileId,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let owner = reserved.owner.as_bytes().as_slice();
            // The row's lock: whoever counts beside this waits.
            diesel::update(accounts::table.find(owner))
                .set(accounts::created_at.eq(accounts::created_at))
                .execute(conn)?;
            let good: i64 = file_ids::table
                .filter(file_ids::owner_id.eq(owner))
                .filter(file_ids::expires_at.gt(now.as_micros()))
                .count()
                .get_result(conn)?;
            if good >= i64::from(limit) {
                return Ok(false);
            }
            let inserted = diesel::insert_into(file_ids::table)
                .values((
                    file_ids::id.eq(reserved.id.as_bytes().as_slice()),
                    file_ids::owner_id.eq(owner),
                    file_ids::expires_at.eq(reserved.expires_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(true)
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn is_good(
        &mut self,
        owner: AccountId,
        id: FileId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let found: Option<i64> = file_ids::table
                .find(id.as_bytes().as_slice())
                .filter(file_ids::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(file_ids::expires_at.gt(now.as_micros()))
                .select(file_ids::expires_at)
                .first(conn)
                .optional()?;
            Ok(found.is_some())
        })
    }

    fn take(&mut self, owner: AccountId, id: FileId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let good = file_ids::table
                .find(id.as_bytes().as_slice())
                .filter(file_ids::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(file_ids::expires_at.gt(now.as_micros()));
            Ok(diesel::delete(good).execute(conn)? == 1)
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = file_ids::table
                .filter(file_ids::expires_at.le(now.as_micros()))
                .select(file_ids::id)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept =
                diesel::delete(file_ids::table.filter(file_ids::id.eq_any(over))).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
