//! A database was put back as it was some time ago: nobody may go on as if nothing had happened.

use super::InstallationError;
use super::open::{INBOX_EPOCH, TOKEN_SIGNING_SEED, binding};
use crate::ports::{Sealer, StoreError, StoreExt, Tx};
use crate::{Environment, Timestamp};

/// What was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// How many sessions.
    pub sessions_ended: u64,
}

/// How many sessions are ended in one unit of work.
const BATCH: u32 = 500;

/// Begins a new life of a database that was restored. Inboxes get a new epoch, so that whoever keeps a cursor reads all of
/// it again. Access tokens are signed with a new key, and every session ends: tokens that were spent and sessions that were ended
/// after the backup was made are good again in it, and those made since are not there.
///
/// # Errors
/// [`InstallationError`].
pub async fn renew(env: &Environment, sealer: &dyn Sealer) -> Result<Renewed, InstallationError> {
    let now = env.now();
    let sealed = [INBOX_EPOCH, TOKEN_SIGNING_SEED].map(|name| {
        let fresh: [u8; 32] = env.random();
        (name, sealer.seal(&binding(name), &fresh))
    });
    let replaced: Result<(), InstallationError> =
        env.store.write(move |tx| replace(tx, &sealed, now)).await;
    replaced?;
    let mut sessions_ended = 0;
    loop {
        let ended: Result<u64, StoreError> = env
            .store
            .write(|tx| tx.sessions().sweep(END_OF_TIME, BATCH))
            .await;
        match ended? {
            0 => return Ok(Renewed { sessions_ended }),
            ended => sessions_ended += ended,
        }
    }
}

/// No session lasts longer.
const END_OF_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

fn replace(
    tx: &mut dyn Tx,
    sealed: &[(&'static str, Vec<u8>)],
    now: Timestamp,
) -> Result<(), InstallationError> {
    for (name, sealed) in sealed {
        if !tx.installation().replace(name, sealed, now)? {
            return Err(InstallationError::Damaged(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MockTx;

    #[test]
    fn a_database_that_was_never_opened_is_not_renewed() {
        let mut tx = MockTx::default();
        tx.installation
            .expect_replace()
            .returning(|name, _, _| Ok(name == INBOX_EPOCH));
        let now = Timestamp::from_seconds(1);
        let secrets = [INBOX_EPOCH, TOKEN_SIGNING_SEED].map(|name| (name, vec![1]));
        let refused = replace(&mut tx, &secrets, now).unwrap_err();
        assert!(matches!(
            refused,
            InstallationError::Damaged("token-signing-seed")
        ));
    }
}
