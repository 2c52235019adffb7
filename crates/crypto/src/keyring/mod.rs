//! The master keys: the only secrets that live outside the database.

mod file_text;
#[cfg(test)]
mod tests;
mod text;

use base64ct::{Base64UrlUnpadded, Encoding};
use sealpost_domain::Secret;
use sealpost_domain::ports::Entropy;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

pub use file_text::KeyFileText;
use text::{from_base64url, from_hex};

const FILE_HEADER: &str = "\
# Master keys of Sealpost, one to a line: 32 random bytes as base64url without padding.
# The last line seals; the lines before it only open what was sealed earlier.
# Whoever loses this file loses what is sealed. Keep a copy apart from the database's backups.
";

/// One 256-bit master key and the id by which sealed records name it.
#[derive(Debug)]
pub(crate) struct MasterKey {
    pub(crate) kid: u32,
    pub(crate) key: Secret<[u8; 32]>,
}

/// All master keys this server has. The newest seals, every one opens.
#[derive(Debug)]
pub struct Keyring {
    older: Vec<MasterKey>,
    newest: MasterKey,
}

/// Why a text holds no usable master keys. Says where and what would be right, never what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// Nothing but comments and blank lines.
    #[error(
        "the key file holds no key: a key is a line of 43 characters of base64url (A-Z a-z 0-9 - _)"
    )]
    Empty,
    /// A line of the file is no key.
    #[error(
        "line {line} of the key file is no key: a key is 32 bytes as 43 characters of \
         base64url (A-Z a-z 0-9 - _), without padding"
    )]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// A line has the same key, or at least the same id, as one before it.
    #[error(
        "line {line} of the key file repeats an earlier key: remove one of the two, \
         the last line is the one that seals"
    )]
    Repeated {
        /// Counted from 1.
        line: usize,
    },
    /// The value of the environment variable is no key.
    #[error(
        "the master key is 32 bytes: 43 characters of base64url (A-Z a-z 0-9 - _) without padding, \
         or 64 hexadecimal digits"
    )]
    MalformedVariable,
}

impl Keyring {
    /// Reads a key file: a key on each line as base64url without padding (RFC 4648, section 5), the last one seals.
    /// Blank lines and lines that start with `#` say nothing.
    ///
    /// # Errors
    /// [`KeyringError`] with the number of the first bad line.
    pub fn parse(file: &str) -> Result<Self, KeyringError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (line, text) in (1..).zip(file.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let key = from_base64url(text).ok_or(KeyringError::Malformed { line })?;
            let key = MasterKey::new(key);
            if keys.iter().any(|earlier| earlier.kid == key.kid) {
                return Err(KeyringError::Repeated { line });
            }
            keys.push(key);
        }
        let newest = keys.pop().ok_or(KeyringError::Empty)?;
        Ok(Self {
            older: keys,
            newest,
        })
    }

    /// Reads a single key, as an environment variable holds it: base64url without padding, or 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyringError::MalformedVariable`].
    pub fn from_variable(value: &str) -> Result<Self, KeyringError> {
        let value = value.trim();
        let key = from_base64url(value)
            .or_else(|| from_hex(value))
            .ok_or(KeyringError::MalformedVariable)?;
        Ok(Self::of_one(MasterKey::new(key)))
    }

    /// Makes a keyring of one new key, and the text of the file to keep it in.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> (Self, Secret<String>) {
        let (key, encoded) = generate(entropy);
        // Enough room from the start: a string that grows leaves copies behind.
        let mut file = String::with_capacity(FILE_HEADER.len() + encoded.len() + 1);
        file.push_str(FILE_HEADER);
        file.push_str(&encoded);
        file.push('\n');
        (Self::of_one(key), Secret::new(file))
    }

    /// This keyring, and the keys of `other` that it lacks as older ones.
    #[must_use]
    pub fn with_older_of(self, other: &Self) -> Self {
        let lacking = |key: &&MasterKey| self.keys().all(|own| own.kid != key.kid);
        let mut older: Vec<MasterKey> = other
            .keys()
            .filter(lacking)
            .map(|key| MasterKey {
                kid: key.kid,
                key: key.key.clone(),
            })
            .collect();
        older.extend(self.older);
        Self {
            older,
            newest: self.newest,
        }
    }

    /// This keyring without an older key.
    #[must_use]
    pub fn without(mut self, kid: u32) -> Self {
        self.older.retain(|key| key.kid != kid);
        self
    }

    /// The id of the key that seals, as records name it.
    #[must_use]
    pub const fn sealing_kid(&self) -> u32 {
        self.newest.kid
    }

    /// The ids of all keys, oldest first.
    pub fn kids(&self) -> impl Iterator<Item = u32> {
        self.keys().map(|key| key.kid)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        self.older.iter().chain([&self.newest])
    }

    pub(crate) const fn newest(&self) -> &MasterKey {
        &self.newest
    }

    const fn of_one(key: MasterKey) -> Self {
        Self {
            older: Vec::new(),
            newest: key,
        }
    }
}

/// A new key, and its line in the key file.
fn generate(entropy: &dyn Entropy) -> (MasterKey, Zeroizing<String>) {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    entropy.fill(bytes.as_mut_slice());
    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(bytes.as_slice()));
    (MasterKey::new(Secret::new(*bytes)), encoded)
}

impl MasterKey {
    fn new(key: Secret<[u8; 32]>) -> Self {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(b"sealpost/kid/v1")
            .chain_update(key.expose())
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        Self {
            kid: u32::from_be_bytes([a, b, c, d]),
            key,
        }
    }
}
