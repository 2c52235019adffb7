use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::app_passwords::AppPasswordId;
use sealpost_domain::ports::{
    Constraint, Digest, SessionRepository, StoreError, StoredRefreshToken, TokenDigests,
};
use sealpost_domain::sessions::{Dialect, EndedSession, Session, SessionId};

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::{ended_sessions, refresh_tokens, sessions};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    dialect: i16,
    client: Option<String>,
    created_at: i64,
    authenticated_at: i64,
    app_password_id: Option<Vec<u8>>,
    expires_at: i64,
}

impl Row {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.as_bytes().to_vec(),
            account_id: session.account.as_bytes().to_vec(),
            dialect: session.dialect.code(),
            client: session.client.clone(),
            created_at: session.created_at.as_micros(),
            authenticated_at: session.authenticated_at.as_micros(),
            app_password_id: session.app_password.map(|id| id.as_bytes().to_vec()),
            expires_at: session.expires_at.as_micros(),
        }
    }

    fn decode(self) -> Result<Session, StoreError> {
        const fn at(column: &'static str) -> At {
            At("sessions", column)
        }
        let app_password = self
            .app_password_id
            .map(|id| bytes(&id, at("app_password_id")));
        Ok(Session {
            id: SessionId::from_bytes(bytes(&self.id, at("id"))?),
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            dialect: coded(self.dialect, Dialect::from_code, at("dialect"))?,
            client: self.client,
            created_at: Timestamp::from_micros(self.created_at),
            authenticated_at: Timestamp::from_micros(self.authenticated_at),
            app_password: app_password.transpose()?.map(AppPasswordId::from_bytes),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ended_sessions)]
struct EndedRow {
    id: Vec<u8>,
    ended_at: i64,
    forget_at: i64,
}

impl EndedRow {
    fn decode(self) -> Result<EndedSession, StoreError> {
        Ok(EndedSession {
            id: SessionId::from_bytes(bytes(&self.id, At("ended_sessions", "id"))?),
            ended_at: Timestamp::from_micros(self.ended_at),
            forget_at: Timestamp::from_micros(self.forget_at),
        })
    }
}

impl SessionRepository for UnitTx<'_> {
    fn insert(&mut self, session: &Session, tokens: &TokenDigests) -> Result<(), StoreError> {
        let row = Row::of(session);
        let opaque = tokens.opaque.map(|digest| digest.to_vec());
        self.run(|conn| {
            let inserted = diesel::insert_into(sessions::table)
                .values((&row, sessions::opaque_digest.eq(opaque)))
                .on_conflict_do_nothing()
                .execute(conn)?;
            let stored = inserted == 1
                && diesel::insert_into(refresh_tokens::table)
                    .values((
                        refresh_tokens::digest.eq(tokens.refresh.as_slice()),
                        refresh_tokens::session_id.eq(&row.id),
                    ))
                    .on_conflict_do_nothing()
                    .execute(conn)?
                    == 1;
            if stored {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn find(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = sessions::table
                .find(id.as_bytes().as_slice())
                .select(Row::as_select())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_opaque(&mut self, digest: &Digest) -> Result<Option<Session>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = sessions::table
                .filter(sessions::opaque_digest.eq(digest.as_slice()))
                .select(Row::as_select())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn list(&mut self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Row> = sessions::table
                .filter(sessions::account_id.eq(account.as_bytes().as_slice()))
                .order((sessions::created_at.desc(), sessions::id.desc()))
                .limit(i64::from(Session::MAX_PER_ACCOUNT))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn find_refresh(&mut self, digest: &Digest) -> Result<Option<StoredRefreshToken>, StoreError> {
        self.run(|conn| {
            let found: Option<(Row, Option<i64>)> = refresh_tokens::table
                .inner_join(sessions::table)
                .filter(refresh_tokens::digest.eq(digest.as_slice()))
                .select((Row::as_select(), refresh_tokens::spent_at))
                .get_result(conn)
                .optional()?;
            let Some((row, spent_at)) = found else {
                return Ok(None);
            };
            Ok(Some(StoredRefreshToken {
                session: row.decode()?,
                spent_at: spent_at.map(Timestamp::from_micros),
            }))
        })
    }

    fn spend_refresh(
        &mut self,
        spent: &Digest,
        successor: &Digest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let good = refresh_tokens::table
                .filter(refresh_tokens::digest.eq(spent.as_slice()))
                .filter(refresh_tokens::spent_at.is_null());
            let session: Option<Vec<u8>> = diesel::update(good)
                .set(refresh_tokens::spent_at.eq(now.as_micros()))
                .returning(refresh_tokens::session_id)
                .get_result(conn)
                .optional()?;
            let Some(session) = session else {
                return Ok(false);
            };
            diesel::insert_into(refresh_tokens::table)
                .values((
                    refresh_tokens::digest.eq(successor.as_slice()),
                    refresh_tokens::session_id.eq(session),
                ))
                .execute(conn)?;
            Ok(true)
        })
    }

    fn end(&mut self, account: AccountId, ended: &EndedSession) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = sessions::table
                .find(ended.id.as_bytes().as_slice())
                .filter(sessions::account_id.eq(account.as_bytes().as_slice()));
            if diesel::delete(own).execute(conn)? == 0 {
                return Ok(false);
            }
            let note = EndedRow {
                id: ended.id.as_bytes().to_vec(),
                ended_at: ended.ended_at.as_micros(),
                forget_at: ended.forget_at.as_micros(),
            };
            diesel::insert_into(ended_sessions::table)
                .values(&note)
                .execute(conn)?;
            Ok(true)
        })
    }

    fn list_ended(
        &mut self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<EndedSession>, StoreError> {
        self.run(|conn| {
            let rows: Vec<EndedRow> = ended_sessions::table
                .filter(ended_sessions::ended_at.ge(since.as_micros()))
                .order((ended_sessions::ended_at, ended_sessions::id))
                .limit(i64::from(limit))
                .select(EndedRow::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(EndedRow::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let limit = i64::from(limit);
            let expired: Vec<Vec<u8>> = sessions::table
                .filter(sessions::expires_at.le(now.as_micros()))
                .select(sessions::id)
                .limit(limit)
                .load(conn)?;
            let forgotten: Vec<Vec<u8>> = ended_sessions::table
                .filter(ended_sessions::forget_at.le(now.as_micros()))
                .select(ended_sessions::id)
                .limit(limit)
                .load(conn)?;
            let sessions = diesel::delete(sessions::table.filter(sessions::id.eq_any(expired)))
                .execute(conn)?;
            let notes =
                diesel::delete(ended_sessions::table.filter(ended_sessions::id.eq_any(forgotten)))
                    .execute(conn)?;
            Ok(u64::try_from(sessions + notes).unwrap_or(u64::MAX))
        })
    }
}
