use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::key_backups::{KeyBackupId, KeyBackupStamp};
use sealpost_domain::ports::{Constraint, KeyBackupRepository, StoreError, StoredKeyBackup};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::schema::{accounts, key_backups};

#[derive(Queryable, Selectable)]
#[diesel(table_name = key_backups)]
struct StampRow {
    id: Vec<u8>,
    generation: i64,
    created_at: i64,
}

impl StampRow {
    fn decode(self) -> Result<KeyBackupStamp, StoreError> {
        let generation = u32::try_from(self.generation);
        Ok(KeyBackupStamp {
            id: KeyBackupId::from_bytes(bytes(&self.id, At("key_backups", "id"))?),
            generation: generation.map_err(|_| At("key_backups", "generation").corrupt())?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

impl KeyBackupRepository for UnitTx<'_> {
    fn find(
        &mut self,
        account: AccountId,
        generation: Option<u32>,
    ) -> Result<Option<StoredKeyBackup>, StoreError> {
        self.run(|conn| {
            let mut query = key_backups::table
                .filter(key_backups::account_id.eq(account.as_bytes().as_slice()))
                .order(key_backups::generation.desc())
                .select((StampRow::as_select(), key_backups::sealed_content))
                .into_boxed();
            if let Some(generation) = generation {
                query = query.filter(key_backups::generation.eq(i64::from(generation)));
            }
            let row: Option<(StampRow, Vec<u8>)> = query.first(conn).optional()?;
            let Some((stamp, sealed_content)) = row else {
                return Ok(None);
            };
            Ok(Some(StoredKeyBackup {
                stamp: stamp.decode()?,
                sealed_content,
            }))
        })
    }

    fn lock_newest(&mut self, account: AccountId) -> Result<Option<KeyBackupStamp>, StoreError> {
        self.run(|conn| {
            let account = account.as_bytes().as_slice();
            // Locked by an update, since both engines know that; the first generation has no row of its own to lock.
            diesel::update(accounts::table.find(account))
                .set(accounts::created_at.eq(accounts::created_at))
                .execute(conn)?;
            let row: Option<StampRow> = key_backups::table
                .filter(key_backups::account_id.eq(account))
                .order(key_backups::generation.desc())
                .select(StampRow::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(StampRow::decode).transpose()?)
        })
    }

    fn insert(&mut self, account: AccountId, new: &StoredKeyBackup) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(key_backups::table)
                .values((
                    key_backups::id.eq(new.stamp.id.as_bytes().as_slice()),
                    key_backups::account_id.eq(account.as_bytes().as_slice()),
                    key_backups::generation.eq(i64::from(new.stamp.generation)),
                    key_backups::sealed_content.eq(&new.sealed_content),
                    key_backups::created_at.eq(new.stamp.created_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 0 {
                return Err(StoreError::Conflict(Constraint::Id).into());
            }
            Ok(())
        })
    }

    fn delete_before(&mut self, account: AccountId, oldest: u32) -> Result<(), StoreError> {
        self.run(|conn| {
            let old = key_backups::table
                .filter(key_backups::account_id.eq(account.as_bytes().as_slice()))
                .filter(key_backups::generation.lt(i64::from(oldest)));
            diesel::delete(old).execute(conn)?;
            Ok(())
        })
    }
}
