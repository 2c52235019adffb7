//! Each night a part of all files is read again, so that damage is found while there are backups that know better.

use super::check::CheckedFiles;
use super::{FileId, Files, SweepFilesError};
use crate::Timestamp;
use crate::ports::{Pace, StoreError, StoreExt, StoredFile, Tx};

/// How many files are taken in hand at once. Of a process that dies in the middle so many wait for the next round.
const BATCH: u32 = 8;
/// When a night begins, in seconds after midnight (UTC).
const BEGINS: i64 = 2 * 60 * 60;
const DAY: i64 = 24 * 60 * 60;

/// How far the scrub has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScrubProgress {
    /// The file that was taken in hand last; None at the beginning of a round.
    pub after: Option<FileId>,
    /// The night of the last scrub, counted in days from 1970.
    pub night: i64,
    /// How many files are left for that night.
    pub left: u64,
}

impl Files {
    /// Reads the next few files of this night again, so that in `nights` nights each has had its turn; None if this night's
    /// part is done. Several instances share the work. A night begins at 2 o'clock (UTC); one that was missed is made up for as
    /// soon as somebody asks.
    ///
    /// # Errors
    /// [`SweepFilesError`].
    pub async fn scrub(
        &self,
        nights: u32,
        pace: &dyn Pace,
    ) -> Result<Option<CheckedFiles>, SweepFilesError> {
        let now = self.env.now();
        let taken: Result<Vec<StoredFile>, StoreError> =
            self.env.store.write(move |tx| take(tx, nights, now)).await;
        let taken = taken?;
        if taken.is_empty() {
            return Ok(None);
        }
        self.check_all(&taken, pace).await.map(Some)
    }
}

const fn night_of(now: Timestamp) -> i64 {
    (now.as_micros().div_euclid(1_000_000) - BEGINS).div_euclid(DAY)
}

/// Takes the next files in hand; none once the night's part is done.
fn take(tx: &mut dyn Tx, nights: u32, now: Timestamp) -> Result<Vec<StoredFile>, StoreError> {
    let mut progress = tx.file_upkeep().lock_scrub()?;
    let tonight = night_of(now);
    if progress.night < tonight {
        progress.night = tonight;
        progress.left = tx.file_upkeep().count()?.div_ceil(u64::from(nights.max(1)));
    }
    if progress.left == 0 {
        tx.file_upkeep().save_scrub(&progress)?;
        return Ok(Vec::new());
    }
    let limit = BATCH.min(u32::try_from(progress.left).unwrap_or(BATCH));
    let mut files = tx.file_upkeep().page(progress.after, limit)?;
    if files.is_empty() && progress.after.is_some() {
        // The next round.
        files = tx.file_upkeep().page(None, limit)?;
    }
    let taken = u64::try_from(files.len()).unwrap_or(0);
    progress.left = if taken == 0 { 0 } else { progress.left - taken };
    progress.after = files.last().map(|last| last.id);
    tx.file_upkeep().save_scrub(&progress)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::super::tests::scene::stored;
    use super::*;
    use crate::testing::MockTx;

    const NIGHT: i64 = 20_000;

    fn id(byte: u8) -> FileId {
        FileId::from_bytes([byte; 16])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(NIGHT * DAY + BEGINS + seconds)
    }

    /// Five files, and a scrub that has come so far.
    fn tx(before: ScrubProgress, after: ScrubProgress) -> MockTx {
        let mut tx = MockTx::default();
        tx.file_upkeep
            .expect_lock_scrub()
            .returning(move || Ok(before));
        tx.file_upkeep.expect_count().returning(|| Ok(5));
        tx.file_upkeep.expect_page().returning(|after, limit| {
            let files = (1..=5).map(|byte| stored(id(byte)));
            let files = files.filter(|file| after.is_none_or(|after| file.id > after));
            Ok(files.take(usize::try_from(limit).unwrap()).collect())
        });
        tx.file_upkeep
            .expect_save_scrub()
            .with(eq(after))
            .once()
            .returning(|_| Ok(()));
        tx
    }

    fn progress(after: Option<u8>, night: i64, left: u64) -> ScrubProgress {
        ScrubProgress {
            after: after.map(id),
            night,
            left,
        }
    }

    #[test]
    fn every_file_has_its_turn_and_no_night_does_another_ones_work() {
        let (last, tonight) = (NIGHT - 1, NIGHT);
        for (nights, before, taken, after) in [
            (
                3,
                progress(None, last, 0),
                vec![1, 2],
                progress(Some(2), tonight, 0),
            ),
            (
                3,
                progress(Some(2), tonight, 0),
                vec![],
                progress(Some(2), tonight, 0),
            ),
            (
                3,
                progress(Some(2), last, 0),
                vec![3, 4],
                progress(Some(4), tonight, 0),
            ),
            // The end of a round; the rest of the night goes on from the beginning.
            (
                3,
                progress(Some(4), last, 1),
                vec![5],
                progress(Some(5), tonight, 1),
            ),
            (
                3,
                progress(Some(5), tonight, 1),
                vec![1],
                progress(Some(1), tonight, 0),
            ),
            (
                1,
                progress(None, 0, 0),
                vec![1, 2, 3, 4, 5],
                progress(Some(5), tonight, 0),
            ),
        ] {
            let files = take(&mut tx(before, after), nights, at(0)).unwrap();
            let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
            assert_eq!(
                ids,
                taken.into_iter().map(id).collect::<Vec<_>>(),
                "{before:?}"
            );
        }
    }

    #[test]
    fn where_there_is_nothing_a_night_is_soon_over() {
        let mut tx = MockTx::default();
        tx.file_upkeep
            .expect_lock_scrub()
            .returning(|| Ok(ScrubProgress::default()));
        tx.file_upkeep.expect_count().returning(|| Ok(0));
        tx.file_upkeep
            .expect_save_scrub()
            .with(eq(progress(None, NIGHT, 0)))
            .once()
            .returning(|_| Ok(()));
        assert_eq!(take(&mut tx, 30, at(DAY - 1)).unwrap(), []);
    }

    #[test]
    fn a_night_begins_at_two() {
        assert_eq!(night_of(at(-1)), NIGHT - 1);
        assert_eq!(night_of(at(0)), NIGHT);
        assert_eq!(night_of(at(DAY)), NIGHT + 1);
    }
}
