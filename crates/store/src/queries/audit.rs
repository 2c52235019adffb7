use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::audit::{AuditEvent, AuditEventId, AuditKind};
use sealpost_domain::ports::{AuditRepository, StoreError};
use sealpost_domain::sessions::{Dialect, SessionId};

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::audit_events as audit;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    kind: i16,
    created_at: i64,
    session_id: Option<Vec<u8>>,
    dialect: Option<i16>,
    subject: Option<Vec<u8>>,
}

impl Row {
    fn of(event: &AuditEvent) -> Self {
        Self {
            id: event.id.as_bytes().to_vec(),
            account_id: event.account.as_bytes().to_vec(),
            kind: event.kind.code(),
            created_at: event.at.as_micros(),
            session_id: event.session.map(|session| session.as_bytes().to_vec()),
            dialect: event.dialect.map(Dialect::code),
            subject: event.subject.map(|subject| subject.to_vec()),
        }
    }

    fn decode(self) -> Result<AuditEvent, StoreError> {
        const fn at(column: &'static str) -> At {
            At("audit_events", column)
        }
        let session = self.session_id.map(|id| bytes(&id, at("session_id")));
        let dialect = self
            .dialect
            .map(|code| coded(code, Dialect::from_code, at("dialect")));
        let subject = self.subject.map(|id| bytes(&id, at("subject")));
        Ok(AuditEvent {
            id: AuditEventId::from_bytes(bytes(&self.id, at("id"))?),
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            kind: coded(self.kind, AuditKind::from_code, at("kind"))?,
            at: Timestamp::from_micros(self.created_at),
            session: session.transpose()?.map(SessionId::from_bytes),
            dialect: dialect.transpose()?,
            subject: subject.transpose()?,
        })
    }
}

impl AuditRepository for UnitTx<'_> {
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let row = Row::of(event);
        self.run(|conn| {
            diesel::insert_into(audit::table)
                .values(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn page(
        &mut self,
        account: AccountId,
        before: Option<AuditEventId>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        self.run(|conn| {
            let mut query = audit::table
                .filter(audit::account_id.eq(account.as_bytes().as_slice()))
                .order(audit::id.desc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .into_boxed();
            if let Some(before) = before {
                query = query.filter(audit::id.lt(before.as_bytes().to_vec()));
            }
            let rows: Vec<Row> = query.load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn settle(
        &mut self,
        id: AuditEventId,
        kind: AuditKind,
        session: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let session = session.map(|session| session.as_bytes().to_vec());
        self.run(|conn| {
            diesel::update(audit::table.find(id.as_bytes().as_slice()))
                .set((audit::kind.eq(kind.code()), audit::session_id.eq(session)))
                .execute(conn)?;
            Ok(())
        })
    }

    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let old: Vec<Vec<u8>> = audit::table
                .filter(audit::created_at.lt(before.as_micros()))
                .select(audit::id)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept = diesel::delete(audit::table.filter(audit::id.eq_any(old))).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
