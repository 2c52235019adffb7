//! A password comes in under the data key.

use zeroize::{Zeroize, Zeroizing};

use super::{DataKeyUse, DataKeys};
use crate::Secret;
use crate::ports::{StoreError, StoreExt};
use crate::text::hex;

/// What was in a ciphertext — or, if nothing was, something that nobody's password can be. Nobody can tell the two
/// apart from outside: both take the same road, through the same password hash, to the same answer.
#[derive(Debug, Clone)]
pub struct OpenedPassword {
    pub(super) text: Secret<String>,
    pub(super) used: Option<DataKeyUse>,
}

impl OpenedPassword {
    /// The password as it was typed, or 64 random hexadecimal digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What has to be recorded in the unit of work that accepts the password; None if it can be accepted by nothing.
    #[must_use]
    pub const fn used(&self) -> Option<DataKeyUse> {
        self.used
    }
}

impl DataKeys {
    /// Opens a password. A ciphertext that was made for no key of ours, that holds no text, or that was accepted before
    /// becomes a random password.
    ///
    /// # Errors
    /// [`StoreError`] if nobody can say whether it was accepted before.
    pub async fn open(&self, ciphertext: &[u8]) -> Result<OpenedPassword, StoreError> {
        let random = self.nobodys_password();
        let digest = self.digester.digest(ciphertext);
        let opened = self.try_all(ciphertext);
        // Asked in any case, so that the answer takes as long.
        let used = DataKeyUse {
            generation: opened.as_ref().map_or(0, |(generation, _)| *generation),
            digest,
        };
        let repeated = self
            .env
            .store
            .ask(move |tx| tx.data_keys().is_used(&used))
            .await?;
        Ok(match opened {
            Some((_, text)) if !repeated => OpenedPassword {
                text,
                used: Some(used),
            },
            _ => OpenedPassword {
                text: random,
                used: None,
            },
        })
    }

    /// Tries every key that has not retired, also after one has opened it: time does not tell which it was.
    fn try_all(&self, ciphertext: &[u8]) -> Option<(u32, Secret<String>)> {
        let now = self.env.now();
        let mut opened = None;
        for held in self.ring().iter().filter(|held| now < held.key.retires_at) {
            if let Some(bytes) = held.opener.open(ciphertext) {
                opened = text(bytes).map(|text| (held.key.generation, text));
            }
        }
        opened
    }

    fn nobodys_password(&self) -> Secret<String> {
        let bytes = Zeroizing::new(self.env.random::<32>());
        Secret::new(hex(bytes.as_slice()))
    }
}

fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<Secret<String>> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Secret::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            None
        }
    }
}
