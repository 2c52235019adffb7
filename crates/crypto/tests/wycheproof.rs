//! Project Wycheproof's vectors against the primitives this crate is made of, through the very libraries it uses. Every
//! verdict has to be the expected one; what a library cannot express is counted, and the count is part of the test.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};
use wycheproof::TestResult;
use wycheproof::aead::TestName as AeadName;
use wycheproof::hkdf::TestName as HkdfName;
use wycheproof::rsa_oaep::TestName as OaepName;

/// How many vectors were tried, and how many the library cannot express.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    tried: usize,
    skipped: usize,
}

/// What opening gave, and what sealing gave.
type Both = (Option<Vec<u8>>, Option<Vec<u8>>);

/// A cipher by its key and nonce: opens, and seals the expected bytes. None if it has no keys or nonces of this size.
type Cipher = fn(&wycheproof::aead::Test) -> Option<Both>;

fn aead(name: AeadName, cipher: Cipher) -> Count {
    let mut count = Count::default();
    for test in wycheproof::aead::TestSet::load(name)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
    {
        let Some((opened, sealed)) = cipher(&test) else {
            count.skipped += 1;
            continue;
        };
        count.tried += 1;
        if test.result.must_fail() {
            assert_eq!(opened, None, "{test:?}");
        } else {
            assert_eq!(opened.as_deref(), Some(&test.pt[..]), "{test:?}");
            assert_eq!(
                sealed.unwrap(),
                [&test.ct[..], &test.tag[..]].concat(),
                "{test:?}"
            );
        }
    }
    count
}

fn aes_256_gcm(test: &wycheproof::aead::Test) -> Option<Both> {
    let nonce: [u8; 12] = test.nonce[..].try_into().ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &test.key).ok()?);
    let (nonce, aad) = (
        || Nonce::assume_unique_for_key(nonce),
        || Aad::from(&test.aad[..]),
    );
    let mut opened = [&test.ct[..], &test.tag[..]].concat();
    let opened = key
        .open_in_place(nonce(), aad(), &mut opened)
        .ok()
        .map(|plain| plain.to_vec());
    let mut sealed = test.pt.to_vec();
    key.seal_in_place_append_tag(nonce(), aad(), &mut sealed)
        .ok()?;
    Some((opened, Some(sealed)))
}

macro_rules! rust_crypto {
    ($cipher:ty) => {
        |test| {
            let cipher = <$cipher>::new_from_slice(&test.key).ok()?;
            let nonce = test.nonce[..].try_into().ok()?;
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let opened = cipher
                .decrypt(
                    nonce,
                    Payload {
                        msg: &sealed,
                        aad: &test.aad,
                    },
                )
                .ok();
            Some((
                opened,
                cipher
                    .encrypt(
                        nonce,
                        Payload {
                            msg: &test.pt,
                            aad: &test.aad,
                        },
                    )
                    .ok(),
            ))
        }
    };
}

#[test]
fn aead_ciphers() {
    // Skipped: keys of 128 and 192 bits, and nonces of other lengths than 96 bits, which nothing here uses.
    assert_eq!(
        aead(AeadName::AesGcm, aes_256_gcm),
        Count {
            tried: 66,
            skipped: 250
        }
    );
    // Skipped: nonces of other lengths than the cipher's own.
    assert_eq!(
        aead(AeadName::ChaCha20Poly1305, rust_crypto!(ChaCha20Poly1305)),
        Count {
            tried: 316,
            skipped: 9
        }
    );
    assert_eq!(
        aead(AeadName::XChaCha20Poly1305, rust_crypto!(XChaCha20Poly1305)),
        Count {
            tried: 306,
            skipped: 9
        }
    );
}

#[test]
fn hmac_sha256() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let mut tried = 0;
    for group in set.test_groups {
        for test in &group.tests {
            let mut mac = Hmac::<Sha256>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            // Some tags are cut to 128 bits.
            let right = mac.verify_truncated_left(&test.tag).is_ok();
            assert_eq!(right, !test.result.must_fail(), "{test:?}");
            tried += 1;
        }
    }
    assert_eq!(tried, 174);
}

macro_rules! hkdf {
    ($name:expr, $hash:ty) => {{
        let mut tried = 0;
        for test in wycheproof::hkdf::TestSet::load($name)
            .unwrap()
            .test_groups
            .into_iter()
            .flat_map(|group| group.tests)
        {
            let mut okm = vec![0; test.size];
            let expanded =
                Hkdf::<$hash>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
            assert_eq!(expanded.is_ok(), !test.result.must_fail(), "{test:?}");
            assert!(expanded.is_err() || okm == test.okm[..], "{test:?}");
            tried += 1;
        }
        tried
    }};
}

#[test]
fn key_derivation() {
    assert_eq!(
        (
            hkdf!(HkdfName::HkdfSha256, Sha256),
            hkdf!(HkdfName::HkdfSha512, Sha512)
        ),
        (86, 83)
    );
}

#[test]
fn aes_key_wrap() {
    let set =
        wycheproof::keywrap::TestSet::load(wycheproof::keywrap::TestName::AesKeyWrap).unwrap();
    let mut count = Count::default();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        // Skipped: keys of 128 and 192 bits, which nothing here uses.
        let Ok(kek) = AesKek::new(&AES_256, &test.key) else {
            count.skipped += 1;
            continue;
        };
        let mut buffer = vec![0; test.ct.len()];
        let opened = kek
            .unwrap(&test.ct, &mut buffer)
            .ok()
            .map(|plain| plain.to_vec());
        // RFC 3394 wraps two blocks or more; a shorter key may be refused, and is.
        let wrapped = test.result == TestResult::Valid;
        assert_eq!(opened, wrapped.then(|| test.pt.to_vec()), "{test:?}");
        count.tried += 1;
    }
    assert_eq!(
        count,
        Count {
            tried: 68,
            skipped: 97
        }
    );
}

fn oaep(names: &[OaepName], algorithm: &'static OaepAlgorithm) -> usize {
    let mut tried = 0;
    for name in names {
        for group in wycheproof::rsa_oaep::TestSet::load(*name)
            .unwrap()
            .test_groups
        {
            let key = PrivateDecryptingKey::from_pkcs8(&group.pkcs8).unwrap();
            let key = OaepPrivateDecryptingKey::new(key).unwrap();
            for test in &group.tests {
                let mut buffer = vec![0; key.min_output_size()];
                let label = (!test.label.is_empty()).then_some(&test.label[..]);
                let opened = key
                    .decrypt(algorithm, &test.ct, &mut buffer, label)
                    .ok()
                    .map(|plain| plain.to_vec());
                let expected = (!test.result.must_fail()).then(|| test.pt.to_vec());
                assert_eq!(opened, expected, "{test:?}");
                tried += 1;
            }
        }
    }
    tried
}

/// Left out: the sets with another hash for the mask function than for the label, which the library cannot express
/// and the contracts do not use (`Rsa…Sha256Mgf1Sha1`, `Rsa…Sha512Mgf1Sha1`, and parts of `RsaMisc`).
#[test]
fn rsa_oaep() {
    use OaepName::{
        Rsa2048Sha256Mgf1Sha256, Rsa2048Sha512Mgf1Sha512, Rsa3072Sha256Mgf1Sha256,
        Rsa3072Sha512Mgf1Sha512, Rsa4096Sha256Mgf1Sha256, Rsa4096Sha512Mgf1Sha512,
    };
    let sha256 = [
        Rsa2048Sha256Mgf1Sha256,
        Rsa3072Sha256Mgf1Sha256,
        Rsa4096Sha256Mgf1Sha256,
    ];
    let sha512 = [
        Rsa2048Sha512Mgf1Sha512,
        Rsa3072Sha512Mgf1Sha512,
        Rsa4096Sha512Mgf1Sha512,
    ];
    let tried = (
        oaep(&sha256, &OAEP_SHA256_MGF1SHA256),
        oaep(&sha512, &OAEP_SHA512_MGF1SHA512),
    );
    assert_eq!(tried, (111, 102));
}
