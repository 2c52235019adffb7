//! The data folder: private, writable, and held by one process.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::StartError;

/// The file in the data folder whose lock says that the folder is in use. It holds the process id, for people.
const LOCK_FILE: &str = "sealpost.lock";

/// The data folder, held by this process until the value is dropped (or the process dies, however it dies).
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    mode: u32,
    /// The lock goes with the open file. The file itself stays: removing it would race with the next process.
    _lock: File,
}

impl DataDir {
    /// Makes the folder (mode 0700) if it is not there, and takes its lock. An existing folder keeps its mode.
    ///
    /// # Errors
    /// [`StartError::DataDirNotMade`], [`StartError::DataDirNotWritable`], or [`StartError::DataDirInUse`] at once when
    /// another process holds it.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| StartError::DataDirNotMade {
                path: path.to_owned(),
                error,
            })?;
        let not_writable = |error| StartError::DataDirNotWritable {
            path: path.to_owned(),
            error,
        };
        access(path, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| not_writable(error.into()))?;
        let mode = path.metadata().map_err(not_writable)?.permissions().mode() & 0o777;
        let mut file = open_lock_file(path).map_err(not_writable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let process = read_process_id(&mut file);
                return Err(StartError::DataDirInUse {
                    path: path.to_owned(),
                    process,
                });
            }
            Err(TryLockError::Error(error)) => return Err(not_writable(error)),
        }
        write_process_id(&mut file).map_err(not_writable)?;
        Ok(Self {
            path: path.to_owned(),
            mode,
            _lock: file,
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder's mode, if it lets anybody in but its owner.
    #[must_use]
    pub fn mode_open_to_others(&self) -> Option<u32> {
        (self.mode & 0o077 != 0).then_some(self.mode)
    }
}

fn open_lock_file(folder: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false) // until we hold the lock, what is in it is another's
        .mode(0o600)
        .open(folder.join(LOCK_FILE))
}

fn read_process_id(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_process_id(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_private_and_so_is_the_lock() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/data");
        let data_dir = DataDir::open(&path).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(LOCK_FILE)), 0o600);
        assert_eq!(data_dir.mode_open_to_others(), None);
    }

    #[test]
    fn a_folder_open_to_others_is_noticed_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        assert_eq!(data_dir.mode_open_to_others(), Some(0o755));
        assert_eq!(
            folder.path().metadata().unwrap().permissions().mode() & 0o777,
            0o755
        );
    }

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::open(folder.path()).unwrap();
        let refused = DataDir::open(folder.path()).unwrap_err();
        let StartError::DataDirInUse { process, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!(*process, Some(std::process::id()));
        assert!(
            refused
                .to_string()
                .contains("already in use by another sealpost process")
        );
        drop(first);
        DataDir::open(folder.path()).unwrap();
    }

    #[test]
    fn a_place_where_no_folder_can_be_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [file.path().to_owned(), file.path().join("data")] {
            let refused = DataDir::open(&path).unwrap_err();
            assert!(
                matches!(refused, StartError::DataDirNotMade { .. }),
                "{refused}"
            );
        }
    }
}
