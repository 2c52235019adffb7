use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::keys::{KeyId, KeyOwner};
use sealpost_domain::mailbox_keys::{KeyText, MailboxKey};
use sealpost_domain::ports::{MailboxKeyRepository, StoreError};

use super::{UnitTx, expressions};
use crate::decode::{At, bytes};
use crate::schema::{accounts, mailbox_keys};

const fn at(column: &'static str) -> At {
    At("mailbox_keys", column)
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mailbox_keys, treat_none_as_null = true)]
struct Row {
    account_id: Vec<u8>,
    key_id: Vec<u8>,
    text: String,
    thumbprint: Option<Vec<u8>>,
    in_ring: bool,
    created_at: i64,
}

impl Row {
    fn of(owner: AccountId, key: &MailboxKey) -> Self {
        Self {
            account_id: owner.as_bytes().to_vec(),
            key_id: key.id.as_bytes().to_vec(),
            text: key.text.as_str().to_owned(),
            thumbprint: key.thumbprint.map(|thumbprint| thumbprint.to_vec()),
            in_ring: key.in_ring,
            created_at: key.created_at.as_micros(),
        }
    }

    fn decode(self) -> Result<MailboxKey, StoreError> {
        let thumbprint = self.thumbprint;
        Ok(MailboxKey {
            id: KeyId::from_bytes(bytes(&self.key_id, at("key_id"))?),
            text: KeyText::restore(self.text),
            thumbprint: thumbprint
                .map(|thumbprint| bytes(&thumbprint, at("thumbprint")))
                .transpose()?,
            in_ring: self.in_ring,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

impl MailboxKeyRepository for UnitTx<'_> {
    fn find(&mut self, owner: AccountId) -> Result<Option<MailboxKey>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = mailbox_keys::table
                .find(owner.as_bytes().as_slice())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn put(&mut self, owner: AccountId, key: &MailboxKey) -> Result<(), StoreError> {
        let row = Row::of(owner, key);
        self.run(|conn| {
            diesel::insert_into(mailbox_keys::table)
                .values(&row)
                .on_conflict(mailbox_keys::account_id)
                .do_update()
                .set(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_owners(&mut self, ids: &[KeyId]) -> Result<Vec<(KeyId, KeyOwner)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Vec<u8>, Vec<u8>, String, String)> = mailbox_keys::table
                .inner_join(accounts::table)
                .filter(expressions::among(mailbox_keys::key_id, wanted))
                .select((
                    mailbox_keys::key_id,
                    mailbox_keys::account_id,
                    accounts::username,
                    accounts::username_key,
                ))
                .load(conn)?;
            rows.into_iter()
                .map(|(id, account, username, key)| {
                    let owner = KeyOwner {
                        account: AccountId::from_bytes(bytes(&account, at("account_id"))?),
                        username: Username::restore(username, key),
                    };
                    Ok((KeyId::from_bytes(bytes(&id, at("key_id"))?), owner))
                })
                .collect()
        })
    }
}
