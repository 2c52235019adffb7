//! The RSA-4096 pairs under whose public half passwords travel (dialect `messenger`).

use std::io;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use futures_channel::oneshot;
use sealpost_domain::Secret;
use sealpost_domain::ports::{DataKeyCipher, DataKeyFailure, DataKeyOpener, NewDataKeyPair};
use zeroize::Zeroizing;

use crate::keys::spki_to_pem;

/// All of it in aws-lc-rs, whose private-key operations take the same time for every ciphertext (ADR 0004).
#[derive(Debug, Clone, Copy, Default)]
pub struct RsaDataKeys;

#[async_trait]
impl DataKeyCipher for RsaDataKeys {
    async fn generate(&self) -> Result<NewDataKeyPair, DataKeyFailure> {
        let (done, pair) = oneshot::channel();
        // A thread for each pair, which is one a day.
        let spawned: io::Result<_> = thread::Builder::new()
            .name("data-key".to_owned())
            .spawn(move || done.send(generate()));
        spawned.map_err(|_| DataKeyFailure)?;
        pair.await
            .map_err(|_| DataKeyFailure)?
            .ok_or(DataKeyFailure)
    }

    fn load(&self, private: &[u8]) -> Result<Arc<dyn DataKeyOpener>, DataKeyFailure> {
        let key = PrivateDecryptingKey::from_pkcs8(private).map_err(|_| DataKeyFailure)?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| DataKeyFailure)?;
        Ok(Arc::new(Opener(key)))
    }
}

fn generate() -> Option<NewDataKeyPair> {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa4096).ok()?;
    let private: Pkcs8V1Der<'_> = key.as_der().ok()?;
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().ok()?;
    Some(NewDataKeyPair {
        public_pem: spki_to_pem(public.as_ref())?,
        private: Secret::new(private.as_ref().to_vec()),
    })
}

struct Opener(OaepPrivateDecryptingKey);

impl DataKeyOpener for Opener {
    fn open(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let length = self
            .0
            .decrypt(&OAEP_SHA512_MGF1SHA512, ciphertext, &mut buffer, None)
            .ok()?
            .len();
        buffer.truncate(length);
        Some(buffer)
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    /// The pair of `testdata/data-key.pem`, and what Python's `cryptography` encrypted for it.
    const PKCS8: &[u8] = include_bytes!("../testdata/data_key/private.der");
    const CIPHERTEXT: &[u8] = include_bytes!("../testdata/data_key/password.oaep");
    const SHA256: &[u8] = include_bytes!("../testdata/data_key/password.oaep-sha256");

    #[test]
    fn opens_what_python_encrypted() {
        let opener = RsaDataKeys.load(PKCS8).unwrap();
        let opened = opener.open(CIPHERTEXT).unwrap();
        assert_eq!(opened.as_slice(), b"Your_secure_pa$$w0rd");
    }

    #[test]
    fn anything_else_opens_to_nothing() {
        let opener = RsaDataKeys.load(PKCS8).unwrap();
        let mut touched = CIPHERTEXT.to_vec();
        touched[200] ^= 1;
        let longer = [CIPHERTEXT, &[0]].concat();
        let zeros = vec![0; CIPHERTEXT.len()];
        for wrong in [SHA256, &touched, &longer, &CIPHERTEXT[1..], &zeros, b""] {
            assert_eq!(opener.open(wrong), None);
        }
        assert_eq!(RsaDataKeys.load(b"no key").err(), Some(DataKeyFailure));
    }

    #[test]
    fn a_new_pair_has_4096_bits_and_both_halves() {
        let pair = block_on(RsaDataKeys.generate()).unwrap();
        assert!(RsaDataKeys.load(pair.private.expose()).is_ok());
        assert!(pair.public_pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
        // An SPKI of 550 bytes is one of 4096 bits.
        let body: String = pair
            .public_pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        assert_eq!(body.trim_end_matches('=').len() * 3 / 4, 550);
    }
}
