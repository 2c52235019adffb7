//! Sealing everything anew, batch by batch. Each batch is found and opened, sealed between two units of work, and put back
//! value by value where nothing has changed meanwhile; how far it has come is written with it. So a process may die at any
//! point: what it had not written is done again.

use std::time::Duration;

use super::{MasterKeyId, MasterKeys, SealedColumn, SealedValue};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt, Tx};

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrap {
    /// The key everything is to rest under.
    pub key: MasterKeyId,
    /// Who is at it, and until when nobody else may be; None if nobody is.
    pub holder: Option<([u8; 16], Timestamp)>,
    /// The column that is being gone through.
    pub column: SealedColumn,
    /// The key of the last value of it that was; empty at the beginning.
    pub after: Vec<u8>,
    /// How many values were sealed anew so far.
    pub rewrapped: u64,
    /// The same since all columns were last begun with. It is done once all were gone through without any.
    pub rewrapped_in_pass: u64,
    /// How many values did not open in this pass. They stay as they are.
    pub unopened: u64,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
}

/// What came of asking for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// There is nothing to do here: all is done, or another instance is at it.
    Nothing,
    /// A batch was done, or another was faster; there may be more.
    Batch,
    /// All columns were gone through and something was found: they will be once more.
    Pass,
    /// This was the last: everything rests under the key that seals.
    Done(Box<Rewrap>),
}

/// How long another instance that has begun a batch is waited for. After a crash the work rests so long.
const LEASE: Duration = Duration::from_secs(10);

/// A batch that was read.
struct Batch {
    rewrap: Rewrap,
    values: Vec<SealedValue>,
}

impl MasterKeys {
    /// Does one batch, if there is one to do and nobody else does it. Between two, let others have the store for a moment.
    ///
    /// # Errors
    /// [`StoreError`]; the batch will be tried again.
    pub async fn work(&self) -> Result<Work, StoreError> {
        let sealing = self.keyring.keys().last().copied();
        let now = self.env.now();
        // Where there is no other instance, a lease is one of this very database from before a crash.
        let holder = self.is_shared.then_some(self.holder);
        let batch: Result<Option<Batch>, StoreError> = self
            .env
            .store
            .read(move |tx| read_batch(tx, sealing, holder, now))
            .await;
        let Some(Batch { rewrap, values }) = batch? else {
            return Ok(Work::Nothing);
        };
        let (replaced, unopened) = self.seal_anew(&rewrap, &values);
        let reached = self.reached(&rewrap, &values, unopened);
        let written: Result<Option<Rewrap>, StoreError> = self
            .env
            .store
            .write(move |tx| write_batch(tx, &rewrap, &reached, &replaced))
            .await;
        Ok(match written? {
            Some(done) if done.finished_at.is_some() => Work::Done(Box::new(done)),
            Some(next) if next.rewrapped_in_pass == 0 && is_at_start(&next) => Work::Pass,
            Some(_) | None => Work::Batch,
        })
    }

    /// Those that rest under another key, each with what to put in its place, and how many do not open.
    fn seal_anew(
        &self,
        rewrap: &Rewrap,
        values: &[SealedValue],
    ) -> (Vec<(SealedValue, Vec<u8>)>, u64) {
        let mut unopened = 0;
        let mut replaced = Vec::new();
        for value in values {
            if self.keyring.key_of(&value.sealed) == Some(rewrap.key) {
                continue;
            }
            let binding = rewrap.column.binding(value);
            match self.sealer.open(&binding, &value.sealed) {
                Ok(plaintext) => {
                    replaced.push((value.clone(), self.sealer.seal(&binding, &plaintext)));
                }
                Err(_) => unopened += 1,
            }
        }
        (replaced, unopened)
    }

    /// Where the work stands once this batch is written, apart from what it has counted.
    fn reached(&self, from: &Rewrap, values: &[SealedValue], unopened: u64) -> Rewrap {
        let now = self.env.now();
        let mut reached = Rewrap {
            holder: Some((self.holder, now + LEASE)),
            unopened: from.unopened + unopened,
            ..from.clone()
        };
        match values.last() {
            Some(last) => reached.after = last.key.clone(),
            None => {
                reached.after = Vec::new();
                match from.column.next() {
                    Some(next) => reached.column = next,
                    None => {
                        reached.holder = None;
                        reached.finished_at = Some(now);
                    }
                }
            }
        }
        reached
    }
}

fn read_batch(
    tx: &mut dyn Tx,
    sealing: Option<MasterKeyId>,
    holder: Option<[u8; 16]>,
    now: Timestamp,
) -> Result<Option<Batch>, StoreError> {
    let Some(rewrap) = tx.master_keys().find_rewrap()? else {
        return Ok(None);
    };
    let is_held = |(by, until)| holder.is_some_and(|holder| by != holder) && until > now;
    if rewrap.finished_at.is_some()
        || Some(rewrap.key) != sealing
        || rewrap.holder.is_some_and(is_held)
    {
        return Ok(None);
    }
    let limit = rewrap.column.batch();
    let values = tx.master_keys().page(rewrap.column, &rewrap.after, limit)?;
    Ok(Some(Batch { rewrap, values }))
}

/// Puts the batch back. None if somebody else has gone on from there; what was put back is as good as theirs.
fn write_batch(
    tx: &mut dyn Tx,
    from: &Rewrap,
    reached: &Rewrap,
    replaced: &[(SealedValue, Vec<u8>)],
) -> Result<Option<Rewrap>, StoreError> {
    let mut count = 0;
    for (value, sealed) in replaced {
        if tx.master_keys().replace(from.column, value, sealed)? {
            count += 1;
        }
    }
    let mut reached = reached.clone();
    reached.rewrapped += count;
    reached.rewrapped_in_pass += count;
    if reached.finished_at.is_some() && reached.rewrapped_in_pass > 0 {
        // Something may have been sealed under an older key meanwhile, by a request that had begun before.
        start_over(&mut reached);
    }
    let advanced = tx.master_keys().advance(from, &reached)?;
    Ok(advanced.then_some(reached))
}

fn start_over(rewrap: &mut Rewrap) {
    if let Some(first) = SealedColumn::ALL.first() {
        rewrap.column = *first;
    }
    rewrap.after = Vec::new();
    rewrap.rewrapped_in_pass = 0;
    rewrap.unopened = 0;
    rewrap.finished_at = None;
}

fn is_at_start(rewrap: &Rewrap) -> bool {
    rewrap.after.is_empty() && SealedColumn::ALL.first() == Some(&rewrap.column)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::{always, eq};

    use super::*;
    use crate::testing::MockTx;

    const NEW: MasterKeyId = MasterKeyId::new(2);
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn rewrap() -> Rewrap {
        Rewrap {
            key: NEW,
            holder: None,
            column: SealedColumn::FileKey,
            after: vec![4],
            rewrapped: 7,
            rewrapped_in_pass: 0,
            unopened: 0,
            started_at: NOW,
            finished_at: None,
        }
    }

    fn value(byte: u8) -> SealedValue {
        SealedValue {
            key: vec![byte],
            row: vec![byte],
            owner: Vec::new(),
            sealed: vec![1, byte],
        }
    }

    fn read(rewrap: Rewrap, sealing: MasterKeyId) -> Option<Vec<SealedValue>> {
        read_as(Some([1; 16]), rewrap, sealing)
    }

    fn read_as(
        holder: Option<[u8; 16]>,
        rewrap: Rewrap,
        sealing: MasterKeyId,
    ) -> Option<Vec<SealedValue>> {
        let mut tx = MockTx::default();
        tx.master_keys
            .expect_find_rewrap()
            .return_once(move || Ok(Some(rewrap)));
        tx.master_keys
            .expect_page()
            .with(eq(SealedColumn::FileKey), eq([4_u8]), always())
            .returning(|_, _, _| Ok(vec![value(5)]));
        let batch = read_batch(&mut tx, Some(sealing), holder, NOW).unwrap();
        batch.map(|batch| batch.values)
    }

    #[test]
    fn nobody_works_beside_somebody_nor_for_a_key_that_does_not_seal_here() {
        assert_eq!(read(rewrap(), NEW), Some(vec![value(5)]));
        let held = |by: u8, seconds| Rewrap {
            holder: Some(([by; 16], Timestamp::from_seconds(seconds))),
            ..rewrap()
        };
        assert_eq!(read(held(2, 1_001), NEW), None);
        let alone = read_as(None, held(2, 1_001), NEW);
        assert_eq!(alone, Some(vec![value(5)]), "from before a crash");
        assert_eq!(read(held(2, 1_000), NEW), Some(vec![value(5)]));
        assert_eq!(read(held(1, 1_001), NEW), Some(vec![value(5)]));
        assert_eq!(read(rewrap(), MasterKeyId::new(3)), None);
        let finished = Rewrap {
            finished_at: Some(NOW),
            ..rewrap()
        };
        assert_eq!(read(finished, NEW), None);
    }

    #[test]
    fn a_value_that_changed_meanwhile_is_left_alone_and_counted_out() {
        let mut tx = MockTx::default();
        tx.master_keys
            .expect_replace()
            .times(2)
            .returning(|_, value, _| Ok(value.key == [6]));
        tx.master_keys
            .expect_advance()
            .withf(|was, is| *was == rewrap() && is.rewrapped == 8 && is.rewrapped_in_pass == 1)
            .once()
            .returning(|_, _| Ok(true));
        let replaced = [(value(5), vec![9]), (value(6), vec![9])];
        let written = write_batch(&mut tx, &rewrap(), &rewrap(), &replaced).unwrap();
        assert_eq!(written.unwrap().rewrapped, 8);
    }

    #[test]
    fn a_pass_that_found_something_is_not_the_last() {
        let mut tx = MockTx::default();
        tx.master_keys.expect_advance().returning(|_, _| Ok(true));
        let end = |rewrapped_in_pass| Rewrap {
            rewrapped_in_pass,
            finished_at: Some(NOW),
            ..rewrap()
        };
        let again = write_batch(&mut tx, &rewrap(), &end(3), &[]).unwrap();
        let again = again.unwrap();
        assert_eq!(again.finished_at, None);
        assert!(is_at_start(&again));
        let done = write_batch(&mut tx, &rewrap(), &end(0), &[]).unwrap();
        assert_eq!(done.unwrap().finished_at, Some(NOW));
    }
}
