use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Email};
use sealpost_domain::codes::{CodePurpose, MailedCode};
use sealpost_domain::ports::{CodeRepository, StoreError};

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::mailed_codes as codes;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = codes, treat_none_as_null = true)]
struct Row {
    account_id: Vec<u8>,
    purpose: i16,
    salt: Vec<u8>,
    mac: Vec<u8>,
    target: Option<String>,
    target_key: Option<String>,
    tries_left: i16,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn of(code: &MailedCode) -> Self {
        let target = code.target.as_ref();
        Self {
            account_id: code.account.as_bytes().to_vec(),
            purpose: code.purpose.code(),
            salt: code.salt.to_vec(),
            mac: code.mac.to_vec(),
            target: target.map(|email| email.as_str().to_owned()),
            target_key: target.map(|email| email.key().to_owned()),
            tries_left: i16::try_from(code.tries_left).unwrap_or(i16::MAX),
            created_at: code.created_at.as_micros(),
            expires_at: code.expires_at.as_micros(),
        }
    }

    fn decode(self) -> Result<MailedCode, StoreError> {
        const fn at(column: &'static str) -> At {
            At("mailed_codes", column)
        }
        let target = self.target.zip(self.target_key);
        let tries_left = u16::try_from(self.tries_left);
        Ok(MailedCode {
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            purpose: coded(self.purpose, CodePurpose::from_code, at("purpose"))?,
            salt: bytes(&self.salt, at("salt"))?,
            mac: bytes(&self.mac, at("mac"))?,
            target: target.map(|(shown, key)| Email::restore(shown, key)),
            tries_left: tries_left.map_err(|_| at("tries_left").corrupt())?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

impl CodeRepository for UnitTx<'_> {
    fn put(&mut self, code: &MailedCode, replaceable: Timestamp) -> Result<bool, StoreError> {
        let row = Row::of(code);
        self.run(|conn| {
            let upsert = diesel::insert_into(codes::table)
                .values(&row)
                .on_conflict((codes::account_id, codes::purpose))
                .do_update()
                .set(&row);
            let old = codes::created_at.le(replaceable.as_micros());
            Ok(diesel::query_dsl::methods::FilterDsl::filter(upsert, old).execute(conn)? == 1)
        })
    }

    fn spend_try(
        &mut self,
        account: AccountId,
        purpose: CodePurpose,
        now: Timestamp,
    ) -> Result<Option<MailedCode>, StoreError> {
        self.run(|conn| {
            let good = codes::table
                .find((account.as_bytes().as_slice(), purpose.code()))
                .filter(codes::tries_left.gt(0))
                .filter(codes::expires_at.gt(now.as_micros()));
            let row: Option<Row> = diesel::update(good)
                .set(codes::tries_left.eq(codes::tries_left - 1))
                .returning(Row::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn delete(&mut self, account: AccountId, purpose: CodePurpose) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = codes::table.find((account.as_bytes().as_slice(), purpose.code()));
            Ok(diesel::delete(own).execute(conn)? == 1)
        })
    }

    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own = codes::table.filter(codes::account_id.eq(account.as_bytes().as_slice()));
            let deleted = diesel::delete(own).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let expired: Vec<(Vec<u8>, i16)> = codes::table
                .filter(codes::expires_at.le(now.as_micros()))
                .select((codes::account_id, codes::purpose))
                .limit(i64::from(limit))
                .load(conn)?;
            let mut swept = 0;
            for (account, purpose) in expired {
                // Asked again: it may have been replaced meanwhile.
                let row = codes::table
                    .find((account, purpose))
                    .filter(codes::expires_at.le(now.as_micros()));
                swept += diesel::delete(row).execute(conn)?;
            }
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
