use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::Protection;
use sealpost_domain::ports::{
    AbandonedUpload, BlobName, BlobState, Constraint, StoreError, StoredUpload, UploadProgress,
    UploadRepository,
};
use sealpost_domain::uploads::Salt;

use super::UnitTx;
use crate::decode::{At, bytes, coded, count, to_column};
use crate::schema::uploads;

const fn at(column: &'static str) -> At {
    At("uploads", column)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads)]
struct Row {
    id: Vec<u8>,
    owner_id: Vec<u8>,
    blob: Vec<u8>,
    length: i64,
    salt: Vec<u8>,
    sealed_key: Vec<u8>,
    sealed_name: Option<Vec<u8>>,
    sealed_type: Vec<u8>,
    received: i64,
    sealed: i64,
    tail: Option<Vec<u8>>,
    digest_state: Vec<u8>,
    blob_state: Vec<u8>,
    created_at: i64,
    expires_at: i64,
    protection: i16,
}

impl Row {
    fn of(upload: &StoredUpload) -> Self {
        let progress = &upload.progress;
        Self {
            id: upload.id.as_bytes().to_vec(),
            owner_id: upload.owner.as_bytes().to_vec(),
            blob: upload.blob.as_bytes().to_vec(),
            length: to_column(upload.length),
            salt: upload.salt.as_bytes().to_vec(),
            sealed_key: upload.sealed_key.clone(),
            sealed_name: upload.sealed_name.clone(),
            sealed_type: upload.sealed_type.clone(),
            received: to_column(progress.offset),
            sealed: to_column(progress.sealed),
            tail: progress.tail.clone(),
            digest_state: progress.digest_state.clone(),
            blob_state: progress.blob_state.as_bytes().to_vec(),
            created_at: upload.created_at.as_micros(),
            expires_at: upload.expires_at.as_micros(),
            protection: upload.protection.code(),
        }
    }

    fn decode(self) -> Result<StoredUpload, StoreError> {
        Ok(StoredUpload {
            id: FileId::from_bytes(bytes(&self.id, at("id"))?),
            owner: AccountId::from_bytes(bytes(&self.owner_id, at("owner_id"))?),
            blob: BlobName::from_bytes(bytes(&self.blob, at("blob"))?),
            protection: coded(self.protection, Protection::from_code, at("protection"))?,
            length: count(self.length, at("length"))?,
            salt: Salt::from_bytes(bytes(&self.salt, at("salt"))?),
            sealed_key: self.sealed_key,
            sealed_name: self.sealed_name,
            sealed_type: self.sealed_type,
            progress: UploadProgress {
                offset: count(self.received, at("received"))?,
                sealed: count(self.sealed, at("sealed"))?,
                tail: self.tail,
                digest_state: self.digest_state,
                blob_state: BlobState::from_bytes(self.blob_state),
            },
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

/// What is left of an upload whose row is gone.
type Remains = (Vec<u8>, Vec<u8>, Vec<u8>, i64, i16);

fn abandoned(
    (owner, blob, state, length, protection): Remains,
) -> Result<AbandonedUpload, StoreError> {
    Ok(AbandonedUpload {
        owner: AccountId::from_bytes(bytes(&owner, at("owner_id"))?),
        blob: BlobName::from_bytes(bytes(&blob, at("blob"))?),
        blob_state: BlobState::from_bytes(state),
        protection: coded(protection, Protection::from_code, at("protection"))?,
        length: count(length, at("length"))?,
    })
}

/// The row of an upload that is still where it was.
macro_rules! still_at {
    ($id:expr, $from:expr) => {
        uploads::table
            .filter(uploads::id.eq($id.as_bytes().as_slice()))
            .filter(uploads::received.eq(to_column($from.0)))
            .filter(uploads::sealed.eq(to_column($from.1)))
    };
}

impl UploadRepository for UnitTx<'_> {
    fn insert(&mut self, upload: &StoredUpload) -> Result<(), StoreError> {
        let row = Row::of(upload);
        self.run(|conn| {
            let inserted = diesel::insert_into(uploads::table)
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

    fn find(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredUpload>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = uploads::table
                .filter(uploads::id.eq(id.as_bytes().as_slice()))
                .filter(uploads::owner_id.eq(owner.as_bytes().as_slice()))
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn count(&mut self, owner: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let found: i64 = uploads::table
                .filter(uploads::owner_id.eq(owner.as_bytes().as_slice()))
                .count()
                .get_result(conn)?;
            Ok(count(found, at("id"))?)
        })
    }

    fn advance(
        &mut self,
        id: FileId,
        from: (u64, u64),
        progress: &UploadProgress,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let moved = diesel::update(still_at!(id, from))
                .set((
                    uploads::received.eq(to_column(progress.offset)),
                    uploads::sealed.eq(to_column(progress.sealed)),
                    uploads::tail.eq(progress.tail.as_deref()),
                    uploads::digest_state.eq(progress.digest_state.as_slice()),
                    uploads::blob_state.eq(progress.blob_state.as_bytes()),
                    uploads::expires_at.eq(expires_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(moved == 1)
        })
    }

    fn complete(&mut self, id: FileId, from: (u64, u64)) -> Result<bool, StoreError> {
        self.run(|conn| Ok(diesel::delete(still_at!(id, from)).execute(conn)? == 1))
    }

    fn take(
        &mut self,
        owner: AccountId,
        id: FileId,
    ) -> Result<Option<AbandonedUpload>, StoreError> {
        self.run(|conn| {
            let upload = uploads::table
                .filter(uploads::id.eq(id.as_bytes().as_slice()))
                .filter(uploads::owner_id.eq(owner.as_bytes().as_slice()));
            let taken: Option<Remains> = diesel::delete(upload)
                .returning((
                    uploads::owner_id,
                    uploads::blob,
                    uploads::blob_state,
                    uploads::length,
                    uploads::protection,
                ))
                .get_result(conn)
                .optional()?;
            Ok(taken.map(abandoned).transpose()?)
        })
    }

    fn take_expired(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<AbandonedUpload>, StoreError> {
        self.run(|conn| {
            let over = uploads::expires_at.le(now.as_micros());
            let ids: Vec<Vec<u8>> = uploads::table
                .filter(over)
                .order((uploads::expires_at.asc(), uploads::id.asc()))
                .limit(i64::from(limit))
                .select(uploads::id)
                .load(conn)?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            // Whoever has moved on in between stays.
            let upload = uploads::table.filter(uploads::id.eq_any(&ids)).filter(over);
            let taken: Vec<Remains> = diesel::delete(upload)
                .returning((
                    uploads::owner_id,
                    uploads::blob,
                    uploads::blob_state,
                    uploads::length,
                    uploads::protection,
                ))
                .get_results(conn)?;
            Ok(taken.into_iter().map(abandoned).collect::<Result<_, _>>()?)
        })
    }

    fn known_blobs(&mut self, blobs: &[BlobName]) -> Result<Vec<BlobName>, StoreError> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let asked = blobs.iter().map(|blob| blob.as_bytes().as_slice());
            let rows: Vec<Vec<u8>> = uploads::table
                .filter(uploads::blob.eq_any(asked))
                .select(uploads::blob)
                .load(conn)?;
            Ok(rows
                .iter()
                .map(|blob| bytes(blob, at("blob")).map(BlobName::from_bytes))
                .collect::<Result<_, _>>()?)
        })
    }
}
