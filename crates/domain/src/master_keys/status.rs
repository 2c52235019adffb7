//! The operator asks what rests under which key.

use super::{MasterKeyId, MasterKeys, Rewrap, RotateError, SealedColumn};
use crate::Timestamp;
use crate::operators::Operator;
use crate::ports::{NotedMasterKey, SealedHead, StoreError, StoreExt};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is in the key file and has never sealed.
    Waiting,
    /// It seals.
    Sealing,
    /// It has sealed, and opens what it sealed.
    Opening,
    /// Something rests under it, or it has sealed, and it is not in the key file: what rests under it is lost without it.
    Missing,
}

/// A master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// Which.
    pub id: MasterKeyId,
    /// What it is for.
    pub state: KeyState,
    /// When it first sealed, if that was noted.
    pub sealed_from: Option<Timestamp>,
    /// When another took its place.
    pub sealed_until: Option<Timestamp>,
    /// How many values rest under it.
    pub rows: u64,
}

/// A sealed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnStatus {
    /// Which.
    pub column: SealedColumn,
    /// How many of its values rest under which key, keys ascending; under None what is no sealed record.
    pub rows: Vec<(Option<MasterKeyId>, u64)>,
}

/// What rests under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyStatus {
    /// The keys: those of the key file in its order, then those that are missing.
    pub keys: Vec<KeyStatus>,
    /// The columns.
    pub columns: Vec<ColumnStatus>,
    /// How far sealing everything anew has come.
    pub rewrap: Option<Rewrap>,
}

/// How many heads are read at once.
const HEADS: u32 = 5_000;

impl MasterKeys {
    /// Counts what rests under which key. Takes a while where there is much: every sealed value is looked at.
    ///
    /// # Errors
    /// [`RotateError`].
    pub async fn status(&self, _: Operator) -> Result<MasterKeyStatus, RotateError> {
        self.attend().await?;
        let columns = self.count().await?;
        let noted: Result<_, StoreError> = self
            .env
            .store
            .read(|tx| Ok((tx.master_keys().list()?, tx.master_keys().find_rewrap()?)))
            .await;
        let (noted, rewrap) = noted?;
        Ok(MasterKeyStatus {
            keys: keys(&self.keyring.keys(), &noted, &columns),
            columns,
            rewrap,
        })
    }

    /// How far sealing everything anew has come; None if it was never begun.
    ///
    /// # Errors
    /// [`RotateError::Store`].
    pub async fn progress(&self, _: Operator) -> Result<Option<Rewrap>, RotateError> {
        let rewrap = self.env.store.ask(|tx| tx.master_keys().find_rewrap());
        Ok(rewrap.await?)
    }

    /// The columns, stretch by stretch, so that nobody waits for the whole.
    pub(super) async fn count(&self) -> Result<Vec<ColumnStatus>, StoreError> {
        let mut columns = Vec::new();
        for column in SealedColumn::ALL.iter().copied() {
            let mut rows = std::collections::BTreeMap::new();
            let mut after = Vec::new();
            loop {
                let from = after.clone();
                let heads: Vec<SealedHead> = self
                    .env
                    .store
                    .ask(move |tx| tx.master_keys().heads(column, &from, HEADS))
                    .await?;
                for (_, head) in &heads {
                    *rows.entry(self.keyring.key_of(head)).or_default() += 1;
                }
                match heads.into_iter().last() {
                    Some((key, _)) => after = key,
                    None => break,
                }
            }
            columns.push(ColumnStatus {
                column,
                rows: rows.into_iter().collect(),
            });
        }
        Ok(columns)
    }
}

fn keys(
    held: &[MasterKeyId],
    noted: &[NotedMasterKey],
    columns: &[ColumnStatus],
) -> Vec<KeyStatus> {
    let rows = |id| {
        let all = columns.iter().flat_map(|column| &column.rows);
        all.filter(|(under, _)| *under == Some(id))
            .map(|(_, rows)| rows)
            .sum()
    };
    let status = |id, state| {
        let noted = noted.iter().find(|noted| noted.id == id);
        KeyStatus {
            id,
            state,
            sealed_from: noted.map(|noted| noted.sealed_from),
            sealed_until: noted.and_then(|noted| noted.sealed_until),
            rows: rows(id),
        }
    };
    let mut all: Vec<KeyStatus> = held
        .iter()
        .map(|id| match () {
            () if held.last() == Some(id) => status(*id, KeyState::Sealing),
            () if noted.iter().any(|noted| noted.id == *id) => status(*id, KeyState::Opening),
            () => status(*id, KeyState::Waiting),
        })
        .collect();
    let used = columns.iter().flat_map(|column| &column.rows);
    let mut missing: Vec<MasterKeyId> = used
        .filter_map(|(under, _)| *under)
        .chain(noted.iter().map(|noted| noted.id))
        .filter(|id| !held.contains(id))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    all.extend(missing.into_iter().map(|id| status(id, KeyState::Missing)));
    all
}
