use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::federation::{
    ExternalId, Identity, IdentityId, IdentityProfile, Intent, ProviderId, Transaction,
};
use sealpost_domain::ports::{Constraint, Digest, IdentityRepository, StoreError};
use sealpost_domain::sessions::{Dialect, SessionId};

use super::UnitTx;
use crate::decode::{At, bytes, coded, count};
use crate::failure::QueryError;
use crate::schema::{federation_transactions as transactions, identities};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = identities)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    issuer: String,
    subject: String,
    username: Option<String>,
    picture: Option<String>,
    linked_at: i64,
    used_at: i64,
}

impl Row {
    fn of(identity: &Identity) -> Self {
        Self {
            id: identity.id.as_bytes().to_vec(),
            account_id: identity.account.as_bytes().to_vec(),
            issuer: identity.external.issuer().to_owned(),
            subject: identity.external.subject().to_owned(),
            username: identity.profile.username().map(str::to_owned),
            picture: identity.profile.picture().map(str::to_owned),
            linked_at: identity.linked_at.as_micros(),
            used_at: identity.used_at.as_micros(),
        }
    }

    fn decode(self) -> Result<Identity, StoreError> {
        const fn at(column: &'static str) -> At {
            At("identities", column)
        }
        Ok(Identity {
            id: IdentityId::from_bytes(bytes(&self.id, at("id"))?),
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            external: ExternalId::restore(self.issuer, self.subject),
            profile: IdentityProfile::new(self.username.as_deref(), self.picture.as_deref()),
            linked_at: Timestamp::from_micros(self.linked_at),
            used_at: Timestamp::from_micros(self.used_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = transactions)]
struct TransactionRow {
    state: Vec<u8>,
    secret: Vec<u8>,
    provider: String,
    dialect: i16,
    account_id: Option<Vec<u8>>,
    session_id: Option<Vec<u8>>,
    origin: Vec<u8>,
    created_at: i64,
}

impl TransactionRow {
    fn of(begun: &Transaction) -> Self {
        let link = match begun.intent {
            Intent::LogIn => None,
            Intent::Link { account, session } => {
                Some((account.as_bytes().to_vec(), session.as_bytes().to_vec()))
            }
        };
        let (account_id, session_id) = link.unzip();
        Self {
            state: begun.state.to_vec(),
            secret: begun.secret.to_vec(),
            provider: begun.provider.as_str().to_owned(),
            dialect: begun.dialect.code(),
            account_id,
            session_id,
            origin: begun.origin.to_vec(),
            created_at: begun.created_at.as_micros(),
        }
    }

    fn decode(self) -> Result<Transaction, StoreError> {
        const fn at(column: &'static str) -> At {
            At("federation_transactions", column)
        }
        let intent = match self.account_id.zip(self.session_id) {
            None => Intent::LogIn,
            Some((account, session)) => Intent::Link {
                account: AccountId::from_bytes(bytes(&account, at("account_id"))?),
                session: SessionId::from_bytes(bytes(&session, at("session_id"))?),
            },
        };
        Ok(Transaction {
            state: bytes(&self.state, at("state"))?,
            secret: bytes(&self.secret, at("secret"))?,
            provider: ProviderId::parse(&self.provider).map_err(|_| at("provider").corrupt())?,
            dialect: coded(self.dialect, Dialect::from_code, at("dialect"))?,
            intent,
            origin: bytes(&self.origin, at("origin"))?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

fn decode_all(rows: Vec<Row>) -> Result<Vec<Identity>, QueryError> {
    let identities = rows.into_iter().map(Row::decode);
    Ok(identities.collect::<Result<_, _>>()?)
}

impl IdentityRepository for UnitTx<'_> {
    fn insert(&mut self, identity: &Identity) -> Result<bool, StoreError> {
        let row = Row::of(identity);
        self.run(|conn| {
            let inserted = diesel::insert_into(identities::table)
                .values(&row)
                .on_conflict((identities::issuer, identities::subject))
                .do_nothing()
                .execute(conn)?;
            Ok(inserted == 1)
        })
    }

    fn find(&mut self, external: &ExternalId) -> Result<Option<Identity>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = identities::table
                .filter(identities::issuer.eq(external.issuer()))
                .filter(identities::subject.eq(external.subject()))
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn list(&mut self, account: AccountId) -> Result<Vec<Identity>, StoreError> {
        self.run(|conn| {
            let rows = identities::table
                .filter(identities::account_id.eq(account.as_bytes().as_slice()))
                .order(identities::id)
                .limit(i64::from(Identity::MAX_PER_ACCOUNT))
                .select(Row::as_select())
                .load(conn)?;
            decode_all(rows)
        })
    }

    fn lock(&mut self, account: AccountId) -> Result<Vec<Identity>, StoreError> {
        self.run(|conn| {
            // A row that is written, even with what it holds, belongs to this unit until its end.
            let own =
                identities::table.filter(identities::account_id.eq(account.as_bytes().as_slice()));
            let rows = diesel::update(own)
                .set(identities::used_at.eq(identities::used_at))
                .returning(Row::as_returning())
                .get_results(conn)?;
            decode_all(rows)
        })
    }

    fn note_use(
        &mut self,
        id: IdentityId,
        profile: &IdentityProfile,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let updated = diesel::update(identities::table.find(id.as_bytes().as_slice()))
                .set((
                    identities::username.eq(profile.username()),
                    identities::picture.eq(profile.picture()),
                    identities::used_at.eq(at.as_micros()),
                ))
                .execute(conn)?;
            Ok(updated == 1)
        })
    }

    fn delete(&mut self, account: AccountId, id: IdentityId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = identities::table
                .find(id.as_bytes().as_slice())
                .filter(identities::account_id.eq(account.as_bytes().as_slice()));
            Ok(diesel::delete(own).execute(conn)? == 1)
        })
    }

    fn begin(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        let row = TransactionRow::of(transaction);
        self.run(|conn| {
            let inserted = diesel::insert_into(transactions::table)
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

    fn count_begun(&mut self, origin: Option<Digest>, since: Timestamp) -> Result<u64, StoreError> {
        self.run(|conn| {
            let mut begun = transactions::table
                .filter(transactions::created_at.ge(since.as_micros()))
                .count()
                .into_boxed();
            if let Some(origin) = origin {
                begun = begun.filter(transactions::origin.eq(origin.to_vec()));
            }
            let number = begun.get_result(conn)?;
            Ok(count(number, At("federation_transactions", "state"))?)
        })
    }

    fn take(&mut self, state: &Digest, secret: &Digest) -> Result<Option<Transaction>, StoreError> {
        self.run(|conn| {
            let begun = transactions::table
                .find(state.as_slice())
                .filter(transactions::secret.eq(secret.as_slice()));
            let row: Option<TransactionRow> = diesel::delete(begun)
                .returning(TransactionRow::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(TransactionRow::decode).transpose()?)
        })
    }

    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let old: Vec<Vec<u8>> = transactions::table
                .filter(transactions::created_at.lt(before.as_micros()))
                .select(transactions::state)
                .limit(i64::from(limit))
                .load(conn)?;
            let stale = transactions::table.filter(transactions::state.eq_any(old));
            let swept = diesel::delete(stale).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
