use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Constraint, SessionRepository, StoreError};
use sealpost_domain::sessions::{Session, SessionId};

use super::UnitTx;
use crate::decode::{At, bytes, dialect};
use crate::schema::sessions;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    dialect: i16,
    created_at: i64,
    authenticated_at: i64,
    expires_at: i64,
    refresh_digest: Vec<u8>,
}

impl Row {
    fn of(session: &Session) -> Self {
        Self {
            id: session.id.as_bytes().to_vec(),
            account_id: session.account.as_bytes().to_vec(),
            dialect: session.dialect.code(),
            created_at: session.created_at.as_micros(),
            authenticated_at: session.authenticated_at.as_micros(),
            expires_at: session.expires_at.as_micros(),
            refresh_digest: session.refresh_digest.to_vec(),
        }
    }

    fn decode(self) -> Result<Session, StoreError> {
        const fn at(column: &'static str) -> At {
            At("sessions", column)
        }
        Ok(Session {
            id: SessionId::from_bytes(bytes(&self.id, at("id"))?),
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            dialect: dialect(self.dialect, at("dialect"))?,
            created_at: Timestamp::from_micros(self.created_at),
            authenticated_at: Timestamp::from_micros(self.authenticated_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            refresh_digest: bytes(&self.refresh_digest, at("refresh_digest"))?,
        })
    }
}

impl SessionRepository for UnitTx<'_> {
    fn insert(&mut self, session: &Session) -> Result<(), StoreError> {
        let row = Row::of(session);
        self.run(|conn| {
            let inserted = diesel::insert_into(sessions::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
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
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }
}
