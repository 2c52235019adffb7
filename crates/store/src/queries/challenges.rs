use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::challenges::CompletedChallenge;
use sealpost_domain::ports::{ChallengeRepository, StoreError};

use super::UnitTx;
use crate::schema::spent_challenges;

impl ChallengeRepository for UnitTx<'_> {
    fn spend(&mut self, completed: &CompletedChallenge) -> Result<bool, StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(spent_challenges::table)
                .values((
                    spent_challenges::id.eq(completed.id.as_bytes().as_slice()),
                    spent_challenges::expires_at.eq(completed.expires_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(inserted == 1)
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = spent_challenges::table
                .filter(spent_challenges::expires_at.le(now.as_micros()))
                .select(spent_challenges::id)
                .limit(i64::from(limit))
                .load(conn)?;
            let over = spent_challenges::table.filter(spent_challenges::id.eq_any(over));
            let swept = diesel::delete(over).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
