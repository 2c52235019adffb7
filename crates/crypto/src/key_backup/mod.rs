//! Private keys sealed under a recovery code, to be left with a server that understands nothing of them: a JWE in compact
//! serialization (RFC 7516, section 7.1) with `alg` `dir` and `enc` `A256GCM`. Its key is HKDF-SHA-256 (RFC 5869) of the
//! code's 15 bytes, with the id of the account as salt and `sealpost/key-backup/v1` as info; inside is
//!
//! ```json
//! {"v": 1, "keys": [{…the JWK that others seal to, with its private half…}, {…the one to sign with…}]}
//! ```

mod code;

use sealpost_domain::Secret;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::keys::KeyAlgorithm;
use sealpost_domain::ports::Entropy;
use serde_json::{Map, Value, json};
use thiserror::Error;
use zeroize::Zeroizing;

pub use code::{InvalidRecoveryCode, RecoveryCode};

use crate::derive::salted_key;
use crate::jose::compact::{Sealed, decrypt_content, encrypt_content};
use crate::jose::{CannotSeal, SealingKeyPair, SigningKeyPair};
use crate::{b64, json};

const HEADER: &str = r#"{"alg":"dir","enc":"A256GCM","typ":"sealpost-backup+json"}"#;
const LABEL: &[u8] = b"sealpost/key-backup/v1";
/// A server takes no longer one.
const MAX_BYTES: usize = 256 * 1024;

/// Why a backup was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotOpenBackup {
    /// It is none of this format.
    #[error("this is no key backup")]
    Malformed,
    /// It was sealed under another code, for another account, or was changed.
    #[error("the recovery code does not open this key backup")]
    WrongCode,
    /// It opens, and holds keys of a kind that is not used here.
    #[error("this key backup holds keys of another kind")]
    Unsupported,
}

/// Seals the keys of a device.
///
/// # Errors
/// [`CannotSeal`]: the pair is an RSA pair, or the library failed.
pub fn seal_key_backup(
    code: &RecoveryCode,
    account: AccountId,
    sealing: &SealingKeyPair,
    signing: &SigningKeyPair,
    entropy: &dyn Entropy,
) -> Result<String, CannotSeal> {
    if sealing.algorithm() == KeyAlgorithm::Rsa {
        return Err(CannotSeal::Failed);
    }
    let private = Zeroizing::new(b64::encode(sealing.private().expose()));
    let seed = Zeroizing::new(b64::encode(signing.seed().expose()));
    let keys = [
        private_jwk(&sealing.public_jwk(), &private, "deriveBits"),
        private_jwk(&signing.public_jwk(), &seed, "sign"),
    ];
    let content = Zeroizing::new(json!({"v": 1, "keys": keys}).to_string());
    let header = b64::encode(HEADER.as_bytes());
    let mut iv = [0; 12];
    entropy.fill(&mut iv);
    let key = salted_key(code.secret(), account.as_bytes(), LABEL);
    let sealed = encrypt_content(&key, iv, header.as_bytes(), content.as_bytes());
    let sealed = sealed.ok_or(CannotSeal::Failed)?;
    let [iv, ciphertext, tag] = [sealed.iv.as_slice(), &sealed.ciphertext, &sealed.tag];
    let parts = [iv, ciphertext, tag].map(b64::encode);
    Ok(format!("{header}..{}", parts.join(".")))
}

fn private_jwk(public: &str, private: &str, operation: &str) -> Value {
    let mut members = json::object(public).unwrap_or_default();
    members.insert("d".to_owned(), private.into());
    members.insert("key_ops".to_owned(), json!([operation]));
    members.into()
}

/// Opens a backup.
///
/// # Errors
/// [`CannotOpenBackup`].
pub fn open_key_backup(
    code: &RecoveryCode,
    account: AccountId,
    backup: &str,
) -> Result<(SealingKeyPair, SigningKeyPair), CannotOpenBackup> {
    let (header, sealed) = read(backup.trim()).ok_or(CannotOpenBackup::Malformed)?;
    let key = salted_key(code.secret(), account.as_bytes(), LABEL);
    let content = decrypt_content(&key, header.as_bytes(), &sealed);
    let content = content.ok_or(CannotOpenBackup::WrongCode)?;
    let text = std::str::from_utf8(&content).map_err(|_| CannotOpenBackup::Malformed)?;
    let members = json::object(text).ok_or(CannotOpenBackup::Malformed)?;
    pairs(&members).ok_or(CannotOpenBackup::Unsupported)
}

fn read(text: &str) -> Option<(&str, Sealed)> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let [header, "", iv, ciphertext, tag] = parts.as_slice() else {
        return None;
    };
    let members = json::object(std::str::from_utf8(&b64::decode(header)?).ok()?)?;
    let is_ours = json::text(&members, "alg") == Some("dir")
        && json::text(&members, "enc") == Some("A256GCM")
        && !members.contains_key("crit")
        && !members.contains_key("zip");
    let sealed = Sealed {
        iv: b64::decode_array(iv)?,
        ciphertext: b64::decode(ciphertext)?,
        tag: b64::decode_array(tag)?,
    };
    is_ours.then_some((header, sealed))
}

fn pairs(members: &Map<String, Value>) -> Option<(SealingKeyPair, SigningKeyPair)> {
    if members.get("v")?.as_u64() != Some(1) {
        return None;
    }
    let [sealing, signing] = members.get("keys")?.as_array()?.as_slice() else {
        return None;
    };
    let private = |jwk: &Value| b64::decode(jwk.get("d")?.as_str()?).map(Zeroizing::new);
    let curve = sealing.get("crv")?.as_str()?;
    let algorithm = [KeyAlgorithm::X25519, KeyAlgorithm::P256]
        .into_iter()
        .find(|algorithm| algorithm.name() == curve)?;
    let sealing = Secret::new(private(sealing)?.to_vec());
    if signing.get("crv")?.as_str() != Some("Ed25519") {
        return None;
    }
    let seed = Secret::new(private(signing)?.as_slice().try_into().ok()?);
    Some((
        SealingKeyPair::from_private(algorithm, sealing).ok()?,
        SigningKeyPair::from_seed(seed).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsEntropy;

    fn account(last: u8) -> AccountId {
        AccountId::from_bytes([last; 16])
    }

    #[test]
    fn the_code_brings_the_keys_back_to_their_account_alone() {
        let (sealing, signing) = (
            SealingKeyPair::generate(&OsEntropy),
            SigningKeyPair::generate(&OsEntropy),
        );
        let code = RecoveryCode::generate(&OsEntropy);
        let backup = seal_key_backup(&code, account(1), &sealing, &signing, &OsEntropy).unwrap();
        assert!(!backup.contains(&b64::encode(sealing.private().expose())));
        let opened = open_key_backup(&code, account(1), &backup).unwrap();
        assert_eq!(
            (opened.0.kid(), opened.1.kid()),
            (sealing.kid(), signing.kid())
        );

        let refused =
            |code: &RecoveryCode, id, text: &str| open_key_backup(code, account(id), text).err();
        let other = RecoveryCode::generate(&OsEntropy);
        assert_eq!(
            refused(&other, 1, &backup),
            Some(CannotOpenBackup::WrongCode)
        );
        assert_eq!(
            refused(&code, 2, &backup),
            Some(CannotOpenBackup::WrongCode)
        );
        for broken in ["", "a.b.c", &backup.replace("..", ".x.")] {
            assert_eq!(refused(&code, 1, broken), Some(CannotOpenBackup::Malformed));
        }
    }

    #[test]
    fn opens_what_sealpost_js_has_sealed() {
        let mut lines = include_str!("../../testdata/sealpost_js_backup.txt").lines();
        let [code, id, sealing, signing, backup] = [(); 5].map(|()| lines.next().unwrap());
        let code = RecoveryCode::parse(code).unwrap();
        let opened = open_key_backup(&code, id.parse().unwrap(), backup).unwrap();
        assert_eq!((opened.0.kid(), opened.1.kid()), (sealing, signing));
    }
}
