//! Where blobs grow until their parts are at the server: a folder for each, held by a lock while somebody writes it.
//!
//! `index` says which parts are finished, and a file named by its number holds the bytes of each part that is not, or that
//! nobody has noted yet. A part's file is fsynced before the part is sent, and the next one's is there before the index
//! says so: whenever the power fails, what the index and the files say fits together.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sealpost_domain::Timestamp;
use sealpost_domain::ports::{BlobEntry, BlobName, Entropy};

use crate::folders::{OpenBlobsError, make, refuse, sync};

const LOCK: &str = "lock";
const INDEX: &str = "index";
/// What the folders begin with that are on their way out.
const GONE: &str = "gone-";

/// The name of a staging folder, which tells one instance from another: what grows here cannot go on elsewhere.
pub(super) type Instance = [u8; 16];

/// The folder of all blobs that grow.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    instance: Instance,
}

impl Staging {
    /// Makes the folder if it is not there, and removes what was on its way out.
    pub(super) fn open(staging: &Path, entropy: &dyn Entropy) -> Result<Self, OpenBlobsError> {
        let folder = staging.join("growing");
        make(&folder)?;
        let instance = instance(staging, entropy).map_err(|error| refuse(staging, error))?;
        let this = Self { folder, instance };
        this.remove_gone().map_err(|error| refuse(staging, error))?;
        Ok(this)
    }

    pub(super) const fn instance(&self) -> Instance {
        self.instance
    }

    /// Makes the folder of a new blob, and makes it durable.
    pub(super) fn begin(&self, name: BlobName) -> io::Result<()> {
        let path = self.path_of(name);
        fs::create_dir(&path)?;
        let mut new = private();
        let lock = new.write(true).create_new(true).open(path.join(LOCK))?;
        lock.sync_all()?;
        sync(&path)?;
        sync(&self.folder)
    }

    /// Holds the folder of a blob.
    pub(super) fn hold(&self, name: BlobName) -> io::Result<Held> {
        let folder = self.path_of(name);
        let lock = File::open(folder.join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        // Whoever held it before may have finished it or given it up.
        fs::metadata(folder.join(LOCK))?;
        let lock = Arc::new(lock);
        Ok(Held { folder, lock })
    }

    /// What the index of a blob says, whoever holds it.
    pub(super) fn index_of(&self, name: BlobName) -> io::Result<Index> {
        Index::read(&self.path_of(name))
    }

    /// Removes a blob's folder, at once for whoever looks, then what was in it.
    pub(super) fn remove(&self, name: BlobName) -> io::Result<()> {
        let gone = self.folder.join(format!("{GONE}{name}"));
        match fs::rename(self.path_of(name), &gone) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            outcome => outcome?,
        }
        sync(&self.folder)?;
        fs::remove_dir_all(gone)
    }

    fn remove_gone(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.starts_with(GONE)) {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }

    /// The blobs that grow here, in the order of their names.
    pub(super) fn list(&self, after: Option<BlobName>, limit: u32) -> io::Result<Vec<BlobEntry>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut names: Vec<BlobName> = fs::read_dir(&self.folder)?
            .filter_map(Result::ok)
            .filter_map(|entry| BlobName::parse(entry.file_name().to_str()?))
            .filter(|name| after.is_none_or(|after| *name > after))
            .collect();
        names.sort_unstable();
        let entries = names.into_iter().filter_map(|name| {
            // One that goes meanwhile is no longer there to be listed.
            let written_at = last_written(&self.path_of(name)).ok()?;
            Some(BlobEntry { name, written_at })
        });
        Ok(entries.take(limit).collect())
    }

    fn path_of(&self, name: BlobName) -> PathBuf {
        self.folder.join(name.to_string())
    }
}

/// Drawn once for each folder.
fn instance(staging: &Path, entropy: &dyn Entropy) -> io::Result<Instance> {
    let path = staging.join("instance");
    match fs::read(&path) {
        Ok(bytes) => bytes
            .try_into()
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "instance is not 16 bytes")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut drawn = Instance::default();
            entropy.fill(&mut drawn);
            replace(&path, &drawn)?;
            Ok(drawn)
        }
        Err(error) => Err(error),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Writes a file so that it has these bytes or those of before, whenever the power fails.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = private()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), sync)
}

fn last_written(folder: &Path) -> io::Result<Timestamp> {
    let mut last = fs::metadata(folder)?.modified()?;
    for entry in fs::read_dir(folder)? {
        last = last.max(entry?.metadata()?.modified()?);
    }
    let since = last.duration_since(SystemTime::UNIX_EPOCH);
    Ok(Timestamp::from_micros(0) + since.unwrap_or_default())
}

/// Which parts are at the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Index {
    /// The multipart upload, once there is one.
    pub(super) upload: Option<String>,
    /// The ids of the parts that are finished, in order.
    pub(super) parts: Vec<String>,
}

impl Index {
    fn read(folder: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(folder.join(INDEX)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text?,
        };
        let mut lines = text.lines().map(str::to_owned);
        Ok(Self {
            upload: lines.next(),
            parts: lines.collect(),
        })
    }
}

/// The folder of a blob, held by whoever has this or a clone.
#[derive(Debug, Clone)]
pub(super) struct Held {
    folder: PathBuf,
    #[expect(
        dead_code,
        reason = "it holds the lock until the last clone is dropped"
    )]
    lock: Arc<File>,
}

impl Held {
    pub(super) fn index(&self) -> io::Result<Index> {
        Index::read(&self.folder)
    }

    /// Makes the index say this, durably.
    pub(super) fn write_index(&self, index: &Index) -> io::Result<()> {
        let mut text = String::new();
        for line in index.upload.iter().chain(&index.parts) {
            text.push_str(line);
            text.push('\n');
        }
        replace(&self.folder.join(INDEX), text.as_bytes())
    }

    /// The file of a part, to append to, and its length; made if it is not there.
    pub(super) fn open_part(&self, number: usize) -> io::Result<(File, u64)> {
        let path = self.path_of(number);
        let file = private().append(true).create(true).open(path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// An empty file for a part, durable, whatever was there.
    pub(super) fn empty_part(&self, number: usize) -> io::Result<File> {
        let (file, _) = self.open_part(number)?;
        file.set_len(0)?;
        file.sync_all()?;
        sync(&self.folder)?;
        Ok(file)
    }

    /// All bytes of a part.
    pub(super) fn read_part(&self, number: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.path_of(number))?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A part's file, to read.
    pub(super) fn file_of(&self, number: usize) -> io::Result<File> {
        File::open(self.path_of(number))
    }

    /// Removes the files of the parts before this one.
    pub(super) fn remove_before(&self, number: usize) -> io::Result<()> {
        self.remove_parts(|part| part < number)
    }

    /// Removes the files of the parts after this one.
    pub(super) fn remove_after(&self, number: usize) -> io::Result<()> {
        self.remove_parts(|part| part > number)
    }

    /// Makes what was made and removed durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync(&self.folder)
    }

    fn remove_parts(&self, which: impl Fn(usize) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            if number.is_some_and(&which) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn path_of(&self, number: usize) -> PathBuf {
        self.folder.join(number.to_string())
    }
}
