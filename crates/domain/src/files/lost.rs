//! A database that was restored may know files whose bytes no backup has: they were deleted while it was made.

use std::collections::HashSet;
use std::sync::Arc;

use super::delete::{DeleteFileError, shred};
use crate::ports::{BlobName, StoreError, StoreExt, StoredFile, Tx};
use crate::{Environment, Timestamp};

/// How many rows are looked at in one go.
const BATCH: u32 = 500;

/// Deletes all files whose blobs are not among `there`, as their owners had; says how many there were. For a database that nobody
/// uses yet.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_lost_files(
    env: &Environment,
    there: Arc<HashSet<BlobName>>,
) -> Result<u64, StoreError> {
    let (mut deleted, mut after, now) = (0, None, env.now());
    loop {
        let page: Result<Vec<StoredFile>, StoreError> = env
            .store
            .ask(move |tx| tx.file_upkeep().page(after, BATCH))
            .await;
        let page = page?;
        let Some(last) = page.last() else {
            return Ok(deleted);
        };
        after = Some(last.id);
        let there = Arc::clone(&there);
        let shredded: Result<u64, StoreError> = env
            .store
            .write(move |tx| shred_lost(tx, &page, &there, now))
            .await;
        deleted += shredded?;
    }
}

fn shred_lost(
    tx: &mut dyn Tx,
    page: &[StoredFile],
    there: &HashSet<BlobName>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut shredded = 0;
    for file in page.iter().filter(|file| !there.contains(&file.blob)) {
        match shred(tx, file.owner, file.id, now) {
            Ok(_) => shredded += 1,
            Err(DeleteFileError::Unknown) => {}
            Err(DeleteFileError::Store(error)) => return Err(error),
        }
    }
    Ok(shredded)
}

#[cfg(test)]
mod tests {
    use super::super::FileId;
    use super::super::tests::scene::stored;
    use super::*;
    use crate::ports::ShreddedFile;
    use crate::testing::MockTx;

    #[test]
    fn what_has_its_bytes_stays() {
        let file = |byte: u8| StoredFile {
            blob: BlobName::from_bytes([byte; 16]),
            ..stored(FileId::from_bytes([byte; 16]))
        };
        let mut tx = MockTx::default();
        tx.file_grants
            .expect_list()
            .returning(|_, _| Ok(Vec::new()));
        tx.files
            .expect_shred()
            .once()
            .withf(|_, id, _| *id == FileId::from_bytes([2; 16]))
            .returning(|_, id, _| {
                Ok(Some(ShreddedFile {
                    id,
                    blob: BlobName::from_bytes([2; 16]),
                    size: 0,
                }))
            });
        let there = HashSet::from([1, 3].map(|byte| BlobName::from_bytes([byte; 16])));
        let page = [1, 2, 3].map(file);
        let shredded = shred_lost(&mut tx, &page, &there, Timestamp::from_seconds(1));
        assert_eq!(shredded.unwrap(), 1);
    }
}
