use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::keys::{
    Asserter, Custody, KeyAlgorithm, KeyEvent, KeyId, KeyOperation, KeyOwner, KeyUse, Keys,
    PublicKey, Thumbprint,
};
use sealpost_domain::ports::{KeyRepository, Recipient, StoreError};

use super::{UnitTx, expressions};
use crate::decode::{At, bytes, coded, count, to_column};
use crate::schema::{accounts, key_events, keys, members};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = keys)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    key_use: i16,
    algorithm: i16,
    custody: i16,
    jwk: String,
    thumbprint: Vec<u8>,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl Row {
    fn of(owner: AccountId, key: &PublicKey) -> Self {
        Self {
            id: key.id.as_bytes().to_vec(),
            account_id: owner.as_bytes().to_vec(),
            key_use: key.key_use.code(),
            algorithm: key.algorithm.code(),
            custody: key.custody.code(),
            jwk: key.jwk.clone(),
            thumbprint: key.thumbprint.to_vec(),
            created_at: key.created_at.as_micros(),
            revoked_at: key.revoked_at.map(Timestamp::as_micros),
        }
    }

    fn decode(self) -> Result<PublicKey, StoreError> {
        const fn at(column: &'static str) -> At {
            At("keys", column)
        }
        Ok(PublicKey {
            id: KeyId::from_bytes(bytes(&self.id, at("id"))?),
            key_use: coded(self.key_use, KeyUse::from_code, at("key_use"))?,
            algorithm: coded(self.algorithm, KeyAlgorithm::from_code, at("algorithm"))?,
            custody: coded(self.custody, Custody::from_code, at("custody"))?,
            jwk: self.jwk,
            thumbprint: bytes(&self.thumbprint, at("thumbprint"))?,
            created_at: Timestamp::from_micros(self.created_at),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = key_events)]
struct EventRow {
    account_id: Vec<u8>,
    seq: i64,
    operation: i16,
    key_id: Vec<u8>,
    replaced_id: Option<Vec<u8>>,
    asserted_by: i16,
    created_at: i64,
}

impl EventRow {
    fn of(event: &KeyEvent, seq: i64) -> Self {
        Self {
            account_id: event.account.as_bytes().to_vec(),
            seq,
            operation: event.operation.code(),
            key_id: event.key.as_bytes().to_vec(),
            replaced_id: event.replaced.map(|id| id.as_bytes().to_vec()),
            asserted_by: event.asserted_by.code(),
            created_at: event.created_at.as_micros(),
        }
    }

    fn decode(self) -> Result<KeyEvent, StoreError> {
        const fn at(column: &'static str) -> At {
            At("key_events", column)
        }
        let replaced = self
            .replaced_id
            .map(|id| bytes(&id, at("replaced_id")))
            .transpose()?;
        Ok(KeyEvent {
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            operation: coded(self.operation, KeyOperation::from_code, at("operation"))?,
            key: KeyId::from_bytes(bytes(&self.key_id, at("key_id"))?),
            replaced: replaced.map(KeyId::from_bytes),
            asserted_by: coded(self.asserted_by, Asserter::from_code, at("asserted_by"))?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// How many keys a message is compared with at the most.
const MAX_RECIPIENTS: i64 = 2_000;

/// The owner's id and names, and of the key its id, its thumbprint and since when it is withdrawn.
type RecipientRow = ((Vec<u8>, String, String), Vec<u8>, Vec<u8>, Option<i64>);

fn recipient(row: RecipientRow) -> Result<Recipient, StoreError> {
    let ((account, username, key), id, thumbprint, revoked_at) = row;
    Ok(Recipient {
        owner: KeyOwner {
            account: AccountId::from_bytes(bytes(&account, At("accounts", "id"))?),
            username: Username::restore(username, key),
        },
        id: KeyId::from_bytes(bytes(&id, At("keys", "id"))?),
        thumbprint: bytes(&thumbprint, At("keys", "thumbprint"))?,
        good: revoked_at.is_none(),
    })
}

impl KeyRepository for UnitTx<'_> {
    fn insert_new(&mut self, owner: AccountId, key: &PublicKey) -> Result<bool, StoreError> {
        let row = Row::of(owner, key);
        self.run(|conn| {
            let inserted = diesel::insert_into(keys::table)
                .values(&row)
                .on_conflict((keys::account_id, keys::thumbprint, keys::key_use))
                .do_nothing()
                .execute(conn)?;
            Ok(inserted == 1)
        })
    }

    fn list(&mut self, owner: AccountId) -> Result<Vec<PublicKey>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Row> = keys::table
                .filter(keys::account_id.eq(owner.as_bytes().as_slice()))
                .filter(keys::revoked_at.is_null())
                .order((keys::created_at.desc(), keys::id.desc()))
                .limit(i64::from(Keys::MAX_PER_ACCOUNT))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn find_many(&mut self, ids: &[KeyId]) -> Result<Vec<(KeyOwner, PublicKey)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Row, (String, String))> = keys::table
                .inner_join(accounts::table)
                .filter(expressions::among(keys::id, wanted))
                .select((
                    Row::as_select(),
                    (accounts::username, accounts::username_key),
                ))
                .load(conn)?;
            rows.into_iter()
                .map(|(row, (username, key))| {
                    let owner = KeyOwner {
                        account: AccountId::from_bytes(bytes(
                            &row.account_id,
                            At("keys", "account_id"),
                        )?),
                        username: Username::restore(username, key),
                    };
                    Ok((owner, row.decode()?))
                })
                .collect()
        })
    }

    fn list_recipients(
        &mut self,
        conversation: ConversationId,
        sealed_to: &[Thumbprint],
    ) -> Result<Vec<Recipient>, StoreError> {
        self.run(|conn| {
            let named = sealed_to.iter().map(Thumbprint::as_slice);
            let rows: Vec<RecipientRow> = keys::table
                .inner_join(accounts::table)
                .inner_join(members::table.on(members::account_id.eq(keys::account_id)))
                .filter(members::conversation_id.eq(conversation.as_bytes().as_slice()))
                .filter(keys::key_use.eq(KeyUse::Seal.code()))
                .filter(keys::custody.eq(Custody::Client.code()))
                .filter(
                    keys::revoked_at
                        .is_null()
                        .or(keys::thumbprint.eq_any(named)),
                )
                .order((keys::account_id, keys::id))
                .limit(MAX_RECIPIENTS)
                .select((
                    (accounts::id, accounts::username, accounts::username_key),
                    keys::id,
                    keys::thumbprint,
                    keys::revoked_at,
                ))
                .load(conn)?;
            Ok(rows.into_iter().map(recipient).collect::<Result<_, _>>()?)
        })
    }

    fn revoke(&mut self, owner: AccountId, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let good = keys::table
                .find(id.as_bytes().as_slice())
                .filter(keys::account_id.eq(owner.as_bytes().as_slice()))
                .filter(keys::revoked_at.is_null());
            let revoked = diesel::update(good)
                .set(keys::revoked_at.eq(now.as_micros()))
                .execute(conn)?;
            Ok(revoked == 1)
        })
    }

    fn record(&mut self, event: &KeyEvent) -> Result<(), StoreError> {
        self.run(|conn| {
            // Locks the account's row, so that two changes at once are numbered one after the other.
            let owner = event.account.as_bytes().as_slice();
            diesel::update(accounts::table.find(owner))
                .set(accounts::created_at.eq(accounts::created_at))
                .execute(conn)?;
            let last: Option<i64> = key_events::table
                .filter(key_events::account_id.eq(owner))
                .select(diesel::dsl::max(key_events::seq))
                .first(conn)?;
            let row = EventRow::of(event, last.unwrap_or(0) + 1);
            diesel::insert_into(key_events::table)
                .values(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_version(&mut self, owner: AccountId, id: KeyId) -> Result<Option<u64>, StoreError> {
        let publishing = [KeyOperation::Add, KeyOperation::Rotate].map(KeyOperation::code);
        self.run(|conn| {
            let seq: Option<i64> = key_events::table
                .filter(key_events::account_id.eq(owner.as_bytes().as_slice()))
                .filter(key_events::key_id.eq(id.as_bytes().as_slice()))
                .filter(key_events::operation.eq_any(publishing))
                .order(key_events::seq.desc())
                .select(key_events::seq)
                .first(conn)
                .optional()?;
            Ok(seq
                .map(|seq| count(seq, At("key_events", "seq")))
                .transpose()?)
        })
    }

    fn history(
        &mut self,
        owner: AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<KeyEvent>, StoreError> {
        self.run(|conn| {
            let rows: Vec<EventRow> = key_events::table
                .filter(key_events::account_id.eq(owner.as_bytes().as_slice()))
                .filter(key_events::seq.gt(to_column(after)))
                .order(key_events::seq)
                .limit(i64::from(limit))
                .select(EventRow::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(EventRow::decode)
                .collect::<Result<_, _>>()?)
        })
    }
}
