//! Cases of [`BlobStore`]: the contract that every place where blobs rest must keep. Those of blobs that grow are in `growing.rs`.

mod growing;

use std::future::poll_fn;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::ports::{BlobDigest, BlobError, BlobName, BlobStore, ByteStream};

pub use self::growing::*;

/// Makes one `#[tokio::test]` of each case. `$make` is the path of an `async fn() -> Option<(Arc<dyn BlobStore>, Guard)>`
/// that makes a fresh, empty blob store; with `None` the case is not run: the maker has said loudly why.
#[macro_export]
macro_rules! blob_conformance {
    ($make:path) => {
        $crate::blob_conformance! { @cases $make;
            read_as_written, commits_to_its_digest, any_range_is_exact, past_the_end_is_truncated, missing_until_committed,
            dropped_leaves_nothing, deleted_for_good, a_reader_outlives_the_deletion, paged_in_order_of_names,
            probe_leaves_nothing, grown_over_several_holds, unfinished_is_no_blob, one_writer_at_a_time,
            cut_to_what_was_synced, what_was_not_noted_is_read, an_older_state_finds_every_byte, abandoned_for_good, growing_is_listed_apart,
        }
    };
    (@cases $make:path; $($case:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let Some((blobs, _guard)) = $make().await else { return };
            $crate::testing::conformance::blobs::$case(blobs).await;
        })+
    };
}

fn name(byte: u8) -> BlobName {
    BlobName::from_bytes([byte; 16])
}

/// Bytes that differ from place to place.
fn content(size: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(size).collect()
}

async fn put(
    blobs: &Arc<dyn BlobStore>,
    name: BlobName,
    content: &[u8],
    piece: usize,
) -> BlobDigest {
    let mut writer = blobs.create(name).await.unwrap();
    for part in content.chunks(piece) {
        writer.write(Bytes::copy_from_slice(part)).await.unwrap();
    }
    writer.commit().await.unwrap()
}

async fn get(
    blobs: &Arc<dyn BlobStore>,
    name: BlobName,
    range: Range<u64>,
) -> Result<Vec<u8>, BlobError> {
    collect(blobs.read(name, range).await?).await
}

async fn collect(mut stream: ByteStream<BlobError>) -> Result<Vec<u8>, BlobError> {
    let mut read = Vec::new();
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let piece = piece?;
        assert!(piece.len() <= 1024 * 1024, "pieces are small");
        read.extend_from_slice(&piece);
    }
    Ok(read)
}

fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap()
}

/// What was written comes back, however it was cut, also the empty blob.
pub async fn read_as_written(blobs: Arc<dyn BlobStore>) {
    for (byte, size) in (1..).zip([0, 1, 16_400, 1_000_000]) {
        let content = content(size);
        put(&blobs, name(byte), &content, 70_000).await;
        let length = u64::try_from(size).unwrap();
        assert!(
            get(&blobs, name(byte), 0..length).await.unwrap() == content,
            "{size}"
        );
    }
}

/// A range has exactly its bytes.
pub async fn any_range_is_exact(blobs: Arc<dyn BlobStore>) {
    let content = content(600_000);
    put(&blobs, name(1), &content, 600_000).await;
    for range in [
        0..1,
        0..600_000,
        599_999..600_000,
        262_400..262_401,
        100_000..500_000,
        7..7,
        600_000..600_000,
    ] {
        let read = get(&blobs, name(1), range.clone()).await.unwrap();
        let (start, end) = (
            usize::try_from(range.start).unwrap(),
            usize::try_from(range.end).unwrap(),
        );
        assert!(
            Some(read.as_slice()) == content.get(start..end),
            "{range:?}"
        );
    }
}

/// A range that reaches past the end is an error, not a shorter answer.
pub async fn past_the_end_is_truncated(blobs: Arc<dyn BlobStore>) {
    put(&blobs, name(1), &content(1_000), 1_000).await;
    for range in [0..1_001, 1_000..1_001, 5_000..5_001] {
        let read = get(&blobs, name(1), range.clone()).await;
        assert!(
            matches!(read, Err(BlobError::Truncated)),
            "{range:?}: {read:?}"
        );
    }
}

/// However its bytes are cut, a blob has one digest, and it is BLAKE3.
pub async fn commits_to_its_digest(blobs: Arc<dyn BlobStore>) {
    // BLAKE3's own test vectors: so many bytes that count from 0 to 250 again and again.
    let long: Vec<u8> = (0..=250).cycle().take(102_400).collect();
    let of_one = "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213";
    let of_long = "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085";
    for (number, content, piece, expected) in [
        (1, [0].as_slice(), 1, of_one),
        (2, &long, 102_400, of_long),
        (3, &long, 65_536, of_long),
        (4, &long, 7_000, of_long),
    ] {
        let digest = put(&blobs, name(number), content, piece).await;
        assert!(matches!(digest, BlobDigest::Blake3(_)), "{digest:?}");
        let digits: String = digest
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(digits, expected, "in pieces of {piece}");
    }
}

/// Nothing is there before the commit, nor under names that were never written.
pub async fn missing_until_committed(blobs: Arc<dyn BlobStore>) {
    let mut writer = blobs.create(name(1)).await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    assert!(matches!(
        get(&blobs, name(1), 0..1).await,
        Err(BlobError::Missing)
    ));
    assert_eq!(blobs.page(None, 10).await.unwrap(), []);
    writer
        .write(Bytes::from_static(b" and half"))
        .await
        .unwrap();
    writer.commit().await.unwrap();
    assert_eq!(get(&blobs, name(1), 0..13).await.unwrap(), b"half and half");
    assert!(matches!(
        get(&blobs, name(2), 0..1).await,
        Err(BlobError::Missing)
    ));
}

/// A writer that is dropped leaves nothing, and its name can be written again.
pub async fn dropped_leaves_nothing(blobs: Arc<dyn BlobStore>) {
    let mut writer = blobs.create(name(1)).await.unwrap();
    writer.write(content(300_000).into()).await.unwrap();
    drop(writer);
    assert_eq!(blobs.page(None, 10).await.unwrap(), []);
    put(&blobs, name(1), b"again", 5).await;
    assert_eq!(get(&blobs, name(1), 0..5).await.unwrap(), b"again");
}

/// What was deleted is gone; deleting it again says so.
pub async fn deleted_for_good(blobs: Arc<dyn BlobStore>) {
    put(&blobs, name(1), b"one", 3).await;
    put(&blobs, name(2), b"two", 3).await;
    assert!(blobs.delete(name(1)).await.unwrap());
    assert!(!blobs.delete(name(1)).await.unwrap());
    assert!(matches!(
        get(&blobs, name(1), 0..1).await,
        Err(BlobError::Missing)
    ));
    assert_eq!(get(&blobs, name(2), 0..3).await.unwrap(), b"two");
}

/// Who reads already reads on.
pub async fn a_reader_outlives_the_deletion(blobs: Arc<dyn BlobStore>) {
    let content = content(2_000_000);
    put(&blobs, name(1), &content, 100_000).await;
    let mut stream = blobs.read(name(1), 0..2_000_000).await.unwrap();
    blobs.delete(name(1)).await.unwrap();
    let mut read = Vec::new();
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert!(read == content);
}

/// Listed in the order of names, across pages, with the time of writing.
pub async fn paged_in_order_of_names(blobs: Arc<dyn BlobStore>) {
    let mut names: Vec<BlobName> = [9, 3, 200, 255, 0, 3].map(name).to_vec();
    // Two that begin alike.
    names.push(BlobName::from_bytes([
        3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]));
    for name in &names {
        put(&blobs, *name, b"x", 1).await;
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(blobs.length(name(3)).await.unwrap(), 1);
    let missing = blobs.length(name(77)).await;
    assert!(matches!(missing, Err(BlobError::Missing)));
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = blobs.page(after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.name);
        assert!(
            page.iter()
                .all(|entry| entry.written_at.as_seconds() > 1_700_000_000)
        );
        listed.extend(page.iter().map(|entry| entry.name));
    }
    assert_eq!(listed, names);
}

/// A probe is no blob.
pub async fn probe_leaves_nothing(blobs: Arc<dyn BlobStore>) {
    blobs.probe().await.unwrap();
    assert_eq!(blobs.page(None, 10).await.unwrap(), []);
}
