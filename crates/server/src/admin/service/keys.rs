use sealpost_domain::master_keys::{
    KeyState, MasterKeyId, MasterKeyStatus, Rewrap, RotateError, Rotation, SealedColumn,
};
use sealpost_domain::operators::Operator;

use super::Admin;
use crate::admin::wire::{Answer, Key, KeyProgress, KeyRows, KeyStatus, MasterKey, Refusal, Time};

impl Admin {
    pub(super) async fn new_key(&self, operator: Operator) -> Result<Answer, Refusal> {
        let id = self.master_keys.add(operator).await?;
        Ok(key(id, "waiting"))
    }

    pub(super) async fn rotate_keys(
        &self,
        operator: Operator,
        alone: bool,
    ) -> Result<Answer, Refusal> {
        let rotation = self.master_keys.rotate(operator, alone).await?;
        if let Rotation::Begun(key) = rotation {
            tracing::info!(%key, user_id = operator.user_id(), "an operator began a rotation of the master key");
        }
        self.key_progress(operator).await
    }

    pub(super) async fn key_progress(&self, operator: Operator) -> Result<Answer, Refusal> {
        let rewrap = self.master_keys.progress(operator).await?;
        let rewrap = rewrap.ok_or_else(|| Refusal::new("no-rotation", "there was no rotation"))?;
        Ok(Answer::KeyProgress(KeyProgress::from(&rewrap)))
    }

    pub(super) async fn key_status(&self, operator: Operator) -> Result<Answer, Refusal> {
        let status = self.master_keys.status(operator).await?;
        Ok(Answer::KeyStatus(KeyStatus::from(&status)))
    }

    pub(super) async fn destroy_key(
        &self,
        operator: Operator,
        id: &str,
        now: bool,
    ) -> Result<Answer, Refusal> {
        let id: MasterKeyId = id.parse()?;
        self.master_keys.destroy(operator, id, now).await?;
        tracing::info!(key = %id, user_id = operator.user_id(), "an operator destroyed a master key");
        Ok(key(id, "destroyed"))
    }

    /// A little of the work of a rotation, for a process that does it itself.
    pub(crate) async fn work_on_keys(&self) -> Result<(), Refusal> {
        for _ in 0..20 {
            let worked = self.master_keys.work().await;
            worked.map_err(RotateError::Store)?;
        }
        Ok(())
    }
}

fn key(id: MasterKeyId, state: &str) -> Answer {
    Answer::Key(Key {
        id: id.to_string(),
        state: state.to_owned(),
    })
}

fn name(column: SealedColumn) -> String {
    format!("{}.{}", column.table(), column.column())
}

impl From<&Rewrap> for KeyProgress {
    fn from(rewrap: &Rewrap) -> Self {
        Self {
            id: rewrap.key.to_string(),
            rewrapped: rewrap.rewrapped,
            unopened: rewrap.unopened,
            column: name(rewrap.column),
            started_at: Time(rewrap.started_at),
            finished_at: rewrap.finished_at.map(Time),
        }
    }
}

impl From<&MasterKeyStatus> for KeyStatus {
    fn from(status: &MasterKeyStatus) -> Self {
        let key = |key: &sealpost_domain::master_keys::KeyStatus| MasterKey {
            id: key.id.to_string(),
            state: match key.state {
                KeyState::Waiting => "waiting",
                KeyState::Sealing => "sealing",
                KeyState::Opening => "opening",
                KeyState::Missing => "missing",
            }
            .to_owned(),
            sealed_from: key.sealed_from.map(Time),
            sealed_until: key.sealed_until.map(Time),
            rows: key.rows,
        };
        let columns = status.columns.iter().flat_map(|column| {
            column.rows.iter().map(|(id, rows)| KeyRows {
                column: name(column.column),
                id: id.map(|id| id.to_string()),
                rows: *rows,
            })
        });
        Self {
            keys: status.keys.iter().map(key).collect(),
            columns: columns.collect(),
            rotation: status.rewrap.as_ref().map(KeyProgress::from),
        }
    }
}
