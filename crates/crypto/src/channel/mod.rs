//! The envelopes of secure channels (dialect `channel`).

mod ecb;
mod gcm;

use std::sync::Arc;

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64ct::{Base64, Encoding};
use sealpost_domain::Secret;
use sealpost_domain::channels::ChannelSuite;
use sealpost_domain::ports::{ChannelCipher, Entropy, KeyRefused};
use zeroize::Zeroizing;

use crate::keys::Public;

/// RSA-OAEP and AES-256, in the two forms that the dialect knows.
#[derive(Clone)]
pub struct ChannelEnvelopes {
    entropy: Arc<dyn Entropy>,
}

impl ChannelEnvelopes {
    /// Draws its nonces from `entropy`.
    #[must_use]
    pub const fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }
}

impl ChannelCipher for ChannelEnvelopes {
    fn encrypt_to(&self, public_pem: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRefused> {
        let Public::Rsa(key) = Public::from_pem(public_pem)? else {
            return Err(KeyRefused::Unsupported);
        };
        let encrypt = || {
            let key = PublicEncryptingKey::from_der(&key.to_spki()?).ok()?;
            let key = OaepPublicEncryptingKey::new(key).ok()?;
            let mut encrypted = vec![0; key.ciphertext_size()];
            key.encrypt(&OAEP_SHA256_MGF1SHA256, secret, &mut encrypted, None)
                .ok()?;
            Some(encrypted)
        };
        encrypt().ok_or(KeyRefused::Unsupported)
    }

    fn seal(
        &self,
        suite: ChannelSuite,
        key: &Secret<[u8; 32]>,
        field: &str,
        plaintext: &[u8],
    ) -> String {
        Base64::encode_string(&match suite {
            ChannelSuite::A256Gcm => {
                let mut nonce = [0; gcm::NONCE];
                self.entropy.fill(&mut nonce);
                gcm::seal(key, nonce, field, plaintext)
            }
            ChannelSuite::A256Ecb => ecb::seal(key, plaintext),
        })
    }

    fn open(
        &self,
        suite: ChannelSuite,
        key: &Secret<[u8; 32]>,
        field: &str,
        text: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = Base64::decode_vec(text).ok()?;
        match suite {
            ChannelSuite::A256Gcm => gcm::open(key, field, &sealed),
            ChannelSuite::A256Ecb => ecb::open(key, &sealed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsEntropy;

    const FIELDS: [&str; 2] = ["password", "new_password"];

    fn cipher() -> ChannelEnvelopes {
        ChannelEnvelopes::new(Arc::new(OsEntropy))
    }

    fn key(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    #[test]
    fn opens_under_the_same_key_alone() {
        for suite in ChannelSuite::ALL {
            for message in ["", "short", &"x".repeat(16), &"é".repeat(1_000)] {
                let sealed = cipher().seal(suite, &key(1), "message", message.as_bytes());
                let open = |key: &Secret<[u8; 32]>| cipher().open(suite, key, "message", &sealed);
                assert_eq!(open(&key(1)).unwrap().as_slice(), message.as_bytes());
                assert_ne!(
                    open(&key(2)).map(|bytes| bytes.to_vec()),
                    Some(message.as_bytes().to_vec())
                );
            }
            for wrong in ["", "A", "AAAA", "~~~~", &"A".repeat(64)] {
                assert!(cipher().open(suite, &key(1), "message", wrong).is_none());
            }
        }
    }

    #[test]
    fn a_field_does_not_open_as_another_under_gcm() {
        let sealed = cipher().seal(ChannelSuite::A256Gcm, &key(1), FIELDS[0], b"secret");
        let other = cipher().open(ChannelSuite::A256Gcm, &key(1), FIELDS[1], &sealed);
        assert!(other.is_none());
        // ECB cannot tell them apart: that is why it is a switch.
        let sealed = cipher().seal(ChannelSuite::A256Ecb, &key(1), FIELDS[0], b"secret");
        let other = cipher().open(ChannelSuite::A256Ecb, &key(1), FIELDS[1], &sealed);
        assert!(other.is_some());
    }

    #[test]
    fn ecb_agrees_with_nist() {
        // SP 800-38A, F.1.5; the second block is PKCS#7 of a whole one.
        let key = [
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d,
            0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3,
            0x09, 0x14, 0xdf, 0xf4,
        ];
        let plaintext = [
            0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93,
            0x17, 0x2a,
        ];
        let sealed = ecb::seal(&Secret::new(key), &plaintext);
        let first = [
            0xf3, 0xee, 0xd1, 0xbd, 0xb5, 0xd2, 0xa0, 0x3c, 0x06, 0x4b, 0x5a, 0x7e, 0x3d, 0xb1,
            0x81, 0xf8,
        ];
        assert_eq!((&sealed[..16], sealed.len()), (first.as_slice(), 32));
    }

    #[test]
    fn a_small_or_strange_key_is_refused() {
        let good = include_str!("../../testdata/rsa-2048-public.pem");
        assert_eq!(cipher().encrypt_to(good, &[7; 64]).unwrap().len(), 256);
        let small = include_str!("../../testdata/rsa-1024-public.pem");
        assert_eq!(cipher().encrypt_to(small, &[7; 64]), Err(KeyRefused::Size));
        for wrong in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"] {
            assert!(cipher().encrypt_to(wrong, &[7; 64]).is_err());
        }
    }
}
