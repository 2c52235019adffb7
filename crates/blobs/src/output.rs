//! A file that grows to its end and is then made durable. The disk begins before everything is there, so that the end waits for
//! the last stretch alone.

use std::fs::File;
use std::io::{self, Write as _};

/// The disk is told to begin whenever so many bytes have come.
const STRETCH: u64 = 4 * 1024 * 1024;

pub(crate) struct Output {
    file: File,
    written: u64,
    /// Up to where the disk has begun.
    begun: u64,
}

impl Output {
    /// An empty file.
    pub(crate) const fn new(file: File) -> Self {
        Self {
            file,
            written: 0,
            begun: 0,
        }
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.written += u64::try_from(bytes.len()).unwrap_or(0);
        let waiting = self.written - self.begun;
        if waiting >= STRETCH {
            begin(&self.file, self.begun, waiting);
            self.begun = self.written;
        }
        Ok(())
    }

    /// Everything is on the disk when this returns.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.file.sync_all()
    }
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
