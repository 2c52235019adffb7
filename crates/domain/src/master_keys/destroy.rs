//! The operator destroys a master key that nothing rests under any more.

use std::time::Duration;

use thiserror::Error;

use super::{MasterKeyId, MasterKeys};
use crate::Timestamp;
use crate::operators::Operator;
use crate::ports::{KeyringFailure, NotedMasterKey, StoreError, StoreExt};

/// Why the key is still there.
#[derive(Debug, Error)]
pub enum DestroyKeyError {
    /// It seals.
    #[error("this is the key that seals: rotate first")]
    Seals,
    /// Something rests under it.
    #[error(
        "{rows} values rest under this key: wait until `sealpost keys status` shows none, and rotate if nothing moves"
    )]
    InUse {
        /// How many.
        rows: u64,
    },
    /// Requests may have sealed something under it and not stored it yet.
    #[error(
        "this key has sealed until {until}, and a request that began before may still store something: wait an hour from \
         then, or add --now if no server runs"
    )]
    TooSoon {
        /// When another took its place.
        until: Timestamp,
    },
    /// The key file.
    #[error(transparent)]
    Keyring(#[from] KeyringFailure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(DestroyKeyError {
    Seals: Conflict, "master-key-seals";
    InUse: Conflict, "master-key-in-use";
    TooSoon: Conflict, "master-key-used-recently";
} else { Keyring, Store });

/// How long after its last use a key is kept: no request that seals something takes longer to store it.
const GRACE: Duration = Duration::from_secs(60 * 60);

impl MasterKeys {
    /// Removes a key that nothing rests under, from the key file and from memory. `now`: even if it has sealed until a
    /// moment ago. Backups from before need it all the same.
    ///
    /// # Errors
    /// [`DestroyKeyError`].
    pub async fn destroy(
        &self,
        _: Operator,
        key: MasterKeyId,
        now: bool,
    ) -> Result<(), DestroyKeyError> {
        self.keyring.reread().await?;
        let keys = self.keyring.keys();
        if keys.last() == Some(&key) {
            return Err(DestroyKeyError::Seals);
        }
        if !keys.contains(&key) {
            return Err(KeyringFailure::Unknown.into());
        }
        let noted = self
            .env
            .store
            .ask(|tx| tx.master_keys().list())
            .await
            .map_err(DestroyKeyError::Store)?;
        if !now {
            check_age(&noted, key, self.env.now())?;
        }
        let columns = self.count().await?;
        let rows = columns.iter().flat_map(|column| &column.rows);
        let rows = rows
            .filter(|(under, _)| *under == Some(key))
            .map(|(_, rows)| rows)
            .sum();
        if rows > 0 {
            return Err(DestroyKeyError::InUse { rows });
        }
        self.keyring.remove(key).await?;
        let forgotten: Result<(), StoreError> = self
            .env
            .store
            .write(move |tx| tx.master_keys().forget(key))
            .await;
        Ok(forgotten?)
    }
}

fn check_age(
    noted: &[NotedMasterKey],
    key: MasterKeyId,
    now: Timestamp,
) -> Result<(), DestroyKeyError> {
    let until = noted
        .iter()
        .find(|noted| noted.id == key)
        .and_then(|noted| noted.sealed_until);
    match until {
        Some(until) if until + GRACE > now => Err(DestroyKeyError::TooSoon { until }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_while_a_request_may_still_use_it() {
        let until = Timestamp::from_seconds(1_000);
        let key = MasterKeyId::new(7);
        let noted = [NotedMasterKey {
            id: key,
            sealed_from: Timestamp::from_seconds(1),
            sealed_until: Some(until),
        }];
        let refused = check_age(&noted, key, until + Duration::from_secs(3_599)).unwrap_err();
        assert!(matches!(refused, DestroyKeyError::TooSoon { .. }));
        check_age(&noted, key, until + GRACE).unwrap();
        // It has never sealed.
        check_age(&noted, MasterKeyId::new(8), until).unwrap();
    }
}
