use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::files::{DeletionTally, FileId, ScrubProgress};
use sealpost_domain::ports::{
    BlobName, FileUpkeepRepository, ShreddedFile, StoreError, StoredFile,
};

use super::UnitTx;
use super::files::{Row, ShreddedRow, shredded};
use crate::decode::{At, bytes, count, to_column};
use crate::schema::{file_scrub, files};

/// The one row of `file_scrub`.
const ONLY: i16 = 1;

const fn at(column: &'static str) -> At {
    At("file_scrub", column)
}

impl FileUpkeepRepository for UnitTx<'_> {
    fn list_deletions(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ShreddedFile, u32)>, StoreError> {
        self.run(|conn| {
            let due = files::delete_after
                .is_null()
                .or(files::delete_after.le(now.as_micros()));
            let rows: Vec<(ShreddedRow, i32)> = files::table
                .filter(files::deleted_at.is_not_null())
                .filter(due)
                .order((files::deleted_at.asc(), files::id.asc()))
                .limit(i64::from(limit))
                .select((
                    (files::id, files::blob, files::size),
                    files::delete_attempts,
                ))
                .load(conn)?;
            rows.iter()
                .map(|(file, attempts)| {
                    let attempts = u32::try_from(*attempts);
                    let attempts =
                        attempts.map_err(|_| At("files", "delete_attempts").corrupt())?;
                    Ok((shredded(file)?, attempts))
                })
                .collect()
        })
    }

    fn defer_deletion(&mut self, id: FileId, until: Timestamp) -> Result<bool, StoreError> {
        let row = files::table
            .filter(files::id.eq(id.as_bytes().as_slice()))
            .filter(files::deleted_at.is_not_null());
        self.run(|conn| {
            let deferred = diesel::update(row)
                .set((
                    files::delete_attempts.eq(files::delete_attempts + 1),
                    files::delete_after.eq(until.as_micros()),
                ))
                .execute(conn)?;
            Ok(deferred == 1)
        })
    }

    fn tally_deletions(&mut self) -> Result<DeletionTally, StoreError> {
        self.run(|conn| {
            let left = files::table.filter(files::deleted_at.is_not_null());
            let (waiting, oldest): (i64, Option<i64>) = left
                .select((
                    diesel::dsl::count_star(),
                    diesel::dsl::min(files::deleted_at),
                ))
                .first(conn)?;
            let failing: i64 = left
                .filter(files::delete_attempts.gt(0))
                .count()
                .get_result(conn)?;
            Ok(DeletionTally {
                waiting: count(waiting, At("files", "deleted_at"))?,
                failing: count(failing, At("files", "delete_attempts"))?,
                oldest: oldest.map(Timestamp::from_micros),
            })
        })
    }

    fn page(&mut self, after: Option<FileId>, limit: u32) -> Result<Vec<StoredFile>, StoreError> {
        self.run(|conn| {
            let mut page = files::table
                .filter(files::deleted_at.is_null())
                .order(files::id.asc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .into_boxed();
            if let Some(after) = &after {
                page = page.filter(files::id.gt(after.as_bytes().as_slice()));
            }
            let rows: Vec<Row> = page.load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn count(&mut self) -> Result<u64, StoreError> {
        self.run(|conn| {
            let files: i64 = files::table
                .filter(files::deleted_at.is_null())
                .count()
                .get_result(conn)?;
            Ok(count(files, At("files", "id"))?)
        })
    }

    fn page_by_blob(
        &mut self,
        after: Option<BlobName>,
        through: Option<BlobName>,
        limit: u32,
    ) -> Result<Vec<StoredFile>, StoreError> {
        self.run(|conn| {
            let mut page = files::table
                .filter(files::deleted_at.is_null())
                .order(files::blob.asc())
                .limit(i64::from(limit))
                .select(Row::as_select())
                .into_boxed();
            if let Some(after) = &after {
                page = page.filter(files::blob.gt(after.as_bytes().as_slice()));
            }
            if let Some(through) = &through {
                page = page.filter(files::blob.le(through.as_bytes().as_slice()));
            }
            let rows: Vec<Row> = page.load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn lock_scrub(&mut self) -> Result<ScrubProgress, StoreError> {
        self.run(|conn| {
            // An update that changes nothing locks the row, and says what is in it.
            let (after, night, left): (Option<Vec<u8>>, i64, i64) =
                diesel::insert_into(file_scrub::table)
                    .values((
                        file_scrub::id.eq(ONLY),
                        file_scrub::night.eq(0),
                        file_scrub::files_left.eq(0),
                    ))
                    .on_conflict(file_scrub::id)
                    .do_update()
                    .set(file_scrub::id.eq(ONLY))
                    .returning((
                        file_scrub::after_id,
                        file_scrub::night,
                        file_scrub::files_left,
                    ))
                    .get_result(conn)?;
            Ok(ScrubProgress {
                after: after
                    .map(|id| bytes(&id, at("after_id")).map(FileId::from_bytes))
                    .transpose()?,
                night,
                left: count(left, at("files_left"))?,
            })
        })
    }

    fn save_scrub(&mut self, progress: &ScrubProgress) -> Result<(), StoreError> {
        let after = progress.after.map(|id| id.as_bytes().to_vec());
        self.run(|conn| {
            diesel::update(file_scrub::table.find(ONLY))
                .set((
                    file_scrub::after_id.eq(after),
                    file_scrub::night.eq(progress.night),
                    file_scrub::files_left.eq(to_column(progress.left)),
                ))
                .execute(conn)?;
            Ok(())
        })
    }
}
