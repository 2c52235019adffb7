use diesel::prelude::*;
use diesel::upsert::excluded;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::app_passwords::AppPasswordId;
use sealpost_domain::custodial_keys::{CustodialKey, KeyOpener, Opener};
use sealpost_domain::keys::KeyId;
use sealpost_domain::ports::{CustodialKeyRepository, KeyParameters, StoreError};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::schema::{custodial_key_openers, custodial_keys};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = custodial_keys)]
struct Row {
    account_id: Vec<u8>,
    key_id: Vec<u8>,
    sealed_private: Vec<u8>,
    created_at: i64,
}

impl Row {
    fn of(key: &CustodialKey) -> Self {
        Self {
            account_id: key.account.as_bytes().to_vec(),
            key_id: key.key.as_bytes().to_vec(),
            sealed_private: key.sealed_private.clone(),
            created_at: key.created_at.as_micros(),
        }
    }

    fn decode(self) -> Result<CustodialKey, StoreError> {
        const fn at(column: &'static str) -> At {
            At("custodial_keys", column)
        }
        Ok(CustodialKey {
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            key: KeyId::from_bytes(bytes(&self.key_id, at("key_id"))?),
            sealed_private: self.sealed_private,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

const PASSWORD: i16 = 1;
const APP_PASSWORD: i16 = 2;
const RECOVERY_KEY: i16 = 3;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = custodial_key_openers)]
struct OpenerRow {
    account_id: Vec<u8>,
    opener: i16,
    opener_id: Vec<u8>,
    app_password_id: Option<Vec<u8>>,
    key_id: Vec<u8>,
    parameters: Option<String>,
    sealed: Vec<u8>,
}

impl OpenerRow {
    fn of(opener: &KeyOpener) -> Self {
        let (code, id) = place(opener.account, opener.opener);
        Self {
            account_id: opener.account.as_bytes().to_vec(),
            opener: code,
            app_password_id: (code == APP_PASSWORD).then(|| id.to_vec()),
            opener_id: id.to_vec(),
            key_id: opener.key.as_bytes().to_vec(),
            parameters: opener
                .parameters
                .as_ref()
                .map(|parameters| parameters.as_str().to_owned()),
            sealed: opener.sealed.clone(),
        }
    }

    fn decode(self) -> Result<KeyOpener, StoreError> {
        const fn at(column: &'static str) -> At {
            At("custodial_key_openers", column)
        }
        let id = bytes(&self.opener_id, at("opener_id"))?;
        Ok(KeyOpener {
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            key: KeyId::from_bytes(bytes(&self.key_id, at("key_id"))?),
            opener: match self.opener {
                PASSWORD => Opener::Password,
                APP_PASSWORD => Opener::AppPassword(AppPasswordId::from_bytes(id)),
                RECOVERY_KEY => Opener::RecoveryKey,
                _ => return Err(at("opener").corrupt()),
            },
            parameters: self.parameters.map(KeyParameters::new),
            sealed: self.sealed,
        })
    }
}

/// The number of its kind, and what tells it from others of the kind: there is one password, and one recovery key.
fn place(account: AccountId, opener: Opener) -> (i16, [u8; 16]) {
    match opener {
        Opener::Password => (PASSWORD, *account.as_bytes()),
        Opener::AppPassword(id) => (APP_PASSWORD, *id.as_bytes()),
        Opener::RecoveryKey => (RECOVERY_KEY, *account.as_bytes()),
    }
}

impl CustodialKeyRepository for UnitTx<'_> {
    fn find(&mut self, account: AccountId) -> Result<Option<CustodialKey>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = custodial_keys::table
                .find(account.as_bytes().as_slice())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn put(&mut self, key: &CustodialKey, replaced: Option<KeyId>) -> Result<bool, StoreError> {
        let row = Row::of(key);
        self.run(|conn| {
            let Some(replaced) = replaced else {
                let inserted = diesel::insert_into(custodial_keys::table)
                    .values(&row)
                    .on_conflict_do_nothing()
                    .execute(conn)?;
                return Ok(inserted == 1);
            };
            let old = custodial_keys::table
                .find(&row.account_id)
                .filter(custodial_keys::key_id.eq(replaced.as_bytes().as_slice()));
            if diesel::update(old).set(&row).execute(conn)? == 0 {
                return Ok(false);
            }
            let openers = custodial_key_openers::table
                .filter(custodial_key_openers::account_id.eq(&row.account_id));
            diesel::delete(openers).execute(conn)?;
            Ok(true)
        })
    }

    fn put_opener(&mut self, opener: &KeyOpener) -> Result<(), StoreError> {
        let row = OpenerRow::of(opener);
        self.run(|conn| {
            diesel::insert_into(custodial_key_openers::table)
                .values(&row)
                .on_conflict((
                    custodial_key_openers::account_id,
                    custodial_key_openers::opener,
                    custodial_key_openers::opener_id,
                ))
                .do_update()
                .set((
                    custodial_key_openers::key_id.eq(excluded(custodial_key_openers::key_id)),
                    custodial_key_openers::parameters
                        .eq(excluded(custodial_key_openers::parameters)),
                    custodial_key_openers::sealed.eq(excluded(custodial_key_openers::sealed)),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_opener(
        &mut self,
        account: AccountId,
        opener: Opener,
    ) -> Result<Option<KeyOpener>, StoreError> {
        let (code, id) = place(account, opener);
        self.run(|conn| {
            let row: Option<OpenerRow> = custodial_key_openers::table
                .find((account.as_bytes().as_slice(), code, id.as_slice()))
                .select(OpenerRow::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(OpenerRow::decode).transpose()?)
        })
    }

    fn remove_opener(&mut self, account: AccountId, opener: Opener) -> Result<bool, StoreError> {
        let (code, id) = place(account, opener);
        self.run(|conn| {
            let opener = custodial_key_openers::table.find((
                account.as_bytes().as_slice(),
                code,
                id.as_slice(),
            ));
            Ok(diesel::delete(opener).execute(conn)? == 1)
        })
    }
}
