use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Constraint, Digest, StoreError, StoredTicket, TicketRepository};
use sealpost_domain::sessions::Dialect;

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::login_tickets as tickets;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tickets)]
struct Row {
    account_id: Vec<u8>,
    dialect: i16,
    checked: Option<Vec<u8>>,
    expires_at: i64,
}

impl Row {
    fn of(ticket: &StoredTicket) -> Self {
        Self {
            account_id: ticket.account.as_bytes().to_vec(),
            dialect: ticket.dialect.code(),
            checked: ticket.checked.map(|digest| digest.to_vec()),
            expires_at: ticket.expires_at.as_micros(),
        }
    }

    fn decode(self) -> Result<StoredTicket, StoreError> {
        const fn at(column: &'static str) -> At {
            At("login_tickets", column)
        }
        let checked = self.checked.map(|digest| bytes(&digest, at("checked")));
        Ok(StoredTicket {
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            dialect: coded(self.dialect, Dialect::from_code, at("dialect"))?,
            checked: checked.transpose()?,
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

impl TicketRepository for UnitTx<'_> {
    fn insert(
        &mut self,
        digest: &Digest,
        ticket: &StoredTicket,
        tries: u16,
    ) -> Result<(), StoreError> {
        let row = Row::of(ticket);
        let tries = i16::try_from(tries).unwrap_or(i16::MAX);
        self.run(|conn| {
            let inserted = diesel::insert_into(tickets::table)
                .values((
                    tickets::digest.eq(digest.as_slice()),
                    tickets::tries_left.eq(tries),
                    &row,
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 0 {
                return Err(StoreError::Conflict(Constraint::Id).into());
            }
            let surplus: Vec<Vec<u8>> = tickets::table
                .filter(tickets::account_id.eq(&row.account_id))
                .order((tickets::expires_at.desc(), tickets::digest))
                .select(tickets::digest)
                .offset(i64::from(StoredTicket::MAX_PER_ACCOUNT))
                // One more comes at a time, but for those that others add at this moment.
                .limit(i64::from(StoredTicket::MAX_PER_ACCOUNT))
                .load(conn)?;
            if !surplus.is_empty() {
                diesel::delete(tickets::table.filter(tickets::digest.eq_any(surplus)))
                    .execute(conn)?;
            }
            Ok(())
        })
    }

    fn find(
        &mut self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<StoredTicket>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = tickets::table
                .find(digest.as_slice())
                .filter(tickets::expires_at.gt(now.as_micros()))
                .filter(tickets::tries_left.gt(0))
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn spend_try(&mut self, digest: &Digest, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let good = tickets::table
                .find(digest.as_slice())
                .filter(tickets::expires_at.gt(now.as_micros()))
                .filter(tickets::tries_left.gt(0));
            let spent = diesel::update(good)
                .set(tickets::tries_left.eq(tickets::tries_left - 1))
                .execute(conn)?;
            Ok(spent == 1)
        })
    }

    fn remove(&mut self, digest: &Digest) -> Result<bool, StoreError> {
        self.run(|conn| {
            let removed = diesel::delete(tickets::table.find(digest.as_slice())).execute(conn)?;
            Ok(removed == 1)
        })
    }

    fn remove_all(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.run(|conn| {
            let own = tickets::table.filter(tickets::account_id.eq(account.as_bytes().as_slice()));
            diesel::delete(own).execute(conn)?;
            Ok(())
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
