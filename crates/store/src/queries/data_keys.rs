use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::data_keys::{DataKey, DataKeyUse};
use sealpost_domain::ports::{DataKeyRepository, StoreError};

use super::UnitTx;
use crate::decode::At;
use crate::schema::{data_key_uses as uses, data_keys};

/// Two are alive at a time; more only if the clock was set back and forth.
const MAX_LISTED: i64 = 16;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = data_keys)]
struct Row {
    generation: i64,
    public_pem: String,
    sealed_private: Vec<u8>,
    serves_from: i64,
    serves_until: i64,
    retires_at: i64,
}

impl Row {
    fn of(key: &DataKey) -> Self {
        Self {
            generation: key.generation.into(),
            public_pem: key.public_pem.clone(),
            sealed_private: key.sealed_private.clone(),
            serves_from: key.serves_from.as_micros(),
            serves_until: key.serves_until.as_micros(),
            retires_at: key.retires_at.as_micros(),
        }
    }

    fn decode(self) -> Result<DataKey, StoreError> {
        Ok(DataKey {
            generation: u32::try_from(self.generation)
                .map_err(|_| At("data_keys", "generation").corrupt())?,
            public_pem: self.public_pem,
            sealed_private: self.sealed_private,
            serves_from: Timestamp::from_micros(self.serves_from),
            serves_until: Timestamp::from_micros(self.serves_until),
            retires_at: Timestamp::from_micros(self.retires_at),
        })
    }
}

impl DataKeyRepository for UnitTx<'_> {
    fn insert_new(&mut self, key: &DataKey) -> Result<bool, StoreError> {
        let row = Row::of(key);
        self.run(|conn| {
            let inserted = diesel::insert_into(data_keys::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(inserted == 1)
        })
    }

    fn list(&mut self) -> Result<Vec<DataKey>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Row> = data_keys::table
                .order(data_keys::generation.desc())
                .limit(MAX_LISTED)
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn delete_retired(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.run(|conn| {
            let retired = data_keys::table.filter(data_keys::retires_at.le(before.as_micros()));
            let deleted = diesel::delete(retired).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }

    fn is_used(&mut self, used: &DataKeyUse) -> Result<bool, StoreError> {
        self.run(|conn| {
            let found: Option<i64> = uses::table
                .find(used.digest.as_slice())
                .select(uses::generation)
                .first(conn)
                .optional()?;
            Ok(found.is_some())
        })
    }

    fn record_use(&mut self, used: &DataKeyUse) -> Result<bool, StoreError> {
        self.run(|conn| {
            // From the key's own row: if it has gone, there is nothing to insert.
            let row = data_keys::table.find(i64::from(used.generation)).select((
                used.digest
                    .as_slice()
                    .into_sql::<diesel::sql_types::Binary>(),
                data_keys::generation,
            ));
            let inserted = diesel::insert_into(uses::table)
                .values(row)
                .into_columns((uses::digest, uses::generation))
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(inserted == 1)
        })
    }
}
