use std::io;
use std::path::Path;

use sealpost_crypto::OsEntropy;
use sealpost_crypto::jose::{SealingKeyPair, SigningKeyPair};

use super::device_file;
use crate::ClientError;

/// The private keys of a device: a pair that others seal to, and a pair that it signs with. They never leave it.
#[derive(Debug)]
pub struct Device {
    pub(super) sealing: SealingKeyPair,
    pub(super) signing: SigningKeyPair,
}

impl Device {
    /// New keys: X25519 and Ed25519.
    #[must_use]
    pub fn generate() -> Self {
        Self {
            sealing: SealingKeyPair::generate(&OsEntropy),
            signing: SigningKeyPair::generate(&OsEntropy),
        }
    }

    /// The keys in the file at `path`; new ones, which are saved there first, if there is no such file.
    ///
    /// # Errors
    /// [`ClientError::DeviceFile`].
    pub fn load_or_generate(path: &Path) -> Result<Self, ClientError> {
        match Self::load(path) {
            Err(ClientError::DeviceFile { error, .. })
                if error.kind() == io::ErrorKind::NotFound =>
            {
                let device = Self::generate();
                device.save(path)?;
                Ok(device)
            }
            loaded => loaded,
        }
    }

    /// The keys in the file at `path`. A file that others may read is refused.
    ///
    /// # Errors
    /// [`ClientError::DeviceFile`].
    pub fn load(path: &Path) -> Result<Self, ClientError> {
        device_file::load(path).map_err(|error| at(path, error))
    }

    /// Saves the keys to a new file that its owner alone may read (mode 0600). A file that is there already stays as it
    /// is: keys are not overwritten.
    ///
    /// # Errors
    /// [`ClientError::DeviceFile`].
    pub fn save(&self, path: &Path) -> Result<(), ClientError> {
        device_file::save(self, path).map_err(|error| at(path, error))
    }

    /// Names the key that others seal to: its RFC 7638 thumbprint.
    #[must_use]
    pub fn sealing_kid(&self) -> &str {
        self.sealing.kid()
    }

    /// Names the key that it signs with: its RFC 7638 thumbprint.
    #[must_use]
    pub fn signing_kid(&self) -> &str {
        self.signing.kid()
    }
}

fn at(path: &Path, error: io::Error) -> ClientError {
    ClientError::DeviceFile {
        path: path.to_owned(),
        error,
    }
}
