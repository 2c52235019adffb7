use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::Protection;
use sealpost_domain::ports::{
    BlobDigest, BlobName, Constraint, FileRepository, ShreddedFile, StoreError, StoredFile,
};

use super::UnitTx;
use super::messages::is_not_over;
use crate::decode::{At, bytes, coded, count, to_column};
use crate::schema::{attachments, file_grants, file_links, files, members, messages};

const fn at(column: &'static str) -> At {
    At("files", column)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub(super) struct Row {
    id: Vec<u8>,
    owner_id: Option<Vec<u8>>,
    blob: Vec<u8>,
    size: i64,
    digest: Vec<u8>,
    digest_kind: i16,
    sealed_key: Option<Vec<u8>>,
    sealed_name: Option<Vec<u8>>,
    sealed_type: Option<Vec<u8>>,
    created_at: i64,
    protection: i16,
    key_disclosed_at: Option<i64>,
}

impl Row {
    fn of(file: &StoredFile) -> Self {
        Self {
            id: file.id.as_bytes().to_vec(),
            owner_id: Some(file.owner.as_bytes().to_vec()),
            blob: file.blob.as_bytes().to_vec(),
            size: to_column(file.size),
            digest: file.digest.bytes().to_vec(),
            digest_kind: file.digest.code(),
            sealed_key: Some(file.sealed_key.clone()),
            sealed_name: file.sealed_name.clone(),
            sealed_type: Some(file.sealed_type.clone()),
            created_at: file.created_at.as_micros(),
            protection: file.protection.code(),
            key_disclosed_at: file.key_disclosed_at.map(Timestamp::as_micros),
        }
    }

    pub(super) fn decode(self) -> Result<StoredFile, StoreError> {
        let owner = self.owner_id.ok_or(at("owner_id").corrupt())?;
        let digest = bytes(&self.digest, at("digest"))?;
        let of_code = |code| BlobDigest::of_code(code, digest);
        Ok(StoredFile {
            id: FileId::from_bytes(bytes(&self.id, at("id"))?),
            owner: AccountId::from_bytes(bytes(&owner, at("owner_id"))?),
            blob: BlobName::from_bytes(bytes(&self.blob, at("blob"))?),
            size: count(self.size, at("size"))?,
            digest: coded(self.digest_kind, of_code, at("digest_kind"))?,
            sealed_key: self.sealed_key.ok_or(at("sealed_key").corrupt())?,
            sealed_name: self.sealed_name,
            sealed_type: self.sealed_type.ok_or(at("sealed_type").corrupt())?,
            protection: coded(self.protection, Protection::from_code, at("protection"))?,
            key_disclosed_at: self.key_disclosed_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// Id, blob and size of a shredded file.
pub(super) type ShreddedRow = (Vec<u8>, Vec<u8>, i64);

pub(super) fn shredded((id, blob, size): &ShreddedRow) -> Result<ShreddedFile, StoreError> {
    Ok(ShreddedFile {
        id: FileId::from_bytes(bytes(id, at("id"))?),
        blob: BlobName::from_bytes(bytes(blob, at("blob"))?),
        size: count(*size, at("size"))?,
    })
}

impl FileRepository for UnitTx<'_> {
    fn insert(&mut self, file: &StoredFile) -> Result<(), StoreError> {
        let row = Row::of(file);
        self.run(|conn| {
            let inserted = diesel::insert_into(files::table)
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

    fn find(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredFile>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = files::table
                .filter(files::id.eq(id.as_bytes().as_slice()))
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_shared(
        &mut self,
        account: AccountId,
        id: FileId,
        now: Timestamp,
    ) -> Result<Option<StoredFile>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = attachments::table
                .inner_join(files::table)
                .inner_join(messages::table)
                .inner_join(
                    members::table.on(members::conversation_id.eq(messages::conversation_id)),
                )
                .filter(attachments::file_id.eq(id.as_bytes().as_slice()))
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .filter(messages::seq.ge(members::first_seq))
                .filter(messages::deleted_at.is_null())
                .filter(is_not_over(now))
                .filter(files::deleted_at.is_null())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn find_of_anybody(&mut self, id: FileId) -> Result<Option<StoredFile>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = files::table
                .filter(files::id.eq(id.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn page(
        &mut self,
        owner: AccountId,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<StoredFile>, StoreError> {
        // Every id is below or at the highest; bytes compare alike on both engines.
        let before = before.map_or(vec![0xFF; 17], |id| id.as_bytes().to_vec());
        self.run(|conn| {
            let rows: Vec<Row> = files::table
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null())
                .filter(files::id.lt(before))
                .order(files::id.desc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn shred(
        &mut self,
        owner: AccountId,
        id: FileId,
        now: Timestamp,
    ) -> Result<Option<ShreddedFile>, StoreError> {
        self.run(|conn| {
            let file = files::table
                .filter(files::id.eq(id.as_bytes().as_slice()))
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null());
            let nothing = None::<Vec<u8>>;
            let found: Option<(Vec<u8>, Vec<u8>, i64)> = diesel::update(file)
                .set((
                    files::sealed_key.eq(nothing.clone()),
                    files::sealed_name.eq(nothing.clone()),
                    files::sealed_type.eq(nothing),
                    files::deleted_at.eq(now.as_micros()),
                ))
                .returning((files::id, files::blob, files::size))
                .get_result(conn)
                .optional()?;
            let Some(found) = found else { return Ok(None) };
            let of = found.0.as_slice();
            diesel::delete(file_grants::table.filter(file_grants::file_id.eq(of))).execute(conn)?;
            diesel::delete(file_links::table.filter(file_links::file_id.eq(of))).execute(conn)?;
            Ok(Some(shredded(&found)?))
        })
    }

    fn shred_all(&mut self, owner: AccountId, now: Timestamp) -> Result<u64, StoreError> {
        self.run(|conn| {
            let owner = owner.as_bytes().as_slice();
            let own = || files::table.filter(files::owner_id.eq(owner));
            let grants = file_grants::file_id.eq_any(own().select(files::id));
            diesel::delete(file_grants::table.filter(grants)).execute(conn)?;
            let links = file_links::file_id.eq_any(own().select(files::id));
            diesel::delete(file_links::table.filter(links)).execute(conn)?;
            let files = own().filter(files::deleted_at.is_null());
            let nothing = None::<Vec<u8>>;
            let shredded = diesel::update(files)
                .set((
                    files::sealed_key.eq(nothing.clone()),
                    files::sealed_name.eq(nothing.clone()),
                    files::sealed_type.eq(nothing),
                    files::deleted_at.eq(now.as_micros()),
                ))
                .execute(conn)?;
            Ok(u64::try_from(shredded).unwrap_or(u64::MAX))
        })
    }

    fn lock(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredFile>, StoreError> {
        self.run(|conn| {
            let file = files::table
                .filter(files::id.eq(id.as_bytes().as_slice()))
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null());
            // Locked by an update, since both engines know that.
            let row: Option<Row> = diesel::update(file)
                .set(files::created_at.eq(files::created_at))
                .returning(Row::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn replace(&mut self, file: &StoredFile) -> Result<(), StoreError> {
        self.run(|conn| {
            let there = files::table
                .filter(files::id.eq(file.id.as_bytes().as_slice()))
                .filter(files::owner_id.eq(file.owner.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null());
            diesel::update(there)
                .set((
                    files::blob.eq(file.blob.as_bytes().as_slice()),
                    files::digest.eq(file.digest.bytes().as_slice()),
                    files::digest_kind.eq(file.digest.code()),
                    files::sealed_key.eq(Some(&file.sealed_key)),
                    files::key_disclosed_at.eq(file.key_disclosed_at.map(Timestamp::as_micros)),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn note_disclosure(&mut self, id: FileId, at: Timestamp) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::update(files::table.find(id.as_bytes().as_slice()))
                .set(files::key_disclosed_at.eq(at.as_micros()))
                .execute(conn)?;
            Ok(())
        })
    }

    fn remove(&mut self, id: FileId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let file = files::table
                .filter(files::id.eq(id.as_bytes().as_slice()))
                .filter(files::deleted_at.is_not_null());
            Ok(diesel::delete(file).execute(conn)? == 1)
        })
    }

    fn known_blobs(&mut self, blobs: &[BlobName]) -> Result<Vec<BlobName>, StoreError> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let asked = blobs.iter().map(|blob| blob.as_bytes().as_slice());
            let rows: Vec<Vec<u8>> = files::table
                .filter(files::blob.eq_any(asked))
                .select(files::blob)
                .load(conn)?;
            Ok(rows
                .iter()
                .map(|blob| bytes(blob, at("blob")).map(BlobName::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }
}
