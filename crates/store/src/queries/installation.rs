use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{InstallationRepository, StoreError};

use super::UnitTx;
use crate::schema::installation_secrets as secrets;

impl InstallationRepository for UnitTx<'_> {
    fn find(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.run(|conn| {
            Ok(secrets::table
                .find(name)
                .select(secrets::sealed)
                .first(conn)
                .optional()?)
        })
    }

    fn find_or_insert(
        &mut self,
        name: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, StoreError> {
        self.run(|conn| {
            diesel::insert_into(secrets::table)
                .values((
                    secrets::name.eq(name),
                    secrets::sealed.eq(sealed),
                    secrets::created_at.eq(now.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            Ok(secrets::table
                .find(name)
                .select(secrets::sealed)
                .first(conn)?)
        })
    }

    fn replace(&mut self, name: &str, sealed: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let replaced = diesel::update(secrets::table.find(name))
                .set((
                    secrets::sealed.eq(sealed),
                    secrets::created_at.eq(now.as_micros()),
                ))
                .execute(conn)?;
            Ok(replaced == 1)
        })
    }
}
