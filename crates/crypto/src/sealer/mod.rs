//! Sealed columns: authenticated encryption of small values at rest, bound to their place.

mod record;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
use sealpost_domain::Secret;
use sealpost_domain::ports::{Binding, Entropy, SealError, SealPurpose, Sealer};
use zeroize::Zeroizing;

use crate::derive::purpose_key;
use crate::keyring::{Keyring, MasterKey};
use record::{Header, NONCE_LEN, TAG_LEN};

/// Seals values with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the newest master key and opens them under
/// any. Nonces are random: at 192 bits nobody has to count them.
///
/// A master key never encrypts anything itself; each purpose has a key of its own, derived from it once, here.
/// The record's format is in `record.rs`.
///
/// The keys can be exchanged while others seal and open ([`MasterSealer::adopt`]).
pub struct MasterSealer {
    keys: RwLock<Arc<Keys>>,
    entropy: Arc<dyn Entropy>,
}

/// The derived keys of a whole keyring.
struct Keys {
    newest: PurposeKeys,
    older: Vec<PurposeKeys>,
}

/// The keys derived from one master key.
struct PurposeKeys {
    kid: u32,
    server: XChaCha20Poly1305,
    file: XChaCha20Poly1305,
    key_backup: XChaCha20Poly1305,
    conversation: XChaCha20Poly1305,
    outbox: XChaCha20Poly1305,
    totp: XChaCha20Poly1305,
    user_key: XChaCha20Poly1305,
    answer: XChaCha20Poly1305,
}

impl MasterSealer {
    /// Derives the keys of every purpose from every master key; the keyring is not needed any more afterwards.
    #[must_use]
    pub fn new(keyring: &Keyring, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            keys: RwLock::new(Arc::new(Keys::derive(keyring))),
            entropy,
        }
    }

    /// From now on the newest key of this keyring seals, and all of its keys open. What is being sealed or opened at this
    /// moment is finished with the keys it was begun with.
    pub fn adopt(&self, keyring: &Keyring) {
        let keys = Arc::new(Keys::derive(keyring));
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn keys(&self) -> Arc<Keys> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }
}

impl Keys {
    fn derive(keyring: &Keyring) -> Self {
        let newest = keyring.newest();
        Self {
            newest: PurposeKeys::derive(newest),
            older: keyring
                .keys()
                .filter(|key| key.kid != newest.kid)
                .map(PurposeKeys::derive)
                .collect(),
        }
    }

    fn find(&self, kid: u32) -> Option<&PurposeKeys> {
        [&self.newest]
            .into_iter()
            .chain(&self.older)
            .find(|keys| keys.kid == kid)
    }
}

/// The id of the master key that a sealed value names, out of its first six bytes; None if it is of no known format.
#[must_use]
pub fn sealing_kid_of(head: &[u8]) -> Option<u32> {
    Header::parse(head).map(Header::kid)
}

impl PurposeKeys {
    fn derive(master: &MasterKey) -> Self {
        let key = |purpose| {
            let key = purpose_key(master.key.expose(), record::label(purpose));
            XChaCha20Poly1305::new((&*key).into())
        };
        Self {
            kid: master.kid,
            server: key(SealPurpose::Server),
            file: key(SealPurpose::File),
            key_backup: key(SealPurpose::KeyBackup),
            conversation: key(SealPurpose::Conversation),
            outbox: key(SealPurpose::Outbox),
            totp: key(SealPurpose::Totp),
            user_key: key(SealPurpose::UserKey),
            answer: key(SealPurpose::Answer),
        }
    }

    const fn cipher(&self, purpose: SealPurpose) -> &XChaCha20Poly1305 {
        match purpose {
            SealPurpose::Server => &self.server,
            SealPurpose::File => &self.file,
            SealPurpose::KeyBackup => &self.key_backup,
            SealPurpose::Conversation => &self.conversation,
            SealPurpose::Outbox => &self.outbox,
            SealPurpose::Totp => &self.totp,
            SealPurpose::UserKey => &self.user_key,
            SealPurpose::Answer => &self.answer,
        }
    }
}

/// What a record names when its key is not a master key but one that the caller holds. No master key has this id in
/// practice (one in 2³²), and nothing rests on it: the caller says which kind it opens.
const GIVEN_KEY: u32 = 0;

impl Sealer for MasterSealer {
    fn seal<'a>(&self, binding: &Binding<'a>, plaintext: &[u8]) -> Vec<u8> {
        let keys = self.keys();
        let cipher = keys.newest.cipher(binding.purpose);
        self.seal_with(cipher, keys.newest.kid, binding, plaintext)
    }

    fn open<'a>(
        &self,
        binding: &Binding<'a>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (header, ..) = Header::split(sealed).ok_or(SealError::Rejected)?;
        let keys = self.keys();
        let keys = keys.find(header.kid()).ok_or(SealError::UnknownKey)?;
        open_with(keys.cipher(binding.purpose), binding, sealed)
    }

    fn seal_under<'a>(
        &self,
        key: &Secret<[u8; 32]>,
        binding: &Binding<'a>,
        plaintext: &[u8],
    ) -> Vec<u8> {
        let cipher = XChaCha20Poly1305::new(key.expose().into());
        self.seal_with(&cipher, GIVEN_KEY, binding, plaintext)
    }

    fn open_under<'a>(
        &self,
        key: &Secret<[u8; 32]>,
        binding: &Binding<'a>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open_with(
            &XChaCha20Poly1305::new(key.expose().into()),
            binding,
            sealed,
        )
    }
}

impl MasterSealer {
    fn seal_with(
        &self,
        cipher: &XChaCha20Poly1305,
        kid: u32,
        binding: &Binding<'_>,
        plaintext: &[u8],
    ) -> Vec<u8> {
        let header = Header::new(kid);
        let mut nonce = [0_u8; NONCE_LEN];
        self.entropy.fill(&mut nonce);
        // Enough room from the start: a vector that grows leaves copies of the plaintext behind.
        let mut body = Vec::with_capacity(plaintext.len() + TAG_LEN);
        body.extend_from_slice(plaintext);
        #[expect(
            clippy::expect_used,
            reason = "the cipher refuses more than 256 GiB and nothing else"
        )]
        cipher
            .encrypt_in_place(
                (&nonce).into(),
                &record::associated_data(binding, header),
                &mut body,
            )
            .expect("at most 1 MiB");
        header.assemble(&nonce, &body)
    }
}

fn open_with(
    cipher: &XChaCha20Poly1305,
    binding: &Binding<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (header, nonce, body) = Header::split(sealed).ok_or(SealError::Rejected)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    cipher
        .decrypt_in_place(
            nonce.into(),
            &record::associated_data(binding, header),
            &mut *plaintext,
        )
        .map_err(|_| SealError::Rejected)?;
    Ok(plaintext)
}

impl fmt::Debug for MasterSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterSealer")
            .field("kid", &self.keys().newest.kid)
            .finish_non_exhaustive()
    }
}
