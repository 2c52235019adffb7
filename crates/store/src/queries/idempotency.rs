use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{
    Claim, ClaimState, Digest, IdempotencyRepository, NewClaim, StoreError,
};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::failure::QueryError;
use crate::schema::idempotency_keys as keys;

/// What a request said of itself, whether something was stored for it, its last sign of life, and its sealed answer.
type HolderRow = (Vec<u8>, bool, i64, Option<Vec<u8>>);

/// The row of a claim that holds.
macro_rules! held {
    ($claim:expr) => {
        keys::table
            .find($claim.key.as_slice())
            .filter(keys::holder.eq($claim.holder.as_slice()))
            .filter(keys::sealed_answer.is_null())
    };
}

impl IdempotencyRepository for UnitTx<'_> {
    fn claim(
        &mut self,
        new: &NewClaim,
        dead_before: Timestamp,
    ) -> Result<Option<(Digest, ClaimState)>, StoreError> {
        let (key, dead_before) = (new.claim.key.as_slice(), dead_before.as_micros());
        self.run(|conn| {
            let is_dead = keys::renewed_at
                .le(dead_before)
                .and(keys::is_marked.eq(false))
                .and(keys::sealed_answer.is_null());
            let free = keys::table
                .find(key)
                .filter(keys::expires_at.le(new.now.as_micros()).or(is_dead));
            diesel::delete(free).execute(conn)?;
            let inserted = diesel::insert_into(keys::table)
                .values((
                    keys::digest.eq(key),
                    keys::account_id.eq(new.account.as_ref().map(|id| id.as_bytes().as_slice())),
                    keys::holder.eq(new.claim.holder.as_slice()),
                    keys::request.eq(new.request.as_slice()),
                    keys::is_marked.eq(false),
                    keys::renewed_at.eq(new.now.as_micros()),
                    keys::expires_at.eq(new.expires_at.as_micros()),
                ))
                .on_conflict(keys::digest)
                .do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                return Ok(None);
            }
            let found: Option<HolderRow> = keys::table
                .find(key)
                .select((
                    keys::request,
                    keys::is_marked,
                    keys::renewed_at,
                    keys::sealed_answer,
                ))
                .first(conn)
                .optional()?;
            // Freed in between: a second run claims it.
            let (request, is_marked, renewed_at, answer) = found.ok_or(QueryError::Raced)?;
            let state = match answer {
                Some(sealed) => ClaimState::Answered(sealed),
                None if is_marked && renewed_at <= dead_before => ClaimState::Dead,
                None => ClaimState::Running,
            };
            Ok(Some((
                bytes(&request, At("idempotency_keys", "request"))?,
                state,
            )))
        })
    }

    fn renew(&mut self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let renewed = diesel::update(held!(claim))
                .set(keys::renewed_at.eq(now.as_micros()))
                .execute(conn)?;
            Ok(renewed == 1)
        })
    }

    fn mark(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        self.run(|conn| {
            let marked = diesel::update(held!(claim))
                .set(keys::is_marked.eq(true))
                .execute(conn)?;
            Ok(marked == 1)
        })
    }

    fn keep(&mut self, claim: &Claim, sealed: &[u8]) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::update(held!(claim))
                .set(keys::sealed_answer.eq(sealed))
                .execute(conn)?;
            Ok(())
        })
    }

    fn release(&mut self, claim: &Claim) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(held!(claim)).execute(conn)?;
            Ok(())
        })
    }

    fn abandon(&mut self, claim: &Claim) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(held!(claim).filter(keys::is_marked.eq(false))).execute(conn)?;
            Ok(())
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = keys::table
                .filter(keys::expires_at.le(now.as_micros()))
                .select(keys::digest)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept =
                diesel::delete(keys::table.filter(keys::digest.eq_any(over))).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
