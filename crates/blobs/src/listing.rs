//! Lists blobs in the order of their names.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use sealpost_domain::Timestamp;
use sealpost_domain::ports::{BlobEntry, BlobName};

use crate::folders::Folders;

/// The blobs that are whole: goes through their folders in order until there are enough.
pub(crate) fn list(
    folders: &Folders,
    after: Option<BlobName>,
    limit: u32,
) -> io::Result<Vec<BlobEntry>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let first = after.map_or(0, |name| {
        let [first, ..] = *name.as_bytes();
        first
    });
    let mut found = Vec::new();
    for number in first..=u8::MAX {
        let path_of = |name| folders.path_of(name);
        add(&folders.folder(number), path_of, after, limit, &mut found)?;
    }
    Ok(found)
}

/// The blobs that grow.
pub(crate) fn list_growing(
    folders: &Folders,
    after: Option<BlobName>,
    limit: u32,
) -> io::Result<Vec<BlobEntry>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let path_of = |name| folders.growing_path_of(name);
    add(&folders.growing(), path_of, after, limit, &mut found)?;
    Ok(found)
}

/// Adds the blobs of one folder until there are `limit`.
fn add(
    folder: &Path,
    path_of: impl Fn(BlobName) -> PathBuf,
    after: Option<BlobName>,
    limit: usize,
    found: &mut Vec<BlobEntry>,
) -> io::Result<()> {
    if found.len() >= limit {
        return Ok(());
    }
    let mut names: Vec<BlobName> = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter_map(|entry| BlobName::parse(entry.file_name().to_str()?))
        .filter(|name| after.is_none_or(|after| *name > after))
        .collect();
    names.sort_unstable();
    for name in names {
        if found.len() >= limit {
            return Ok(());
        }
        // One that was deleted meanwhile is no longer there to be listed.
        if let Ok(data) = fs::metadata(path_of(name)) {
            let written_at = moment(data.modified()?);
            found.push(BlobEntry { name, written_at });
        }
    }
    Ok(())
}

fn moment(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    Timestamp::from_micros(0) + since.unwrap_or_default()
}
