//! What is over goes.

use super::{Channel, Channels};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{EndedSession, end};

/// How many one unit of work deletes at most.
const BATCH: u32 = 500;

impl Channels {
    /// Deletes channels that have expired for longer than [`Channel::LINGER`], and ends the logins in them. To be called
    /// now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        let (swept, ended) = self.env.store.write(move |tx| sweep(tx, now)).await?;
        self.ports.sessions.note_ended(&ended);
        Ok(swept)
    }
}

fn sweep(tx: &mut dyn Tx, now: Timestamp) -> Result<(u64, Vec<EndedSession>), StoreError> {
    let (mut swept, mut ended) = (0, Vec::new());
    let before = now - Channel::LINGER;
    for channel in tx.channels().list_expired(before, BATCH)? {
        if !tx.channels().delete_expired(channel.id, before)? {
            continue;
        }
        swept += 1;
        let session = match channel.login {
            Some(login) => tx.sessions().find(login.session)?,
            None => None,
        };
        if let Some(session) = session {
            ended.extend(end(tx, &session, now)?);
        }
    }
    Ok((swept, ended))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::{ChannelId, ChannelLogin, ChannelSuite};
    use crate::testing::{MockTx, account, session};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn channel(byte: u8, login: Option<ChannelLogin>) -> Channel {
        Channel {
            id: ChannelId::from_bytes([byte; 16]),
            handle: [byte; 32],
            secret: [3; 32],
            suite: ChannelSuite::A256Gcm,
            sealed_key: Vec::new(),
            login,
            recovery: None,
            created_at: NOW,
            expires_at: NOW,
        }
    }

    #[test]
    fn the_login_of_an_expired_channel_ends_and_one_that_was_used_again_stays() {
        let alice = session(account("alice").id);
        let login = ChannelLogin {
            session: alice.id,
            wrong_passwords: 0,
            wrapping: None,
        };
        let listed = vec![channel(1, Some(login)), channel(2, None), channel(3, None)];
        let mut tx = MockTx::default();
        tx.channels
            .expect_list_expired()
            .withf(|before, limit| *before == NOW - Channel::LINGER && *limit == 500)
            .returning(move |_, _| Ok(listed.clone()));
        tx.channels
            .expect_delete_expired()
            .returning(|id, _| Ok(id != ChannelId::from_bytes([3; 16])));
        tx.sessions
            .expect_find()
            .once()
            .returning(move |_| Ok(Some(alice.clone())));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        let (swept, ended) = sweep(&mut tx, NOW).unwrap();
        assert_eq!((swept, ended.len()), (2, 1));
    }
}
