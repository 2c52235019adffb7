//! Files that their owner alone can read, written so that a crash leaves the old one or the new one.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::StateError;

/// No file of ours is longer.
const MAX_BYTES: u64 = 64 * 1024;

/// Makes a folder that its owner alone can enter, with those above it; refuses one that others can.
pub(super) fn private_folder(path: &Path) -> Result<(), StateError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(path)
        .map_err(|error| StateError::at(path, error))?;
    let metadata = path
        .metadata()
        .map_err(|error| StateError::at(path, error))?;
    refuse_if_open_to_others(path, &metadata, 0o700)
}

/// What is in a file; None if there is none. One that others can read is refused.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StateError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StateError::at(path, error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| StateError::at(path, error))?;
    refuse_if_open_to_others(path, &metadata, 0o600)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| StateError::at(path, error))?;
    Ok(Some(bytes))
}

/// Puts a file in the place of what is there: whole, on the disk and not only in the cache, or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StateError> {
    let written = || -> io::Result<()> {
        let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
        // Mode 0600 from its beginning.
        let mut file = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|error| StateError::at(path, error))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), StateError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StateError::at(path, error)),
        _ => Ok(()),
    }
}

/// A file to lock: it holds nothing.
pub(super) fn lock_file(path: &Path) -> Result<File, StateError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| StateError::at(path, error))
}

/// Refuses what others can look into, or what another user could have put there.
fn refuse_if_open_to_others(
    path: &Path,
    metadata: &Metadata,
    wanted: u32,
) -> Result<(), StateError> {
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StateError::Exposed {
            path: path.to_owned(),
            mode,
            wanted,
        });
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(StateError::Foreign(path.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_kept_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("above/below");
        private_folder(&place).unwrap();
        private_folder(&place).unwrap();
        let path = place.join("file");
        assert!(read(&path).unwrap().is_none());
        for text in [&b"first"[..], b"second"] {
            replace(&path, text).unwrap();
            assert_eq!(read(&path).unwrap().unwrap().as_slice(), text);
        }
        assert_eq!((mode(&path), mode(&place)), (0o600, 0o700));
        // Nothing half-written stays.
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1);
        remove(&path).unwrap();
        remove(&path).unwrap();
    }

    #[test]
    fn a_file_or_a_folder_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        private_folder(&place).unwrap();
        let path = place.join("file");
        replace(&path, b"hunter2").unwrap();
        for wrong in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(wrong)).unwrap();
            let refused = read(&path).unwrap_err();
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
            assert_eq!(refused.code(), "state-exposed");
        }
        std::fs::set_permissions(&place, PermissionsExt::from_mode(0o750)).unwrap();
        let refused = private_folder(&place).unwrap_err();
        assert!(refused.to_string().contains("chmod 700"), "{refused}");
    }
}
