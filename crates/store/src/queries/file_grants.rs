use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::files::FileId;
use sealpost_domain::ports::{
    FileGrantRepository, GrantedFile, NamedGrant, PutGrant, StoreError, StoredGrant,
};

use super::{UnitTx, expressions, files as file_rows};
use crate::decode::{At, bytes};
use crate::schema::{accounts, file_grants, files};

/// What is read of a file that was granted: its row, the grant's key, and the owner's name.
type Row = (file_rows::Row, Vec<u8>, String, String);

fn decode((file, sealed_key, owner, owner_key): Row) -> Result<GrantedFile, StoreError> {
    Ok(GrantedFile {
        file: file.decode()?,
        sealed_key,
        owner_username: Username::restore(owner, owner_key),
    })
}

fn named(
    (id, username, key, created_at): (Vec<u8>, String, String, i64),
) -> Result<NamedGrant, StoreError> {
    Ok(NamedGrant {
        grantee: AccountId::from_bytes(bytes(&id, At("file_grants", "grantee_id"))?),
        username: Username::restore(username, key),
        created_at: Timestamp::from_micros(created_at),
    })
}

/// Files that were granted to an account, and have their key.
macro_rules! granted_to {
    ($grantee:expr) => {
        file_grants::table
            .inner_join(files::table)
            .inner_join(accounts::table.on(files::owner_id.eq(accounts::id.nullable())))
            .filter(file_grants::grantee_id.eq($grantee.as_bytes().as_slice()))
            .filter(files::deleted_at.is_null())
            .select((
                file_rows::Row::as_select(),
                file_grants::sealed_key,
                accounts::username,
                accounts::username_key,
            ))
    };
}

impl FileGrantRepository for UnitTx<'_> {
    fn put(&mut self, grant: &StoredGrant, limit: u32) -> Result<PutGrant, StoreError> {
        self.run(|conn| {
            let file = grant.file.as_bytes().as_slice();
            let grantee = grant.grantee.as_bytes().as_slice();
            let replaced: Option<i64> = diesel::update(file_grants::table.find((file, grantee)))
                .set(file_grants::sealed_key.eq(&grant.sealed_key))
                .returning(file_grants::created_at)
                .get_result(conn)
                .optional()?;
            if let Some(created_at) = replaced {
                return Ok(PutGrant::Replaced(Timestamp::from_micros(created_at)));
            }
            // The file is locked: nobody counts beside this.
            let count: i64 = file_grants::table
                .filter(file_grants::file_id.eq(file))
                .count()
                .get_result(conn)?;
            if count >= i64::from(limit) {
                return Ok(PutGrant::Full);
            }
            diesel::insert_into(file_grants::table)
                .values((
                    file_grants::file_id.eq(file),
                    file_grants::grantee_id.eq(grantee),
                    file_grants::sealed_key.eq(&grant.sealed_key),
                    file_grants::created_at.eq(grant.created_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(PutGrant::Added)
        })
    }

    fn remove(
        &mut self,
        owner: AccountId,
        file: FileId,
        grantee: AccountId,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = files::table
                .filter(files::id.eq(file.as_bytes().as_slice()))
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .select(files::id);
            let grant = file_grants::table
                .filter(file_grants::file_id.eq_any(own))
                .filter(file_grants::grantee_id.eq(grantee.as_bytes().as_slice()));
            Ok(diesel::delete(grant).execute(conn)? == 1)
        })
    }

    fn renounce(&mut self, grantee: AccountId, file: FileId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let key = (file.as_bytes().as_slice(), grantee.as_bytes().as_slice());
            Ok(diesel::delete(file_grants::table.find(key)).execute(conn)? == 1)
        })
    }

    fn list(&mut self, file: FileId, limit: u32) -> Result<Vec<NamedGrant>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(Vec<u8>, String, String, i64)> = file_grants::table
                .inner_join(accounts::table)
                .filter(file_grants::file_id.eq(file.as_bytes().as_slice()))
                .order(accounts::username_key.asc())
                .limit(i64::from(limit))
                .select((
                    accounts::id,
                    accounts::username,
                    accounts::username_key,
                    file_grants::created_at,
                ))
                .load(conn)?;
            Ok(rows.into_iter().map(named).collect::<Result<_, _>>()?)
        })
    }

    fn find(
        &mut self,
        grantee: AccountId,
        file: FileId,
    ) -> Result<Option<GrantedFile>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = granted_to!(grantee)
                .filter(file_grants::file_id.eq(file.as_bytes().as_slice()))
                .first(conn)
                .optional()?;
            Ok(row.map(decode).transpose()?)
        })
    }

    fn find_many(
        &mut self,
        grantee: AccountId,
        files: &[FileId],
    ) -> Result<Vec<GrantedFile>, StoreError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = files.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Row> = granted_to!(grantee)
                .filter(expressions::among(file_grants::file_id, wanted))
                .load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }

    fn page(
        &mut self,
        grantee: AccountId,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<GrantedFile>, StoreError> {
        // Every id is below or at the highest; bytes compare alike on both engines.
        let before = before.map_or(vec![0xFF; 17], |id| id.as_bytes().to_vec());
        self.run(|conn| {
            let rows: Vec<Row> = granted_to!(grantee)
                .filter(file_grants::file_id.lt(before))
                .order(file_grants::file_id.desc())
                .limit(i64::from(limit))
                .load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }
}
