use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::factors::{FactorKind, FactorSet};
use sealpost_domain::ports::{Digest, FactorRepository, StoreError, StoredTotp};

use super::UnitTx;
use crate::decode::{At, count, to_column};
use crate::schema::{email_code_factors as email_codes, recovery_codes, totp_factors as totp};

impl FactorRepository for UnitTx<'_> {
    fn find_set(&mut self, account: AccountId) -> Result<FactorSet, StoreError> {
        let id = account.as_bytes().as_slice();
        self.run(|conn| {
            let confirmed: Option<Option<i64>> = totp::table
                .find(id)
                .select(totp::confirmed_at)
                .first(conn)
                .optional()?;
            let mailed: Option<i64> = email_codes::table
                .find(id)
                .select(email_codes::created_at)
                .first(conn)
                .optional()?;
            let codes: i64 = recovery_codes::table
                .filter(recovery_codes::account_id.eq(id))
                .count()
                .get_result(conn)?;
            Ok(FactorSet {
                totp: confirmed.flatten().map(Timestamp::from_micros),
                email_code: mailed.map(Timestamp::from_micros),
                recovery_codes: u32::try_from(codes).unwrap_or(u32::MAX),
            })
        })
    }

    fn find_totp(&mut self, account: AccountId) -> Result<Option<StoredTotp>, StoreError> {
        self.run(|conn| {
            let row: Option<(Vec<u8>, i64, Option<i64>, i64)> = totp::table
                .find(account.as_bytes().as_slice())
                .select((
                    totp::sealed_secret,
                    totp::created_at,
                    totp::confirmed_at,
                    totp::last_step,
                ))
                .first(conn)
                .optional()?;
            let Some((sealed_secret, created_at, confirmed_at, last_step)) = row else {
                return Ok(None);
            };
            Ok(Some(StoredTotp {
                sealed_secret,
                created_at: Timestamp::from_micros(created_at),
                confirmed_at: confirmed_at.map(Timestamp::from_micros),
                last_step: count(last_step, At("totp_factors", "last_step"))?,
            }))
        })
    }

    fn put_totp(
        &mut self,
        account: AccountId,
        sealed_secret: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = account.as_bytes().as_slice();
        self.run(|conn| {
            let unconfirmed = totp::table.find(id).filter(totp::confirmed_at.is_null());
            diesel::delete(unconfirmed).execute(conn)?;
            let put = diesel::insert_into(totp::table)
                .values((
                    totp::account_id.eq(id),
                    totp::sealed_secret.eq(sealed_secret),
                    totp::created_at.eq(now.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(put == 1)
        })
    }

    fn confirm_totp(
        &mut self,
        account: AccountId,
        sealed_secret: &[u8],
        step: u64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let shown = totp::table
                .find(account.as_bytes().as_slice())
                .filter(totp::confirmed_at.is_null())
                .filter(totp::sealed_secret.eq(sealed_secret));
            let confirmed = diesel::update(shown)
                .set((
                    totp::confirmed_at.eq(now.as_micros()),
                    totp::last_step.eq(to_column(step)),
                ))
                .execute(conn)?;
            Ok(confirmed == 1)
        })
    }

    fn use_step(&mut self, account: AccountId, step: u64) -> Result<bool, StoreError> {
        let step = to_column(step);
        self.run(|conn| {
            let unused = totp::table
                .find(account.as_bytes().as_slice())
                .filter(totp::confirmed_at.is_not_null())
                .filter(totp::last_step.lt(step));
            let used = diesel::update(unused)
                .set(totp::last_step.eq(step))
                .execute(conn)?;
            Ok(used == 1)
        })
    }

    fn put_email_code(&mut self, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let put = diesel::insert_into(email_codes::table)
                .values((
                    email_codes::account_id.eq(account.as_bytes().as_slice()),
                    email_codes::created_at.eq(now.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(put == 1)
        })
    }

    fn remove(&mut self, account: AccountId, kind: FactorKind) -> Result<bool, StoreError> {
        let id = account.as_bytes().as_slice();
        self.run(|conn| {
            let removed = match kind {
                FactorKind::Totp => diesel::delete(totp::table.find(id)).execute(conn)?,
                FactorKind::EmailCode => {
                    diesel::delete(email_codes::table.find(id)).execute(conn)?
                }
                FactorKind::RecoveryCode => 0,
            };
            Ok(removed == 1)
        })
    }

    fn replace_recovery_codes(
        &mut self,
        account: AccountId,
        codes: &[Digest],
    ) -> Result<(), StoreError> {
        let id = account.as_bytes().as_slice();
        self.run(|conn| {
            let all = recovery_codes::table.filter(recovery_codes::account_id.eq(id));
            diesel::delete(all).execute(conn)?;
            for code in codes {
                diesel::insert_into(recovery_codes::table)
                    .values((
                        recovery_codes::account_id.eq(id),
                        recovery_codes::mac.eq(code.as_slice()),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        })
    }

    fn take_recovery_code(
        &mut self,
        account: AccountId,
        code: &Digest,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = recovery_codes::table.find((account.as_bytes().as_slice(), code.as_slice()));
            Ok(diesel::delete(own).execute(conn)? == 1)
        })
    }
}
