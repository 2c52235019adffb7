use std::sync::Arc;

use super::FileId;
use crate::Environment;
use crate::ports::{BlobStore, Checksums, FernetCipher, FileCipher, Sealer};
use crate::storage::Storage;

/// The ports of files, apart from the environment.
#[derive(Clone)]
pub struct FilePorts {
    /// Seals keys, names and types at rest.
    pub sealer: Arc<dyn Sealer>,
    /// Seals the bytes.
    pub cipher: Arc<dyn FileCipher>,
    /// Renders files in another form.
    pub fernet: Arc<dyn FernetCipher>,
    /// Keeps the sealed bytes.
    pub blobs: Arc<dyn BlobStore>,
    /// Computes digests of what comes piece by piece.
    pub checksums: Arc<dyn Checksums>,
}

/// The use cases of files. Cloning is cheap.
#[derive(Clone)]
pub struct Files {
    pub(super) env: Environment,
    pub(super) ports: FilePorts,
    pub(super) storage: Storage,
    pub(super) max_size: Option<u64>,
}

impl Files {
    /// The service over its ports and that of quotas. A file has at most `max_size` bytes, if there is a limit.
    #[must_use]
    pub const fn new(
        env: Environment,
        ports: FilePorts,
        storage: Storage,
        max_size: Option<u64>,
    ) -> Self {
        Self {
            env,
            ports,
            storage,
            max_size,
        }
    }

    /// What binds a sealed file to its id, for whoever opens it elsewhere.
    pub(crate) fn context(&self, id: &FileId) -> Vec<u8> {
        self.ports.cipher.context(id)
    }

    /// The largest file in bytes, if there is a limit.
    #[must_use]
    pub const fn max_size(&self) -> Option<u64> {
        self.max_size
    }
}
