//! A file that grows to its end and is then made durable.
//!
//! What comes is gathered, so that writes begin and end at round places: Linux keeps a file in memory in pieces that are as large
//! as their place allows, and small ones cost more. And the disk begins before everything is there, so that the end waits for the
//! last stretch alone.

use std::fs::File;
use std::io::{self, IoSlice, Write};

use bytes::Bytes;
use sealpost_domain::ports::{BlobDigest, BlobError};
use tokio::runtime::Handle;

use crate::lane::Lane;

/// Writes begin and end at multiples of this.
const ROUND: usize = 256 * 1024;
/// The disk is told to begin whenever so many bytes have been written.
const STRETCH: u64 = 4 * 1024 * 1024;

/// A new file and its digest, on a thread beside whoever brings what is in it. The thread that writes bytes digests them too:
/// they are near then, and no other thread has to be woken.
pub(crate) struct Output {
    lane: Lane<FileEnd, Vec<Bytes>>,
    /// Less than what reaches the next round place.
    gathered: Vec<Bytes>,
    /// How many bytes there are since the last round place.
    past: usize,
}

impl Output {
    /// Nothing yet, in `file`, which is empty.
    pub(crate) fn new(runtime: Handle, file: File) -> Self {
        let end = FileEnd {
            file,
            digest: blake3::Hasher::new(),
            written: 0,
            begun: 0,
        };
        Self {
            lane: Lane::new(runtime, end, |end, pieces| end.append(pieces)),
            gathered: Vec::new(),
            past: 0,
        }
    }

    /// Takes the next bytes. It may return before they are written.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        match self.gather(bytes) {
            Some(due) => self.lane.push(due).await,
            None => Ok(()),
        }
    }

    /// What can be written up to a round place, if `bytes` reach one.
    fn gather(&mut self, mut bytes: Bytes) -> Option<Vec<Bytes>> {
        let end = self.past + bytes.len();
        self.past = end % ROUND;
        if end < ROUND {
            self.gathered.push(bytes);
            return None;
        }
        let rest = bytes.split_off(bytes.len() - self.past);
        let mut due = std::mem::replace(&mut self.gathered, vec![rest]);
        due.push(bytes);
        Some(due)
    }

    /// What is left to do once all that was due is written. Nothing more can come.
    pub(crate) async fn settle(self) -> Result<Unfinished, BlobError> {
        Ok(Unfinished {
            end: self.lane.settle().await?,
            rest: self.gathered,
        })
    }
}

/// A file that lacks its last bytes.
pub(crate) struct Unfinished {
    end: FileEnd,
    rest: Vec<Bytes>,
}

impl Unfinished {
    /// Writes them. Everything is on the disk when this returns, and the digest is that of all of it. Blocks.
    pub(crate) fn finish(mut self) -> io::Result<BlobDigest> {
        self.end.append(&self.rest)?;
        self.end.file.sync_all()?;
        Ok(BlobDigest::Blake3(self.end.digest.finalize().into()))
    }
}

/// Where a file grows.
struct FileEnd {
    file: File,
    digest: blake3::Hasher,
    written: u64,
    /// Up to where the disk has begun.
    begun: u64,
}

impl FileEnd {
    fn append(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        for piece in pieces {
            self.digest.update(piece);
        }
        self.written += write_all(&mut self.file, pieces)?;
        let waiting = self.written - self.begun;
        if waiting >= STRETCH {
            begin(&self.file, self.begun, waiting);
            self.begun = self.written;
        }
        Ok(())
    }
}

/// Writes all of them as if they were one, and says how many bytes that were.
fn write_all(file: &mut impl Write, pieces: &[Bytes]) -> io::Result<u64> {
    let mut slices: Vec<IoSlice<'_>> = pieces
        .iter()
        .filter(|piece| !piece.is_empty())
        .map(|piece| IoSlice::new(piece))
        .collect();
    let mut left = slices.as_mut_slice();
    let mut written = 0;
    while !left.is_empty() {
        match file.write_vectored(left) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                IoSlice::advance_slices(&mut left, count);
                written += u64::try_from(count).unwrap_or(u64::MAX);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Has the disk begin with these bytes, and does not wait for it: Linux writes out what it is told is not needed in memory. This
/// is advice. Where it is not taken, or fails, `fsync` does all of the work.
#[cfg(target_os = "linux")]
fn begin(file: &File, offset: u64, length: u64) {
    use rustix::fs::{Advice, fadvise};
    let _ = fadvise(
        file,
        offset,
        std::num::NonZeroU64::new(length),
        Advice::DontNeed,
    );
}

#[cfg(not(target_os = "linux"))]
const fn begin(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(pieces: &[Bytes]) -> Vec<usize> {
        pieces.iter().map(Bytes::len).collect()
    }

    #[tokio::test]
    async fn what_is_due_ends_at_round_places() {
        let mut output = Output::new(Handle::current(), tempfile::tempfile().unwrap());
        let bytes = |length: usize| Bytes::from(vec![0; length]);
        assert!(output.gather(bytes(ROUND - 1)).is_none());
        let due = output.gather(bytes(3)).unwrap();
        assert_eq!(lengths(&due), [ROUND - 1, 1]);
        assert_eq!(output.past, 2);
        // Two round places at once, and then one exactly.
        let due = output.gather(bytes(2 * ROUND)).unwrap();
        assert_eq!(lengths(&due), [2, 2 * ROUND - 2]);
        let due = output.gather(bytes(ROUND - 2)).unwrap();
        assert_eq!(lengths(&due), [2, ROUND - 2]);
        assert_eq!((output.past, lengths(&output.gathered)), (0, vec![0]));
    }

    /// Takes at most five bytes at a time, and is interrupted before each.
    #[derive(Default)]
    struct Reluctant {
        taken: Vec<u8>,
        interrupted: bool,
    }

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let part = &bytes[..bytes.len().min(5)];
            self.taken.extend_from_slice(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_pieces_are_written_however_few_bytes_are_taken_at_once() {
        let pieces = ["", "seven b", "", "and eleven.", "1", ""].map(Bytes::from);
        let mut file = Reluctant::default();
        assert_eq!(write_all(&mut file, &pieces).unwrap(), 19);
        assert_eq!(file.taken, b"seven band eleven.1");
        assert_eq!(write_all(&mut file, &[Bytes::new()]).unwrap(), 0);
        let nothing: io::Result<u64> = write_all(&mut [0_u8; 0].as_mut_slice(), &pieces);
        assert_eq!(nothing.unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
