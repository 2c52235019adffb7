//! The contract of the blob store, in a bucket of a real S3 server; and what only this one promises.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::future::poll_fn;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sealpost_blobs::testing::{BUCKET, SECRET_ACCESS_KEY, ask, bucket};
use sealpost_blobs::{S3BlobStore, S3Settings};
use sealpost_domain::Secret;
use sealpost_domain::ports::{BlobError, BlobName, BlobState, BlobStore, Entropy};
use tempfile::TempDir;
use tokio::runtime::Handle;

async fn open(settings: &S3Settings) -> Arc<dyn BlobStore> {
    let store = S3BlobStore::open(settings, &Counted, Handle::current()).await;
    Arc::new(store.unwrap())
}

/// Bytes that nobody else gets.
struct Counted;

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        static NUMBER: AtomicU8 = AtomicU8::new(0);
        bytes.fill(NUMBER.fetch_add(1, Ordering::Relaxed));
    }
}

/// The settings for a place of its own, and the folder beside it.
fn place() -> Option<(S3Settings, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    Some((bucket(folder.path())?, folder))
}

async fn fresh() -> Option<(Arc<dyn BlobStore>, TempDir)> {
    let (settings, folder) = place()?;
    Some((open(&settings).await, folder))
}

mod contract {
    sealpost_domain::blob_conformance!(super::fresh);
}

/// A part and a bit.
const LARGE: usize = 8_396_800 + 100_000;

const fn name(byte: u8) -> BlobName {
    BlobName::from_bytes([byte; 16])
}

fn content(size: usize) -> Bytes {
    (0..=250_u8).cycle().take(size).collect()
}

async fn read(blobs: &Arc<dyn BlobStore>, name: BlobName, length: usize) -> Vec<u8> {
    let range = 0..u64::try_from(length).unwrap();
    let mut stream = blobs.read(name, range).await.unwrap();
    let mut read = Vec::new();
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        read.extend_from_slice(&piece.unwrap());
    }
    read
}

/// The multipart uploads that the server has not seen the end of.
fn under_way() -> String {
    ask(&format!("fs.ls /buckets/{BUCKET}/.uploads"))
}

async fn wait_until(what: &str, reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The only note in a folder of notes.
fn note(folder: &Path) -> String {
    let mut notes = std::fs::read_dir(folder).unwrap();
    let path = notes.next().unwrap().unwrap().path();
    assert!(notes.next().is_none(), "there is only one");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_blob_comes_in_parts_and_is_one_object() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    for (byte, size) in [(1, 8_396_800), (2, 2 * 8_396_800), (3, 2 * 8_396_800 + 1)] {
        let mut writer = blobs.create(name(byte)).await.unwrap();
        let whole = content(size);
        for piece in whole.chunks(300_000) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.commit().await.unwrap();
        assert!(read(&blobs, name(byte), size).await == whole, "{size}");
    }
    let left = std::fs::read_dir(folder.path().join("unfinished")).unwrap();
    assert_eq!(left.count(), 0);
    let listed = ask(&format!("fs.tree /buckets/{BUCKET}/{}", settings.prefix));
    assert!(listed.contains("3 files"), "and no probe: {listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_writer_leaves_no_parts_at_the_server() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    let mut writer = blobs.create(name(1)).await.unwrap();
    writer.write(content(LARGE)).await.unwrap();
    let upload = note(&folder.path().join("unfinished"));
    assert!(under_way().contains(&upload));
    drop(writer);
    wait_until("given up", || !under_way().contains(&upload)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_gives_up_what_a_crash_left_at_the_server() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    let mut writer = blobs.create(name(1)).await.unwrap();
    writer.write(content(LARGE)).await.unwrap();
    let notes = folder.path().join("unfinished");
    let upload = note(&notes);
    std::mem::forget(writer);
    let parts = format!("/buckets/{BUCKET}/.uploads/{upload}");
    let is_there = || ask(&format!("fs.ls {parts}")).contains(".part");
    wait_until("the part is there", is_there).await;
    open(&settings).await;
    assert!(!under_way().contains(&upload), "at once");
    assert_eq!(note(&notes), upload, "it is given up once more");
    // What a part that was on its way leaves.
    let _ = ask(&format!("fs.mkdir {parts}"));
    assert!(under_way().contains(&upload));
    let left = || std::fs::read_dir(&notes).unwrap().count();
    wait_until("forgotten", || left() == 0).await;
    assert!(!under_way().contains(&upload));
}

/// A growing blob of a finished part and a bit, and its state.
async fn grown(blobs: &Arc<dyn BlobStore>) -> BlobState {
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    growing.write(content(LARGE)).await.unwrap();
    growing.sync().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_after_the_end_of_a_growing_blob_lets_it_be_finished_again() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    let state = grown(&blobs).await;
    let (here, kept) = (
        folder.path().join("growing").join(name(1).to_string()),
        folder.path().join("kept"),
    );
    let copy = |from: &Path, to: &Path| {
        std::fs::create_dir(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    copy(&here, &kept);
    let growing = blobs.grow(name(1), &state).await.unwrap();
    growing.finish().await.unwrap();
    // The object is there, and what was to be removed after it as well.
    copy(&kept, &here);
    let blobs = open(&settings).await;
    let growing = blobs.grow(name(1), &state).await.unwrap();
    assert_eq!(growing.length(), 8_496_800);
    growing.finish().await.unwrap();
    assert!(read(&blobs, name(1), LARGE).await == content(LARGE));
    assert_eq!(blobs.page_growing(None, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_grows_in_one_instance_does_not_go_on_in_another() {
    let Some((settings, _folder)) = place() else {
        return;
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let other = S3Settings {
        staging: elsewhere.path().to_owned(),
        ..settings.clone()
    };
    let (here, there) = (open(&settings).await, open(&other).await);
    let state = grown(&here).await;
    let refused = there.grow(name(1), &state).await.err();
    assert!(matches!(refused, Some(BlobError::Busy)), "{refused:?}");
    assert_eq!(there.page_growing(None, 10).await.unwrap(), []);
    let growing = here.grow(name(1), &state).await.unwrap();
    growing.finish().await.unwrap();
    let refused = there.grow(name(1), &state).await.err();
    assert!(matches!(refused, Some(BlobError::Missing)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_growing_blob_is_given_up_from_elsewhere() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let elsewhere = tempfile::tempdir().unwrap();
    let other = S3Settings {
        staging: elsewhere.path().to_owned(),
        ..settings.clone()
    };
    let (here, there) = (open(&settings).await, open(&other).await);
    let state = grown(&here).await;
    let index = folder.path().join(format!("growing/{}/index", name(1)));
    let index = std::fs::read_to_string(index).unwrap();
    let upload = index.lines().next().unwrap();
    assert!(under_way().contains(upload));
    there.abandon(name(1), &state).await.unwrap();
    assert!(!under_way().contains(upload));
    // What is left here the sweep finds.
    assert_eq!(here.page_growing(None, 10).await.unwrap().len(), 1);
    here.abandon(name(1), &BlobState::default()).await.unwrap();
    assert_eq!(here.page_growing(None, 10).await.unwrap(), []);
}

async fn refusal(settings: &S3Settings) -> String {
    let opened = S3BlobStore::open(settings, &Counted, Handle::current()).await;
    let refused = opened.err().unwrap();
    let told = format!("{refused} {refused:?} {settings:?}");
    assert!(!told.contains(SECRET_ACCESS_KEY), "{told}");
    assert!(!told.contains("AWS4-HMAC"), "{told}");
    refused.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_cannot_be_used_is_refused_with_the_reason_and_no_secret() {
    let Some((settings, _folder)) = place() else {
        return;
    };
    let begin = |bucket: &str| {
        let endpoint = settings.endpoint.as_deref().unwrap();
        format!("cannot use bucket {bucket} at {endpoint} to store files: the S3 server ")
    };
    let no_bucket = S3Settings {
        bucket: "nowhere".to_owned(),
        ..settings.clone()
    };
    let wanted = begin("nowhere") + "answers NoSuchBucket";
    assert_eq!(refusal(&no_bucket).await, wanted);
    let wrong_key = S3Settings {
        access_key_id: "nobody".to_owned(),
        ..settings.clone()
    };
    let wanted = begin(BUCKET) + "answers InvalidAccessKeyId";
    assert_eq!(refusal(&wrong_key).await, wanted);
    let wrong_secret = S3Settings {
        secret_access_key: Secret::new(format!("{SECRET_ACCESS_KEY}-")),
        ..settings.clone()
    };
    let wanted = begin(BUCKET) + "answers SignatureDoesNotMatch";
    assert_eq!(refusal(&wrong_secret).await, wanted);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let no_server = S3Settings {
        endpoint: Some(format!("http://{address}")),
        ..settings.clone()
    };
    let refused = refusal(&no_server).await;
    assert!(
        refused.contains("cannot be used: Connection refused"),
        "{refused}"
    );
}

/// Where what is less than a part rests.
fn staged(folder: &TempDir, file: &str) -> PathBuf {
    folder.path().join(format!("growing/{}/{file}", name(1)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_was_sent_and_not_counted_is_sent_again() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    grown(&blobs).await;
    // A crash before the index said so: the next part's file is there, and empty.
    let index = std::fs::read_to_string(staged(&folder, "index")).unwrap();
    let (upload, parts) = index.split_once('\n').unwrap();
    assert_eq!(parts.lines().count(), 1);
    std::fs::write(staged(&folder, "index"), format!("{upload}\n")).unwrap();
    std::fs::write(staged(&folder, "1"), "").unwrap();
    let mut growing = blobs.grow(name(1), &BlobState::default()).await.unwrap();
    assert_eq!(growing.length(), 8_396_800);
    growing
        .write(content(LARGE).slice(8_396_800..))
        .await
        .unwrap();
    growing.finish().await.unwrap();
    assert!(read(&blobs, name(1), LARGE).await == content(LARGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cut_left_behind_is_not_taken_for_what_comes_after() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    growing.write(content(8_396_800)).await.unwrap();
    growing.sync().await.unwrap();
    drop(growing);
    // A crash between the index of a cut and the removal of the files behind it.
    std::fs::write(staged(&folder, "1"), "of another time").unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    assert_eq!(growing.length(), 8_396_800);
    growing
        .write(content(LARGE).slice(8_396_800..))
        .await
        .unwrap();
    growing.finish().await.unwrap();
    assert!(read(&blobs, name(1), LARGE).await == content(LARGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_not_kept_on_the_disk_once_it_is_noted() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let blobs = open(&settings).await;
    let state = grown(&blobs).await;
    assert!(
        staged(&folder, "0").exists(),
        "who has the older state must be able to read it"
    );
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    assert!(!staged(&folder, "0").exists(), "it is noted");
    growing.write(content(LARGE)).await.unwrap();
    growing.sync().await.unwrap();
    assert!(staged(&folder, "1").exists());
    growing.write(content(1)).await.unwrap();
    growing.sync().await.unwrap();
    assert!(!staged(&folder, "1").exists(), "who syncs again has noted");
    assert_eq!(growing.length(), 2 * 8_496_800 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_a_crash_cut_short_keeps_nobody_from_starting() {
    let Some((settings, folder)) = place() else {
        return;
    };
    let notes = folder.path().join("unfinished");
    std::fs::create_dir(&notes).unwrap();
    std::fs::write(notes.join(name(1).to_string()), "").unwrap();
    std::fs::write(notes.join(name(2).to_string()), "no such upload").unwrap();
    open(&settings).await;
    assert!(!notes.join(name(1).to_string()).exists());
}
