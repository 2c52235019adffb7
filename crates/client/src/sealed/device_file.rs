//! The file that holds a device's keys: JSON, readable by its owner alone.
//!
//! ```json
//! {"v": 1, "sealing": {"algorithm": "X25519", "private": "<base64url>"}, "signing": {"seed": "<base64url>"}}
//! ```

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sealpost_crypto::jose::{SealingKeyPair, SigningKeyPair};
use sealpost_domain::Secret;
use sealpost_domain::keys::KeyAlgorithm;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::Device;

/// No file of keys is longer.
const MAX_BYTES: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct Keys {
    v: u32,
    sealing: Sealing,
    signing: Signing,
}

#[derive(Serialize, Deserialize)]
struct Sealing {
    algorithm: String,
    private: Zeroizing<String>,
}

#[derive(Serialize, Deserialize)]
struct Signing {
    seed: Zeroizing<String>,
}

pub(super) fn save(device: &Device, path: &Path) -> io::Result<()> {
    let keys = Keys {
        v: 1,
        sealing: Sealing {
            algorithm: device.sealing.algorithm().name().to_owned(),
            private: encode(device.sealing.private().expose()),
        },
        signing: Signing {
            seed: encode(device.signing.seed().expose()),
        },
    };
    let mut text = Zeroizing::new(serde_json::to_vec(&keys)?);
    text.push(b'\n');
    let mut file = create(path)?;
    file.write_all(&text)?;
    // What is sealed to these keys must not outlive them.
    file.sync_all()?;
    match path.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

pub(super) fn load(path: &Path) -> io::Result<Device> {
    let file = File::open(path)?;
    refuse_if_open_to_others(&file)?;
    let mut text = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES).read_to_end(&mut text)?;
    // What serde would say might repeat a key.
    let keys: Keys = serde_json::from_slice(&text).map_err(|_| not_keys())?;
    if keys.v != 1 {
        return Err(not_keys());
    }
    let algorithm = KeyAlgorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.name() == keys.sealing.algorithm)
        .ok_or_else(not_keys)?;
    let private = decode(&keys.sealing.private)?;
    let mut seed = decode(&keys.signing.seed)?;
    let signing = <[u8; 32]>::try_from(seed.as_slice()).map_err(|_| not_keys())?;
    seed.zeroize();
    Ok(Device {
        sealing: SealingKeyPair::from_private(algorithm, Secret::new(private))
            .map_err(|_| not_keys())?,
        signing: SigningKeyPair::from_seed(Secret::new(signing)).map_err(|_| not_keys())?,
    })
}

fn encode(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(Base64UrlUnpadded::encode_string(bytes))
}

fn decode(text: &str) -> io::Result<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| not_keys())
}

fn not_keys() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "this is no file of device keys")
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn refuse_if_open_to_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        ErrorKind::PermissionDenied,
        format!("private keys that others may read (mode {mode:o}): chmod 600 it"),
    ))
}

#[cfg(not(unix))]
fn refuse_if_open_to_others(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::ClientError;

    #[test]
    fn keys_lead_back_from_a_file_of_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.keys");
        let device = Device::load_or_generate(&path).unwrap();
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let again = Device::load_or_generate(&path).unwrap();
        assert_eq!(again.sealing_kid(), device.sealing_kid());
        assert_eq!(again.signing_kid(), device.signing_kid());
        // Keys that are there are not overwritten.
        assert!(Device::generate().save(&path).is_err());
    }

    #[test]
    fn a_file_open_to_others_or_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        Device::generate().save(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let refused = Device::load(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, r#"{"v":1,"sealing":"hunter2"}"#).unwrap();
        let refused = Device::load(&path).unwrap_err();
        assert!(matches!(refused, ClientError::DeviceFile { .. }));
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }

    #[test]
    fn debug_shows_no_private_key() {
        let device = Device::generate();
        let shown = format!("{device:?}");
        let private = encode(device.sealing.private().expose());
        assert!(shown.contains(device.sealing_kid()) && !shown.contains(private.as_str()));
    }
}
