use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{Account, AccountId};
use sealpost_domain::ports::{Constraint, StorageRepository, StoreError};
use sealpost_domain::storage::{AccountStorage, QuotaChoice, ReservationId, StorageReservation};

use super::{Conn, UnitTx, accounts};
use crate::decode::{At, bytes, count, to_column};
use crate::failure::QueryError;
use crate::schema::{accounts as account_rows, storage, storage_reservations};

/// What stands in `quota` where there is no limit.
const UNLIMITED: i64 = -1;

const fn at(column: &'static str) -> At {
    At("storage_reservations", column)
}

fn choice(quota: Option<i64>) -> Result<QuotaChoice, StoreError> {
    Ok(match quota {
        None => QuotaChoice::Default,
        Some(UNLIMITED) => QuotaChoice::Unlimited,
        Some(bytes) => QuotaChoice::Bytes(count(bytes, At("storage", "quota"))?),
    })
}

fn quota(choice: QuotaChoice) -> Option<i64> {
    match choice {
        QuotaChoice::Default => None,
        QuotaChoice::Unlimited => Some(UNLIMITED),
        QuotaChoice::Bytes(bytes) => Some(to_column(bytes)),
    }
}

/// How much is used, and how much may be.
type StorageRow = (i64, Option<i64>);

/// What a row says, or that there is none.
fn decode(row: Option<StorageRow>) -> Result<AccountStorage, StoreError> {
    let Some((used, quota)) = row else {
        return Ok(AccountStorage::default());
    };
    Ok(AccountStorage {
        used: count(used, At("storage", "used"))?,
        choice: choice(quota)?,
    })
}

impl StorageRepository for UnitTx<'_> {
    fn find(&mut self, account: AccountId) -> Result<AccountStorage, StoreError> {
        self.run(|conn| {
            let row: Option<StorageRow> = storage::table
                .find(account.as_bytes().as_slice())
                .select((storage::used, storage::quota))
                .first(conn)
                .optional()?;
            Ok(decode(row)?)
        })
    }

    fn find_with_account(
        &mut self,
        account: AccountId,
    ) -> Result<Option<(Account, AccountStorage)>, StoreError> {
        self.run(|conn| {
            let row: Option<(accounts::Row, Option<StorageRow>)> = account_rows::table
                .find(account.as_bytes().as_slice())
                .left_join(storage::table)
                .select((
                    accounts::Row::as_select(),
                    (storage::used, storage::quota).nullable(),
                ))
                .get_result(conn)
                .optional()?;
            let found = row.map(|(account, row)| -> Result<_, StoreError> {
                Ok((account.decode()?, decode(row)?))
            });
            Ok(found.transpose()?)
        })
    }

    fn charge(
        &mut self,
        account: AccountId,
        bytes: u64,
        default: Option<u64>,
    ) -> Result<bool, StoreError> {
        let id = account.as_bytes().as_slice();
        // Room for everybody: what may be there already, so that nothing can overflow.
        let room = |limit: Option<u64>| to_column(limit.unwrap_or(u64::MAX)) - to_column(bytes);
        let (all, default) = (room(None), room(default));
        self.run(|conn| {
            make_row(conn, id)?;
            let own = storage::quota - to_column(bytes);
            let fits = storage::quota
                .is_null()
                .and(storage::used.le(default))
                .or(storage::quota.eq(UNLIMITED).and(storage::used.le(all)))
                .or(storage::quota.ge(0).and(storage::used.nullable().le(own)));
            let charged = diesel::update(storage::table.find(id).filter(fits))
                .set(storage::used.eq(storage::used + to_column(bytes)))
                .execute(conn)?;
            Ok(charged == 1)
        })
    }

    fn release(&mut self, account: AccountId, bytes: u64) -> Result<(), StoreError> {
        let row = storage::table.find(account.as_bytes().as_slice());
        let bytes = to_column(bytes);
        self.run(|conn| {
            let enough = row.filter(storage::used.ge(bytes));
            let released = diesel::update(enough)
                .set(storage::used.eq(storage::used - bytes))
                .execute(conn)?;
            if released == 0 {
                diesel::update(row).set(storage::used.eq(0)).execute(conn)?;
            }
            Ok(())
        })
    }

    fn set_quota(&mut self, account: AccountId, choice: QuotaChoice) -> Result<(), StoreError> {
        let id = account.as_bytes().as_slice();
        self.run(|conn| {
            make_row(conn, id)?;
            diesel::update(storage::table.find(id))
                .set(storage::quota.eq(quota(choice)))
                .execute(conn)?;
            Ok(())
        })
    }

    fn sum(&mut self) -> Result<u64, StoreError> {
        self.run(|conn| {
            let sum = sql::<BigInt>("CAST(COALESCE(SUM(used), 0) AS BIGINT)");
            let sum: i64 = storage::table.select(sum).first(conn)?;
            Ok(count(sum, At("storage", "used"))?)
        })
    }

    fn insert_reservation(&mut self, new: &StorageReservation) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(storage_reservations::table)
                .values((
                    storage_reservations::id.eq(new.id.as_bytes().as_slice()),
                    storage_reservations::account_id.eq(new.account.as_bytes().as_slice()),
                    storage_reservations::bytes.eq(to_column(new.bytes)),
                    storage_reservations::expires_at.eq(new.expires_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn extend_reservation(
        &mut self,
        id: ReservationId,
        bytes: u64,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = storage_reservations::table.find(id.as_bytes().as_slice());
        self.run(|conn| {
            let more = storage_reservations::bytes + to_column(bytes);
            let changed = diesel::update(row)
                .set((
                    storage_reservations::bytes.eq(more),
                    storage_reservations::expires_at.eq(expires_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(changed == 1)
        })
    }

    fn take_reservation(
        &mut self,
        id: ReservationId,
    ) -> Result<Option<StorageReservation>, StoreError> {
        let row = storage_reservations::table.find(id.as_bytes().as_slice());
        self.run(|conn| {
            let taken: Option<(Vec<u8>, i64, i64)> = diesel::delete(row)
                .returning((
                    storage_reservations::account_id,
                    storage_reservations::bytes,
                    storage_reservations::expires_at,
                ))
                .get_result(conn)
                .optional()?;
            let Some((account, reserved, expires_at)) = taken else {
                return Ok(None);
            };
            Ok(Some(StorageReservation {
                id,
                account: AccountId::from_bytes(bytes(&account, at("account_id"))?),
                bytes: count(reserved, at("bytes"))?,
                expires_at: Timestamp::from_micros(expires_at),
            }))
        })
    }

    fn list_expired_reservations(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ReservationId>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Vec<u8>> = storage_reservations::table
                .filter(storage_reservations::expires_at.le(now.as_micros()))
                .order((storage_reservations::expires_at, storage_reservations::id))
                .limit(i64::from(limit))
                .select(storage_reservations::id)
                .load(conn)?;
            Ok(rows
                .iter()
                .map(|id| bytes(id, at("id")).map(ReservationId::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }
}

fn make_row(conn: &mut Conn, account: &[u8]) -> Result<(), QueryError> {
    diesel::insert_into(storage::table)
        .values((storage::account_id.eq(account), storage::used.eq(0)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}
