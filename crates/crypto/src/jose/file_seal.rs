//! What opens a file that a client has sealed, signed by its owner and sealed to its reader: what the server keeps as `wrapped_key`.

use sealpost_domain::Secret;
use sealpost_domain::files::{FileId, WrappedKey};
use sealpost_domain::ports::Entropy;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::open::open_payload;
use super::seal::seal_payload;
use super::{CannotOpen, CannotSeal, RecipientKey, SealingKeyPair, SigningKeyPair};
use crate::{b64, json};

/// The version of the payload.
const VERSION: u64 = 1;

/// What opens a sealed file, and what its owner says of it.
#[derive(Debug, Clone)]
pub struct FileSeal {
    /// Which file.
    pub file: FileId,
    /// Its name; may be empty.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its key.
    pub key: Secret<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    v: u64,
    file: String,
    name: String,
    r#type: String,
    size: u64,
    key: String,
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// Signs what opens a file, and seals it to each of the keys.
///
/// # Errors
/// [`CannotSeal`]; [`CannotSeal::Recipients`] also if it became longer than what a server keeps
/// ([`WrappedKey::MAX_BYTES`]), which is so with more than about ten keys.
pub fn wrap_file(
    seal: &FileSeal,
    owner: &SigningKeyPair,
    readers: &[RecipientKey],
    entropy: &dyn Entropy,
) -> Result<String, CannotSeal> {
    let payload = Payload {
        v: VERSION,
        file: seal.file.to_string(),
        name: seal.name.clone(),
        r#type: seal.content_type.clone(),
        size: seal.size,
        key: b64::encode(seal.key.expose()),
    };
    let payload = serde_json::to_vec(&payload).map(Zeroizing::new);
    let payload = payload.map_err(|_| CannotSeal::Failed)?;
    let wrapped = seal_payload(&payload, owner, readers, entropy)?;
    if wrapped.len() > WrappedKey::MAX_BYTES {
        return Err(CannotSeal::Recipients);
    }
    Ok(wrapped)
}

/// Opens what [`wrap_file`] has made for this file, as [`super::open`] opens a message: `owner_key` must answer with signing keys of
/// the file's owner, and no others.
///
/// # Errors
/// [`CannotOpen`]; [`CannotOpen::Elsewhere`] if it is of another file.
pub fn unwrap_file(
    wrapped: &str,
    file: FileId,
    mine: &[SealingKeyPair],
    owner_key: impl FnOnce(&str) -> Option<String>,
) -> Result<FileSeal, CannotOpen> {
    let (payload, _) = open_payload(wrapped, mine, owner_key)?;
    let seal = read(&payload).ok_or(CannotOpen::NotSigned)?;
    if seal.file == file {
        Ok(seal)
    } else {
        Err(CannotOpen::Elsewhere)
    }
}

fn read(payload: &[u8]) -> Option<FileSeal> {
    let members = json::object(std::str::from_utf8(payload).ok()?)?;
    let payload: Payload = serde_json::from_value(members.into()).ok()?;
    if payload.v != VERSION {
        return None;
    }
    Some(FileSeal {
        file: payload.file.parse().ok()?,
        name: payload.name.clone(),
        content_type: payload.r#type.clone(),
        size: payload.size,
        key: Secret::new(b64::decode_array(&payload.key)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsEntropy;

    fn file_seal() -> FileSeal {
        FileSeal {
            file: FileId::from_bytes([9; 16]),
            name: "holiday photo.jpg".to_owned(),
            content_type: "image/jpeg".to_owned(),
            size: 5,
            key: Secret::new([7; 32]),
        }
    }

    fn readers(pairs: &[SealingKeyPair]) -> Vec<RecipientKey> {
        let keys = pairs.iter().map(SealingKeyPair::public_jwk);
        keys.map(|jwk| RecipientKey::from_jwk(&jwk).unwrap())
            .collect()
    }

    #[test]
    fn its_readers_open_it_and_a_server_takes_it() {
        let alice = SigningKeyPair::generate(&OsEntropy);
        let devices = [(); 2].map(|()| SealingKeyPair::generate(&OsEntropy));
        let wrapped = wrap_file(&file_seal(), &alice, &readers(&devices), &OsEntropy).unwrap();
        assert_eq!(WrappedKey::parse(&wrapped).unwrap().as_str(), wrapped);
        let known = |kid: &str| (kid == alice.kid()).then(|| alice.public_jwk());
        for device in devices {
            let opened = unwrap_file(&wrapped, file_seal().file, &[device], known).unwrap();
            assert_eq!(opened.key.expose(), &[7; 32]);
            assert_eq!(
                (opened.name.as_str(), opened.size),
                ("holiday photo.jpg", 5)
            );
        }
    }

    #[test]
    fn nobody_passes_another_files_key_off_as_this_ones() {
        let alice = SigningKeyPair::generate(&OsEntropy);
        let mallory = SigningKeyPair::generate(&OsEntropy);
        let bob = [SealingKeyPair::generate(&OsEntropy)];
        let known = |kid: &str| (kid == alice.kid()).then(|| alice.public_jwk());
        let wrapped = wrap_file(&file_seal(), &alice, &readers(&bob), &OsEntropy).unwrap();
        let other = FileId::from_bytes([8; 16]);
        let refused = unwrap_file(&wrapped, other, &bob, known).unwrap_err();
        assert_eq!(refused, CannotOpen::Elsewhere);
        let forged = wrap_file(&file_seal(), &mallory, &readers(&bob), &OsEntropy).unwrap();
        let refused = unwrap_file(&forged, file_seal().file, &bob, known).unwrap_err();
        assert_eq!(refused, CannotOpen::UnknownSender(mallory.kid().to_owned()));
    }

    #[test]
    fn more_keys_than_a_server_keeps_are_refused_here() {
        let alice = SigningKeyPair::generate(&OsEntropy);
        let many: Vec<_> = (0..40)
            .map(|_| SealingKeyPair::generate(&OsEntropy))
            .collect();
        for (count, fits) in [(8, true), (40, false)] {
            let wrapped = wrap_file(&file_seal(), &alice, &readers(&many[..count]), &OsEntropy);
            assert_eq!(wrapped.is_ok(), fits, "{count}");
        }
    }
}
