//! Makes a snapshot: the database first, then the blobs. A blob is there before the row that refers to it, so every file of the
//! copied database has its bytes, unless it was deleted in between.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use sealpost_blobs::BlobFolder;
use sealpost_crypto::{StreamDigest, SystemClock, sealing_kid_of};
use sealpost_domain::master_keys::MasterKeyId;
use sealpost_domain::ports::{BlobName, Clock as _};
use sealpost_store::{CopiedDatabase, copy_sqlite, inspect_sqlite};

use super::error::at;
use super::folder::{BackupFolder, HeldFolder, sync, write};
use super::list::{self, BlobList, Copied};
use super::manifest::{self, Blobs, CopiedFile, Database, Manifest};
use super::place::Place;
use super::{BackupError, digests};
use crate::config::{Config, DatabaseUrl};

/// The name of the copied database in a snapshot.
pub(super) const DATABASE: &str = "database.db";
/// The same of a dump.
const DUMP: &str = "database.dump";

/// A new snapshot.
pub(super) struct Created {
    pub(super) path: PathBuf,
    pub(super) manifest: Manifest,
    /// How many blobs, and bytes of them, were not there from an earlier snapshot.
    pub(super) new_blobs: u64,
    pub(super) new_bytes: u64,
    /// How many earlier snapshots were removed.
    pub(super) removed: usize,
}

/// Makes a snapshot in `folder` and removes earlier ones until `keep` are left.
pub(super) fn create(
    config: &Config,
    folder: &Path,
    dump: Option<&Path>,
    keep: Option<usize>,
) -> Result<Created, BackupError> {
    let held = BackupFolder::hold(folder)?;
    let created_at = SystemClock.now().to_string();
    let snapshot = held.begin()?;
    let place = Place::open(config)?;
    let (mut database, mut copied) = copy_database(config, &snapshot, dump)?;
    let mut pool = Pool::open(&held)?;
    let mut all = pool.copy(&place)?;
    if let Some(before) = &copied
        && !lacking(before, &all).is_empty()
    {
        // Files that were deleted or encrypted anew meanwhile: a newer copy of the database knows, and hardly any blob is new to
        // what was copied.
        let target = snapshot.join(DATABASE);
        std::fs::remove_file(&target).map_err(at(&target))?;
        (database, copied) = copy_database(config, &snapshot, dump)?;
        pool.known.append(&mut all);
        all = pool.copy(&place)?;
    }
    let blobs = describe(&all, &snapshot, copied.as_ref())?;
    let (new_blobs, new_bytes) = (pool.new_blobs, pool.new_bytes);
    let mut manifest = Manifest::new(created_at, database, blobs);
    if let Some(copied) = copied {
        let keys = copied.heads.iter().filter_map(|head| sealing_kid_of(head));
        let keys: BTreeSet<MasterKeyId> = keys.map(MasterKeyId::new).collect();
        manifest.master_keys = keys.iter().map(ToString::to_string).collect();
    }
    let text = serde_json::to_vec_pretty(&manifest)?;
    write(&snapshot.join(manifest::FILE), &text)?;
    let path = held.finish(&name(&held, &manifest.created_at)?)?;
    let removed = prune(&held, keep)?;
    Ok(Created {
        path,
        manifest,
        new_blobs,
        new_bytes,
        removed,
    })
}

/// A name that sorts by time and is a file name everywhere.
fn name(held: &HeldFolder, created_at: &str) -> Result<String, BackupError> {
    let base = created_at.replace(':', "");
    let taken = held.folder.snapshots()?;
    let mut names = std::iter::once(base.clone())
        .chain((2..=99_u32).map(|number| format!("{base}-{number:02}")));
    Ok(names
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| base.clone()))
}

fn copy_database(
    config: &Config,
    snapshot: &Path,
    dump: Option<&Path>,
) -> Result<(Database, Option<CopiedDatabase>), BackupError> {
    match &config.store.database_url {
        DatabaseUrl::Sqlite(source) => {
            let size = source.metadata().map_err(at(source))?.len();
            check_room(snapshot, size)?;
            let target = snapshot.join(DATABASE);
            copy_sqlite(source, &target)?;
            sync(&target)?;
            let copied = inspect_sqlite(&target)?;
            let database = Database {
                engine: "sqlite".to_owned(),
                file: Some(described(&target, DATABASE)?),
                schema: Some(copied.schema.clone()),
                accounts: Some(copied.accounts),
                messages: Some(copied.messages),
            };
            Ok((database, Some(copied)))
        }
        DatabaseUrl::Postgres(_) => {
            let file = dump.map(|dump| copy_dump(dump, snapshot)).transpose()?;
            let database = Database {
                engine: "postgres".to_owned(),
                file,
                schema: None,
                accounts: None,
                messages: None,
            };
            Ok((database, None))
        }
    }
}

fn copy_dump(dump: &Path, snapshot: &Path) -> Result<CopiedFile, BackupError> {
    check_room(snapshot, dump.metadata().map_err(at(dump))?.len())?;
    let target = snapshot.join(DUMP);
    write(&target, &[])?;
    std::fs::copy(dump, &target).map_err(at(&target))?;
    sync(&target)?;
    described(&target, DUMP)
}

fn described(path: &Path, name: &str) -> Result<CopiedFile, BackupError> {
    let (sha256, size) = digests::of_file(path)?;
    Ok(CopiedFile {
        name: name.to_owned(),
        size,
        sha256,
    })
}

/// The blobs of all snapshots, while another is made.
struct Pool<'a> {
    held: &'a HeldFolder,
    blobs: BlobFolder,
    /// What is there by the word of an earlier list.
    known: BlobList,
    new_blobs: u64,
    new_bytes: u64,
}

impl<'a> Pool<'a> {
    fn open(held: &'a HeldFolder) -> Result<Self, BackupError> {
        let known = match held.folder.find(None) {
            Ok(newest) if newest.join(list::FILE).is_file() => list::read(&newest)?,
            _ => BlobList::new(),
        };
        Ok(Self {
            held,
            blobs: held.folder.blobs()?,
            known,
            new_blobs: 0,
            new_bytes: 0,
        })
    }

    /// Copies the blobs that are not known, and lists all. Blobs never change: one of the same name and size is the same.
    fn copy(&mut self, place: &Place) -> Result<BlobList, BackupError> {
        let mut all = BlobList::new();
        for name in place.names()? {
            let Some(size) = place.size(name)? else {
                continue;
            };
            let there = self.blobs.size(name).map_err(at(self.held.folder.path()))?;
            let before = self.known.get(&name);
            if let Some(before) = before.filter(|before| there == Some(size) && before.size == size)
            {
                all.insert(name, before.clone());
                continue;
            }
            check_room(self.held.folder.path(), size)?;
            let mut digest = StreamDigest::default();
            let copied = place.copy((name, size), &self.blobs, |piece| digest.update(piece))?;
            if let Some(size) = copied {
                let sha256 = digests::hex(digest);
                all.insert(name, Copied { size, sha256 });
                self.new_blobs += 1;
                self.new_bytes += size;
            }
        }
        self.blobs.sync().map_err(at(self.held.folder.path()))?;
        Ok(all)
    }
}

/// Writes the list down; what the manifest says of it.
fn describe(
    all: &BlobList,
    snapshot: &Path,
    copied: Option<&CopiedDatabase>,
) -> Result<Blobs, BackupError> {
    write(&snapshot.join(list::FILE), list::to_text(all).as_bytes())?;
    Ok(Blobs {
        list: Some(described(&snapshot.join(list::FILE), list::FILE)?),
        count: u64::try_from(all.len()).unwrap_or(u64::MAX),
        bytes: all.values().map(|copied| copied.size).sum(),
        deleted_meanwhile: copied
            .map(|copied| lacking(copied, all))
            .unwrap_or_default(),
    })
}

/// The blobs that the database refers to and that are not there.
fn lacking(copied: &CopiedDatabase, all: &BlobList) -> Vec<String> {
    let names = copied
        .blobs
        .iter()
        .filter_map(|bytes| <[u8; 16]>::try_from(bytes.as_slice()).ok())
        .map(BlobName::from_bytes);
    names
        .filter(|name| !all.contains_key(name))
        .map(|name| name.to_string())
        .collect()
}

/// Removes the oldest snapshots, and then the blobs that none of the others has.
fn prune(held: &HeldFolder, keep: Option<usize>) -> Result<usize, BackupError> {
    let Some(keep) = keep else {
        return Ok(0);
    };
    let snapshots = held.folder.snapshots()?;
    let surplus = snapshots.len().saturating_sub(keep.max(1));
    if surplus == 0 {
        return Ok(0);
    }
    let mut kept = BTreeSet::new();
    for name in snapshots.iter().skip(surplus) {
        let path = held.folder.path().join(name);
        if path.join(list::FILE).is_file() {
            kept.extend(list::read(&path)?.into_keys());
        }
    }
    for name in snapshots.iter().take(surplus) {
        held.remove(name)?;
    }
    let pool = held.folder.blobs()?;
    let all = pool.names().map_err(at(held.folder.path()))?;
    for name in all.into_iter().filter(|name| !kept.contains(name)) {
        pool.remove(name).map_err(at(held.folder.path()))?;
    }
    Ok(surplus)
}

/// So that it is said at the beginning and not at the end.
fn check_room(path: &Path, needed: u64) -> Result<(), BackupError> {
    let room = statvfs(path).map_err(|error| at(path)(error.into()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if free < needed {
        return Err(BackupError::NoRoom {
            path: path.to_owned(),
            free,
            needed,
        });
    }
    Ok(())
}
