use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{
    Constraint, Digest, SessionRepository, SocketTicketRepository, StoreError,
};
use sealpost_domain::sessions::{Session, SessionId};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::schema::{sessions, socket_tickets as tickets};

impl SocketTicketRepository for UnitTx<'_> {
    fn insert(
        &mut self,
        digest: &Digest,
        session: SessionId,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let session = session.as_bytes().as_slice();
            // The row's lock: the session cannot end in between.
            let alive = diesel::update(sessions::table.find(session))
                .set(sessions::created_at.eq(sessions::created_at))
                .execute(conn)?;
            if alive == 0 {
                return Ok(false);
            }
            let inserted = diesel::insert_into(tickets::table)
                .values((
                    tickets::digest.eq(digest.as_slice()),
                    tickets::session_id.eq(session),
                    tickets::expires_at.eq(expires_at.as_micros()),
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

    fn take(&mut self, digest: &Digest, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let taken = self.run(|conn| {
            let good = tickets::table
                .find(digest.as_slice())
                .filter(tickets::expires_at.gt(now.as_micros()));
            let session: Option<Vec<u8>> = diesel::delete(good)
                .returning(tickets::session_id)
                .get_result(conn)
                .optional()?;
            let at = At("socket_tickets", "session_id");
            let id = session.map(|id| bytes(&id, at).map(SessionId::from_bytes));
            Ok(id.transpose()?)
        })?;
        match taken {
            Some(id) => SessionRepository::find(self, id),
            None => Ok(None),
        }
    }

    fn count(&mut self, session: SessionId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own = tickets::table.filter(tickets::session_id.eq(session.as_bytes().as_slice()));
            let count: i64 = own.count().get_result(conn)?;
            Ok(u64::try_from(count).unwrap_or(u64::MAX))
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = tickets::table
                .filter(tickets::expires_at.le(now.as_micros()))
                .select(tickets::digest)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept = diesel::delete(tickets::table.filter(tickets::digest.eq_any(over)))
                .execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
