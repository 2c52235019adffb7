//! What holds for a blob that grows over several requests.

use std::sync::Arc;

use bytes::Bytes;

use super::{collect, content, get, long, name, put};
use crate::ports::{BlobError, BlobName, BlobState, BlobStore, GrowingBlob};

/// Takes a blob up as soon as its last writer has let go of it: a write that was under way may take a moment.
async fn take_up(
    blobs: &Arc<dyn BlobStore>,
    name: BlobName,
    state: &BlobState,
) -> Box<dyn GrowingBlob> {
    loop {
        match blobs.grow(name, state).await {
            Ok(growing) => return growing,
            Err(BlobError::Busy) => std::thread::sleep(std::time::Duration::from_millis(5)),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn append(growing: &mut Box<dyn GrowingBlob>, content: &[u8], piece: usize) {
    for part in content.chunks(piece) {
        let before = growing.length();
        growing.write(Bytes::copy_from_slice(part)).await.unwrap();
        assert_eq!(growing.length(), before + long(part.len()));
    }
}

/// What several writers appended one after the other is one blob, whatever was synced in between, also across the border
/// of what a place finishes on its way (8,396,800 bytes on S3), and also the empty blob.
pub async fn grown_over_several_holds(blobs: Arc<dyn BlobStore>) {
    for (byte, sizes) in [
        (1, vec![0]),
        (2, vec![56, 0, 16_400, 1]),
        (3, vec![8_396_799, 2, 600_000, 16_793_600]),
    ] {
        let content = content(sizes.iter().sum());
        let (mut state, mut done) = (blobs.begin(name(byte)).await.unwrap(), 0);
        for size in sizes {
            let mut growing = take_up(&blobs, name(byte), &state).await;
            assert_eq!(growing.length(), long(done));
            append(
                &mut growing,
                content.get(done..done + size).unwrap(),
                262_400,
            )
            .await;
            done += size;
            state = growing.sync().await.unwrap();
            assert!(state.as_bytes().len() <= BlobState::MAX_BYTES);
        }
        let growing = take_up(&blobs, name(byte), &state).await;
        assert_eq!(growing.length(), long(done));
        growing.finish().await.unwrap();
        assert!(get(&blobs, name(byte), 0..long(done)).await.unwrap() == content);
        assert!(matches!(
            get(&blobs, name(byte), 0..long(done) + 1).await,
            Err(BlobError::Truncated)
        ));
        assert!(matches!(
            blobs.grow(name(byte), &state).await.err(),
            Some(BlobError::Missing)
        ));
    }
    assert_eq!(blobs.page_growing(None, 10).await.unwrap(), []);
    assert_eq!(blobs.page(None, 10).await.unwrap().len(), 3);
}

/// What grows is not there under its name, and reading past its end is an error.
pub async fn unfinished_is_no_blob(blobs: Arc<dyn BlobStore>) {
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    append(&mut growing, b"half", 4).await;
    growing.sync().await.unwrap();
    assert!(matches!(
        get(&blobs, name(1), 0..1).await,
        Err(BlobError::Missing)
    ));
    assert!(!blobs.delete(name(1)).await.unwrap());
    assert_eq!(blobs.page(None, 10).await.unwrap(), []);
    let beyond = match growing.read(0..5).await {
        Ok(stream) => collect(stream).await.err(),
        Err(error) => Some(error),
    };
    assert!(matches!(beyond, Some(BlobError::Truncated)), "{beyond:?}");
    append(&mut growing, b" and half", 9).await;
    growing.finish().await.unwrap();
    assert_eq!(get(&blobs, name(1), 0..13).await.unwrap(), b"half and half");
}

/// While one writer holds it nobody else gets it; one that was never begun is missing.
pub async fn one_writer_at_a_time(blobs: Arc<dyn BlobStore>) {
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    append(&mut growing, b"one", 3).await;
    assert!(matches!(
        blobs.grow(name(1), &state).await.err(),
        Some(BlobError::Busy)
    ));
    drop(growing);
    assert_eq!(take_up(&blobs, name(1), &state).await.length(), 3);
    assert!(matches!(
        blobs.grow(name(2), &state).await.err(),
        Some(BlobError::Missing)
    ));
}

/// What came after a sync can be cut, and something else written in its place.
pub async fn cut_to_what_was_synced(blobs: Arc<dyn BlobStore>) {
    let kept = content(9_000_000);
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    append(&mut growing, &kept, 262_400).await;
    let state = growing.sync().await.unwrap();
    append(&mut growing, &vec![0xff; 8_500_000], 262_400).await;
    drop(growing);
    let mut growing = take_up(&blobs, name(1), &state).await;
    assert_eq!(growing.length(), 17_500_000);
    assert!(matches!(
        growing.truncate(17_500_001).await,
        Err(BlobError::Truncated)
    ));
    growing.truncate(9_000_001).await.unwrap();
    growing.truncate(9_000_000).await.unwrap();
    assert_eq!(growing.length(), 9_000_000);
    append(&mut growing, b"end", 3).await;
    growing.finish().await.unwrap();
    let whole = get(&blobs, name(1), 0..9_000_003).await.unwrap();
    assert!(whole == [kept.as_slice(), b"end"].concat());
}

/// What came after the state that was noted can be read, also behind what a place has finished meanwhile.
pub async fn what_was_not_noted_is_read(blobs: Arc<dyn BlobStore>) {
    let content = content(26_000_000);
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    let (first, rest) = content.split_at(9_000_000);
    append(&mut growing, first, 262_400).await;
    let noted = growing.sync().await.unwrap();
    append(&mut growing, rest, 262_400).await;
    growing.sync().await.unwrap();
    drop(growing);
    let mut growing = take_up(&blobs, name(1), &noted).await;
    for range in [
        9_000_000..26_000_000,
        16_793_599..16_793_601,
        25_999_999..26_000_000,
        26_000_000..26_000_000,
    ] {
        let stream = growing.read(long(range.start)..long(range.end)).await;
        let read = collect(stream.unwrap()).await.unwrap();
        assert!(
            Some(read.as_slice()) == content.get(range.clone()),
            "{range:?}"
        );
    }
    growing.finish().await.unwrap();
    assert!(get(&blobs, name(1), 0..26_000_000).await.unwrap() == content);
}

/// A crash between a sync and the row that notes its state loses nothing.
pub async fn an_older_state_finds_every_byte(blobs: Arc<dyn BlobStore>) {
    let content = content(20_000_000);
    let state = blobs.begin(name(1)).await.unwrap();
    let mut growing = blobs.grow(name(1), &state).await.unwrap();
    for part in content.chunks(6_000_000) {
        append(&mut growing, part, 262_400).await;
        growing.sync().await.unwrap();
    }
    drop(growing);
    let growing = take_up(&blobs, name(1), &state).await;
    assert_eq!(growing.length(), 20_000_000);
    growing.finish().await.unwrap();
    assert!(get(&blobs, name(1), 0..20_000_000).await.unwrap() == content);
}

/// What was given up is gone, also when the state is lost; once more does no harm, nor does it to a whole blob.
pub async fn abandoned_for_good(blobs: Arc<dyn BlobStore>) {
    for (byte, lost) in [(1, false), (2, true)] {
        let state = blobs.begin(name(byte)).await.unwrap();
        let mut growing = blobs.grow(name(byte), &state).await.unwrap();
        append(&mut growing, &content(9_000_000), 262_400).await;
        let state = growing.sync().await.unwrap();
        drop(growing);
        let state = if lost { BlobState::default() } else { state };
        blobs.abandon(name(byte), &state).await.unwrap();
        blobs.abandon(name(byte), &state).await.unwrap();
        assert!(matches!(
            blobs.grow(name(byte), &state).await.err(),
            Some(BlobError::Missing)
        ));
    }
    assert_eq!(blobs.page_growing(None, 10).await.unwrap(), []);
    put(&blobs, name(3), b"whole", 5).await;
    blobs.abandon(name(3), &BlobState::default()).await.unwrap();
    assert_eq!(get(&blobs, name(3), 0..5).await.unwrap(), b"whole");
}

/// Listed in the order of names, across pages, and never together with what is whole.
pub async fn growing_is_listed_apart(blobs: Arc<dyn BlobStore>) {
    put(&blobs, name(4), b"whole", 5).await;
    for byte in [9, 3, 200] {
        blobs.begin(name(byte)).await.unwrap();
    }
    let first = blobs.page_growing(None, 2).await.unwrap();
    let rest = blobs.page_growing(Some(name(9)), 2).await.unwrap();
    let names = |entries: &[crate::ports::BlobEntry]| -> Vec<BlobName> {
        entries.iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names(&first), [name(3), name(9)]);
    assert_eq!(names(&rest), [name(200)]);
    assert!(
        first
            .iter()
            .all(|entry| entry.written_at.as_seconds() > 1_700_000_000)
    );
}
