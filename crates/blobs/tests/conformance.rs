//! The contract of the blob store, on the file system; and what only this one promises.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sealpost_blobs::FsBlobStore;
use sealpost_domain::ports::{BlobError, BlobName, BlobStore};
use tempfile::TempDir;
use tokio::runtime::Handle;

fn open(path: &Path) -> Arc<dyn BlobStore> {
    Arc::new(FsBlobStore::open(path, Handle::current()).unwrap())
}

async fn fresh() -> Option<(Arc<dyn BlobStore>, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    Some((open(&folder.path().join("blobs")), folder))
}

mod contract {
    sealpost_domain::blob_conformance!(super::fresh);
}

/// Every file below, and every folder.
fn walk(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let (more, below) = walk(&path);
            files.extend(more);
            folders.extend(below);
        } else {
            files.push(path);
        }
    }
    (files, folders)
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn folders_and_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("blobs");
    let blobs = open(&root);
    let mut half = blobs.create(BlobName::from_bytes([1; 16])).await.unwrap();
    half.write("half".into()).await.unwrap();
    let mut whole = blobs.create(BlobName::from_bytes([2; 16])).await.unwrap();
    whole.write("whole".into()).await.unwrap();
    whole.commit().await.unwrap();
    blobs.begin(BlobName::from_bytes([3; 16])).await.unwrap();
    let (files, folders) = walk(&root);
    assert_eq!(
        (files.len(), folders.len()),
        (4, 260),
        "three blobs and a lock; root, 256, growing, tmp, ours"
    );
    assert!(files.iter().all(|file| mode(file) == 0o600), "{files:?}");
    assert!(
        folders.iter().all(|folder| mode(folder) == 0o700),
        "{folders:?}"
    );
    assert_eq!(
        std::fs::read(root.join("02").join("02".repeat(16))).unwrap(),
        b"whole"
    );
}

#[tokio::test]
async fn a_start_removes_what_a_crash_left_and_nothing_of_the_living() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("tmp/4711-0");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("lock"), "").unwrap();
    std::fs::write(left.join("0123"), "half a blob").unwrap();
    let blobs = open(folder.path());
    assert!(!left.exists());

    let name = BlobName::from_bytes([1; 16]);
    let mut writer = blobs.create(name).await.unwrap();
    writer.write("living".into()).await.unwrap();
    let other = open(folder.path());
    writer.commit().await.unwrap();
    assert_eq!(other.page(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_start_leaves_alone_what_grows_and_a_writer_holds_it_against_other_instances() {
    let folder = tempfile::tempdir().unwrap();
    let (name, blobs) = (BlobName::from_bytes([1; 16]), open(folder.path()));
    let state = blobs.begin(name).await.unwrap();
    let mut growing = blobs.grow(name, &state).await.unwrap();
    growing.write("half".into()).await.unwrap();
    growing.sync().await.unwrap();
    let other = open(folder.path());
    let refused = other.grow(name, &state).await.err();
    assert!(matches!(refused, Some(BlobError::Busy)), "{refused:?}");
    drop(growing);
    let mut growing = other.grow(name, &state).await.unwrap();
    assert_eq!(growing.length(), 4);
    growing.write(" and half".into()).await.unwrap();
    growing.finish().await.unwrap();
    let path = folder.path().join("01").join("01".repeat(16));
    assert_eq!(std::fs::read(path).unwrap(), b"half and half");
}

#[tokio::test]
async fn the_disk_tells_how_much_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(folder.path());
    let free = blobs.free_space().await.unwrap().unwrap();
    let mut writer = blobs.create(BlobName::from_bytes([1; 16])).await.unwrap();
    writer.write(vec![7; 1 << 20].into()).await.unwrap();
    writer.commit().await.unwrap();
    // Others write there, too: more than a sane number cannot be asked for.
    assert!(free > 1 << 20, "{free}");
}

#[tokio::test]
async fn what_is_no_blob_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(folder.path());
    std::fs::write(folder.path().join("00/README"), "").unwrap();
    std::fs::write(folder.path().join("00/..%2f"), "").unwrap();
    assert_eq!(blobs.page(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let refused = FsBlobStore::open(&file.path().join("blobs"), Handle::current())
        .err()
        .unwrap();
    assert!(refused.to_string().starts_with("cannot use "), "{refused}");
}
