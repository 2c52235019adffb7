//! One request and its answer within a channel.

use std::sync::Arc;

use super::secrets::SealKey;
use super::session_key::SessionKey;
use super::{Channel, ChannelSuite};
use crate::Secret;
use crate::custodial_keys::Unlocked;
use crate::ports::ChannelCipher;
use crate::recovery::{RecoveryId, RecoveryToken};
use crate::sessions::Actor;
use crate::text::hex;

/// What opens the fields of a request and seals those of its answer. Its session key is spent; the next one goes out with
/// the answer.
pub struct Exchange {
    /// As it is stored now.
    pub(super) channel: Channel,
    /// What the request's fields are under.
    pub(super) current: Secret<[u8; 32]>,
    /// What the answer's are under.
    pub(super) next: Secret<[u8; 32]>,
    pub(super) session_key: SessionKey,
    /// What rests of the channel until the next request is sealed under this.
    pub(super) seal: SealKey,
    /// Who is logged in.
    pub(super) caller: Option<Actor>,
    /// What opens their custodial key.
    pub(super) unlocked: Option<Unlocked>,
    /// The recovery under way, and the token that its code gave.
    pub(super) recovery: Option<(RecoveryId, Option<RecoveryToken>)>,
    pub(super) cipher: Arc<dyn ChannelCipher>,
}

/// The keys for the next request, as an answer carries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextKeys {
    /// The next AES key in hexadecimal, under the current one.
    pub ciphertext: String,
    /// The next session key, under the next AES key.
    pub session_key: String,
}

impl Exchange {
    /// Who is logged in to the channel.
    #[must_use]
    pub const fn caller(&self) -> Option<&Actor> {
        self.caller.as_ref()
    }

    /// Opens a field of the request; None if it is not what the client of this channel would have made under this name.
    #[must_use]
    pub fn open(&self, field: &str, text: &str) -> Option<Secret<String>> {
        let mut opened = self.cipher.open(self.suite(), &self.current, field, text)?;
        let text = String::from_utf8(std::mem::take(&mut *opened));
        text.ok().map(Secret::new)
    }

    /// Seals a field of the answer.
    #[must_use]
    pub fn seal(&self, field: &str, text: &str) -> String {
        self.cipher
            .seal(self.suite(), &self.next, field, text.as_bytes())
    }

    /// The keys that the answer carries.
    #[must_use]
    pub fn next_keys(&self) -> NextKeys {
        let key = Secret::new(hex(self.next.expose()));
        let key = key.expose().as_bytes();
        NextKeys {
            ciphertext: self
                .cipher
                .seal(self.suite(), &self.current, "ciphertext", key),
            session_key: self.seal("session_key", self.session_key.expose()),
        }
    }

    const fn suite(&self) -> ChannelSuite {
        self.channel.suite
    }

    /// Whether so many wrong passwords came out of this login that no more is checked.
    pub(super) fn is_blocked(&self) -> bool {
        let login = self.channel.login.as_ref();
        login.is_some_and(|login| login.wrong_passwords >= Channel::MAX_WRONG_PASSWORDS)
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("channel", &self.channel.id)
            .finish_non_exhaustive()
    }
}
