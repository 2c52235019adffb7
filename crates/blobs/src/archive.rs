//! Blobs as they lie in a folder, without a store over them: for copies of whole folders, while others write there or nobody does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sealpost_domain::ports::BlobName;

use crate::folders::{Folders, OpenBlobsError, sync};

/// How much of a blob is in memory at once.
const PIECE: usize = 256 * 1024;

/// A folder with blobs in it, as [`FsBlobStore`](crate::FsBlobStore) lays them out.
#[derive(Debug)]
pub struct BlobFolder(Folders);

impl BlobFolder {
    /// The folder at `root`, made if it is not there.
    ///
    /// # Errors
    /// [`OpenBlobsError`].
    pub fn make(root: &Path) -> Result<Self, OpenBlobsError> {
        Folders::open(root).map(Self)
    }

    /// The names of all whole blobs, in order.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn names(&self) -> io::Result<Vec<BlobName>> {
        let mut names = Vec::new();
        for number in 0..=u8::MAX {
            let entries = fs::read_dir(self.0.folder(number))?;
            let entries = entries.filter_map(Result::ok);
            names.extend(entries.filter_map(|entry| BlobName::parse(entry.file_name().to_str()?)));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// How many bytes a blob has; None if there is none of this name.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn size(&self, name: BlobName) -> io::Result<Option<u64>> {
        match fs::metadata(self.0.path_of(name)) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a blob from its beginning, piece by piece; how many bytes there were. None if there is none of this name.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn read(&self, name: BlobName, each: impl FnMut(&[u8])) -> io::Result<Option<u64>> {
        let Some(mut file) = self.open(name)? else {
            return Ok(None);
        };
        pour(&mut file, &mut io::sink(), each).map(Some)
    }

    /// Copies a blob into another folder, piece by piece; how many bytes there were. When this returns, they are on the disk,
    /// but for the name, which [`BlobFolder::sync`] takes care of. None if there is none of this name.
    ///
    /// # Errors
    /// What the operating system says; nothing is there under the name then.
    pub fn copy(
        &self,
        name: BlobName,
        to: &Self,
        each: impl FnMut(&[u8]),
    ) -> io::Result<Option<u64>> {
        match self.open(name)? {
            Some(mut source) => to.write(name, &mut source, each).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a blob with all that `source` brings, as [`BlobFolder::copy`].
    ///
    /// # Errors
    /// What the operating system says, or `source`; nothing is there under the name then.
    pub fn write(
        &self,
        name: BlobName,
        source: &mut impl Read,
        each: impl FnMut(&[u8]),
    ) -> io::Result<u64> {
        let beside = self.0.tmp().join(format!("{name}.copy"));
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut target = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        let written = pour(source, &mut target, each).and_then(|bytes| {
            target.sync_all()?;
            fs::rename(&beside, self.0.path_of(name))?;
            Ok(bytes)
        });
        if written.is_err() {
            // What stays is overwritten the next time.
            let _ = fs::remove_file(&beside);
        }
        written
    }

    /// Removes a blob, if it is there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn remove(&self, name: BlobName) -> io::Result<()> {
        match fs::remove_file(self.0.path_of(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes the names of all blobs durable.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn sync(&self) -> io::Result<()> {
        for number in 0..=u8::MAX {
            sync(&self.0.folder(number))?;
        }
        Ok(())
    }

    fn open(&self, name: BlobName) -> io::Result<Option<File>> {
        match File::open(self.0.path_of(name)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn pour(
    source: &mut impl Read,
    target: &mut impl Write,
    mut each: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let count = match source.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = piece.get(..count).unwrap_or_default();
        each(read);
        target.write_all(read)?;
        bytes += u64::try_from(count).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(root: &Path) -> BlobFolder {
        BlobFolder::make(root).unwrap()
    }

    #[test]
    fn a_blob_is_copied_as_a_whole_or_not_at_all() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (source, target) = (folder(from.path()), folder(to.path()));
        let name = BlobName::from_bytes([7; 16]);
        let content = vec![3; PIECE + 1];
        let length = u64::try_from(content.len()).unwrap();
        fs::write(from.path().join("07").join(name.to_string()), &content).unwrap();
        fs::write(from.path().join("07/not a blob"), b"x").unwrap();
        assert_eq!(source.names().unwrap(), [name]);
        let mut seen = Vec::new();
        let copied = source.copy(name, &target, |piece| seen.extend_from_slice(piece));
        assert_eq!(copied.unwrap(), Some(length));
        assert_eq!(seen, content);
        target.sync().unwrap();
        assert_eq!(target.size(name).unwrap(), Some(length));
        assert_eq!(target.names().unwrap(), [name]);
        target.remove(name).unwrap();
        target.remove(name).unwrap();
        assert_eq!(target.size(name).unwrap(), None);
        assert_eq!(target.read(name, |_| ()).unwrap(), None);
        assert_eq!(target.copy(name, &source, |_| ()).unwrap(), None);
        // What an interrupted copy left is in nobody's way.
        fs::write(to.path().join("tmp").join(format!("{name}.copy")), b"half").unwrap();
        source.copy(name, &target, |_| ()).unwrap();
        assert_eq!(target.size(name).unwrap(), Some(length));
    }
}
