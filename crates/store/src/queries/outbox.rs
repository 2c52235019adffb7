use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::mail::{
    MailId, MailState, MailSummary, MailTemplate, OutboxTally, SealedMail,
};
use sealpost_domain::ports::{Constraint, LeasedMail, OutboxRepository, StoreError};

use super::UnitTx;
use crate::decode::{At, bytes, coded, count};
use crate::schema::mail_outbox;

/// How many due mails are tried for before a unit says that others were faster.
const CANDIDATES: i64 = 16;

const fn at(column: &'static str) -> At {
    At("mail_outbox", column)
}

/// Templates get higher numbers as the program gets newer: what is above is for newer instances.
fn newest_template() -> i16 {
    MailTemplate::ALL
        .last()
        .map_or(0, |template| template.code())
}

fn attempts(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| at("attempts").corrupt())
}

fn template(stored: i16) -> Result<MailTemplate, StoreError> {
    coded(stored, MailTemplate::from_code, at("template"))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
struct LeasedRow {
    id: Vec<u8>,
    template: i16,
    payload: Option<Vec<u8>>,
    created_at: i64,
    not_after: i64,
    attempts: i64,
}

impl LeasedRow {
    fn decode(self) -> Result<LeasedMail, StoreError> {
        Ok(LeasedMail {
            id: MailId::from_bytes(bytes(&self.id, at("id"))?),
            template: template(self.template)?,
            payload: self.payload.ok_or(at("payload").corrupt())?,
            created_at: Timestamp::from_micros(self.created_at),
            not_after: Timestamp::from_micros(self.not_after),
            attempts: attempts(self.attempts)?,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
struct SummaryRow {
    id: Vec<u8>,
    template: i16,
    state: i16,
    created_at: i64,
    not_after: i64,
    attempts: i64,
    next_at: Option<i64>,
    died_at: Option<i64>,
    reason: Option<String>,
}

impl SummaryRow {
    fn decode(self) -> Result<MailSummary, StoreError> {
        Ok(MailSummary {
            id: MailId::from_bytes(bytes(&self.id, at("id"))?),
            template: template(self.template)?,
            state: coded(self.state, MailState::from_code, at("state"))?,
            created_at: Timestamp::from_micros(self.created_at),
            not_after: Timestamp::from_micros(self.not_after),
            attempts: attempts(self.attempts)?,
            next_at: self.next_at.map(Timestamp::from_micros),
            died_at: self.died_at.map(Timestamp::from_micros),
            reason: self.reason,
        })
    }
}

impl OutboxRepository for UnitTx<'_> {
    fn insert(&mut self, mail: &SealedMail) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(mail_outbox::table)
                .values((
                    mail_outbox::id.eq(mail.id.as_bytes().as_slice()),
                    mail_outbox::template.eq(mail.template.code()),
                    mail_outbox::state.eq(MailState::Waiting.code()),
                    mail_outbox::payload.eq(mail.payload.as_slice()),
                    mail_outbox::created_at.eq(mail.created_at.as_micros()),
                    mail_outbox::not_after.eq(mail.not_after.as_micros()),
                    mail_outbox::attempts.eq(0_i64),
                    mail_outbox::next_at.eq(mail.created_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })?;
        self.mail_waits = true;
        Ok(())
    }

    fn has_waiting(&mut self, count: u32) -> Result<bool, StoreError> {
        self.run(|conn| {
            // The last of so many: the engine stops there and counts no further.
            let last: Option<Vec<u8>> = mail_outbox::table
                .filter(mail_outbox::next_at.is_not_null())
                .order((mail_outbox::next_at.asc(), mail_outbox::id.asc()))
                .offset(i64::from(count.saturating_sub(1)))
                .limit(1)
                .select(mail_outbox::id)
                .first(conn)
                .optional()?;
            Ok(last.is_some())
        })
    }

    fn tally(&mut self) -> Result<OutboxTally, StoreError> {
        self.run(|conn| {
            let (waiting, oldest): (i64, Option<i64>) = mail_outbox::table
                .filter(mail_outbox::next_at.is_not_null())
                .select((
                    diesel::dsl::count_star(),
                    diesel::dsl::min(mail_outbox::created_at),
                ))
                .first(conn)?;
            let dead: i64 = mail_outbox::table
                .filter(mail_outbox::next_at.is_null())
                .count()
                .get_result(conn)?;
            Ok(OutboxTally {
                waiting: count(waiting, At("mail_outbox", "next_at"))?,
                oldest: oldest.map(Timestamp::from_micros),
                dead: count(dead, At("mail_outbox", "died_at"))?,
            })
        })
    }

    fn lease_next(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<LeasedMail>, StoreError> {
        self.run(|conn| {
            let due: Vec<(Vec<u8>, i64)> = mail_outbox::table
                .filter(mail_outbox::next_at.le(now.as_micros()))
                .filter(mail_outbox::template.le(newest_template()))
                .order((mail_outbox::next_at.asc(), mail_outbox::id.asc()))
                .limit(CANDIDATES)
                .select((mail_outbox::id, mail_outbox::attempts))
                .load(conn)?;
            for (id, attempts) in due {
                // Compare and set: whoever raises the attempts first has it, on either engine. PostgreSQL lets the
                // others wait for that one's commit and then looks at the row again.
                let seen = mail_outbox::table
                    .find(id)
                    .filter(mail_outbox::attempts.eq(attempts))
                    .filter(mail_outbox::next_at.le(now.as_micros()));
                let row: Option<LeasedRow> = diesel::update(seen)
                    .set((
                        mail_outbox::state.eq(MailState::Leased.code()),
                        mail_outbox::attempts.eq(attempts.saturating_add(1)),
                        mail_outbox::next_at.eq(until.as_micros()),
                    ))
                    .returning(LeasedRow::as_returning())
                    .get_result(conn)
                    .optional()?;
                if let Some(row) = row {
                    return Ok(Some(row.decode()?));
                }
            }
            Ok(None)
        })
    }

    fn delete(&mut self, id: MailId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let alive = mail_outbox::table
                .find(id.as_bytes().as_slice())
                .filter(mail_outbox::died_at.is_null());
            Ok(diesel::delete(alive).execute(conn)? == 1)
        })
    }

    fn defer(
        &mut self,
        id: MailId,
        attempts: u32,
        next_at: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let held = mail_outbox::table
                .find(id.as_bytes().as_slice())
                .filter(mail_outbox::attempts.eq(i64::from(attempts)))
                .filter(mail_outbox::state.eq(MailState::Leased.code()));
            let deferred = diesel::update(held)
                .set((
                    mail_outbox::state.eq(MailState::Waiting.code()),
                    mail_outbox::next_at.eq(next_at.as_micros()),
                    mail_outbox::reason.eq(reason),
                ))
                .execute(conn)?;
            Ok(deferred == 1)
        })
    }

    fn bury(
        &mut self,
        id: MailId,
        attempts: u32,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let held = mail_outbox::table
                .find(id.as_bytes().as_slice())
                .filter(mail_outbox::attempts.eq(i64::from(attempts)))
                .filter(mail_outbox::state.eq(MailState::Leased.code()));
            let buried = diesel::update(held)
                .set((
                    mail_outbox::state.eq(MailState::Dead.code()),
                    mail_outbox::payload.eq(None::<Vec<u8>>),
                    mail_outbox::next_at.eq(None::<i64>),
                    mail_outbox::died_at.eq(now.as_micros()),
                    mail_outbox::reason.eq(reason),
                ))
                .execute(conn)?;
            Ok(buried == 1)
        })
    }

    fn hasten(&mut self, id: MailId, attempts: u32, now: Timestamp) -> Result<bool, StoreError> {
        let hastened = self.run(|conn| {
            let waiting = mail_outbox::state.eq(MailState::Waiting.code());
            let abandoned = mail_outbox::state
                .eq(MailState::Leased.code())
                .and(mail_outbox::next_at.assume_not_null().le(now.as_micros()));
            let mail = mail_outbox::table
                .find(id.as_bytes().as_slice())
                .filter(mail_outbox::attempts.eq(i64::from(attempts)))
                .filter(waiting.or(abandoned));
            let hastened = diesel::update(mail)
                .set((
                    mail_outbox::state.eq(MailState::Waiting.code()),
                    mail_outbox::next_at.eq(now.as_micros()),
                ))
                .execute(conn)?;
            Ok(hastened == 1)
        })?;
        self.mail_waits |= hastened;
        Ok(hastened)
    }

    fn find(&mut self, id: MailId) -> Result<Option<MailSummary>, StoreError> {
        self.run(|conn| {
            let row: Option<SummaryRow> = mail_outbox::table
                .find(id.as_bytes().as_slice())
                .filter(mail_outbox::template.le(newest_template()))
                .select(SummaryRow::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(SummaryRow::decode).transpose()?)
        })
    }

    fn page(&mut self, before: Option<MailId>, limit: u32) -> Result<Vec<MailSummary>, StoreError> {
        // Every id is below or at the highest; bytes compare alike on both engines.
        let before = before.map_or(vec![0xFF; 17], |id| id.as_bytes().to_vec());
        self.run(|conn| {
            let rows: Vec<SummaryRow> = mail_outbox::table
                .filter(mail_outbox::id.lt(before))
                .filter(mail_outbox::template.le(newest_template()))
                .order(mail_outbox::id.desc())
                .limit(i64::from(limit))
                .select(SummaryRow::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(SummaryRow::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn delete_dead(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let old: Vec<Vec<u8>> = mail_outbox::table
                .filter(mail_outbox::died_at.le(before.as_micros()))
                .order(mail_outbox::died_at.asc())
                .limit(i64::from(limit))
                .select(mail_outbox::id)
                .load(conn)?;
            let deleted = diesel::delete(mail_outbox::table.filter(mail_outbox::id.eq_any(old)))
                .execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }
}
