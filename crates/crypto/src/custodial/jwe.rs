//! Messages as JWEs in compact serialization (RFC 7516, section 7.1): `RSA-OAEP-256`, `A256GCM`.

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Addressing, Entropy};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::jose::compact::{ContentKey, Sealed, decrypt_content, encrypt_content, oaep};
use crate::keys::Public;
use crate::{OsEntropy, b64, json};

/// The longest text that is looked at: 64 KiB of plaintext in base64, and the head.
const MAX_BYTES: usize = 96 * 1024;

pub(super) fn encrypt(jwk: &str, addressing: &Addressing, plaintext: &[u8]) -> Option<String> {
    let public = Public::from_jwk(jwk).ok()?;
    let kid = public.kid();
    let Public::Rsa(theirs) = public else {
        return None;
    };
    let header = json!({
        "alg": oaep::ALG,
        "enc": "A256GCM",
        "kid": kid,
        "iss": addressing.sender.to_string(),
        "aud": addressing.recipient.to_string(),
    });
    let header = b64::encode(header.to_string().as_bytes());
    let (key, mut iv) = (random_key(), [0; 12]);
    OsEntropy.fill(&mut iv);
    let encrypted_key = oaep::encrypt(&theirs, &key)?;
    let sealed = encrypt_content(&key, iv, header.as_bytes(), plaintext)?;
    Some(
        [
            header,
            b64::encode(&encrypted_key),
            b64::encode(&sealed.iv),
            b64::encode(&sealed.ciphertext),
            b64::encode(&sealed.tag),
        ]
        .join("."),
    )
}

pub(super) fn decrypt(
    private: &[u8],
    recipient: AccountId,
    text: &str,
) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (mine, _) = oaep::key_pair(private)?;
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let [header, encrypted_key, iv, ciphertext, tag] = parts.as_slice() else {
        return None;
    };
    let members = json::object(std::str::from_utf8(&b64::decode(header)?).ok()?)?;
    if !is_for(&members, recipient) {
        return None;
    }
    let sealed = Sealed {
        iv: b64::decode_array(iv)?,
        ciphertext: b64::decode(ciphertext)?,
        tag: b64::decode_array(tag)?,
    };
    // A content key that cannot be had takes the same road as a wrong one (RFC 7516, section 11.5).
    let key = oaep::decrypt(&mine, &b64::decode(encrypted_key)?).unwrap_or_else(random_key);
    decrypt_content(&key, header.as_bytes(), &sealed)
}

/// Whether the head is one that [`encrypt`] writes for this recipient.
fn is_for(header: &Map<String, Value>, recipient: AccountId) -> bool {
    let says = |name, value: &str| json::text(header, name) == Some(value);
    says("alg", oaep::ALG)
        && says("enc", "A256GCM")
        && says("aud", &recipient.to_string())
        // No extension is understood, and nothing is compressed (RFC 7516, sections 4.1.3 and 4.1.13).
        && !header.contains_key("crit")
        && !header.contains_key("zip")
}

fn random_key() -> ContentKey {
    let mut key = ContentKey::default();
    OsEntropy.fill(key.as_mut_slice());
    key
}

#[cfg(test)]
mod tests {
    use sealpost_domain::ports::{KeyInspector, KeyMaterial};

    use super::*;
    use crate::PublicKeyInspector;

    const PKCS8: &[u8] = include_bytes!("../../testdata/data_key/private.der");
    const PEM: &str = include_str!("../../testdata/data_key/public.pem");

    fn account(byte: u8) -> AccountId {
        AccountId::from_bytes([byte; 16])
    }

    fn encrypted(plaintext: &[u8]) -> String {
        let material = KeyMaterial::Pem(PEM.to_owned());
        let jwk = PublicKeyInspector.inspect(&material).unwrap().jwk;
        let addressing = Addressing {
            sender: account(1),
            recipient: account(2),
        };
        encrypt(&jwk, &addressing, plaintext).unwrap()
    }

    #[test]
    fn opens_for_its_recipient() {
        for message in [b"".as_slice(), b"Hi", &[7; 65536]] {
            let opened = decrypt(PKCS8, account(2), &encrypted(message)).unwrap();
            assert_eq!(opened.as_slice(), message);
        }
    }

    #[test]
    fn opens_for_nobody_else_and_not_after_a_change() {
        let text = encrypted(b"Hi");
        assert!(decrypt(PKCS8, account(3), &text).is_none());
        for part in 0..5 {
            let mut parts: Vec<String> = text.split('.').map(str::to_owned).collect();
            // In the middle: the last letter may hold bits that say nothing.
            let at = parts[part].len() / 2;
            let other = if parts[part][at..].starts_with('A') {
                "B"
            } else {
                "A"
            };
            parts[part].replace_range(at..=at, other);
            assert!(
                decrypt(PKCS8, account(2), &parts.join(".")).is_none(),
                "{part}"
            );
        }
        for wrong in [
            "",
            ".",
            "....",
            &format!("{text}."),
            &"A".repeat(MAX_BYTES + 1),
        ] {
            assert!(decrypt(PKCS8, account(2), wrong).is_none());
        }
    }
}
