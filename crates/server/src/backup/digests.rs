//! Digests as text, and of whole files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sealpost_crypto::StreamDigest;

use super::BackupError;
use super::error::at;

/// A digest as hexadecimal digits.
pub(super) fn hex(digest: StreamDigest) -> String {
    digest
        .finish()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The SHA-256 digest and the size of a file.
pub(super) fn of_file(path: &Path) -> Result<(String, u64), BackupError> {
    let read = || -> io::Result<(String, u64)> {
        let mut file = File::open(path)?;
        let mut digest = StreamDigest::default();
        let mut piece = vec![0; 256 * 1024];
        let mut size = 0;
        loop {
            let count = file.read(&mut piece)?;
            if count == 0 {
                return Ok((hex(digest), size));
            }
            digest.update(piece.get(..count).unwrap_or_default());
            size += u64::try_from(count).unwrap_or_default();
        }
    };
    read().map_err(at(path))
}
