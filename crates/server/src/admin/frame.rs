//! Lines on the wire: bounded in size and time, and wiped after use, since a password may be among them.

use std::io;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use zeroize::Zeroizing;

/// The longest request in bytes: a command with a password and a mail address needs less than one.
pub(super) const MAX_REQUEST: usize = 64 * 1024;
/// The longest answer in bytes: room for a full page of the longest rows.
pub(super) const MAX_ANSWER: usize = 1024 * 1024;

/// Reads a line, without its end, of at most `most` bytes within `patience`.
pub(super) async fn read_line(
    stream: &mut (impl AsyncRead + Unpin),
    most: usize,
    patience: Duration,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let read = async {
        // All of it at once: a vector that grows leaves copies behind.
        let mut line = Zeroizing::new(Vec::with_capacity(most));
        let mut part = Zeroizing::new([0_u8; 4096]);
        loop {
            let count = stream.read(&mut part[..]).await?;
            let part = part.get(..count).unwrap_or_default();
            let end = part.iter().position(|byte| *byte == b'\n');
            let taken = part.get(..end.unwrap_or(count)).unwrap_or_default();
            if line.len() + taken.len() > most {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "too long a line",
                ));
            }
            line.extend_from_slice(taken);
            if end.is_some() {
                return Ok(line);
            }
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    };
    timeout(patience, read).await?
}

/// Writes a value as a line within `patience`.
pub(super) async fn write_line(
    stream: &mut (impl AsyncWrite + Unpin),
    value: &impl Serialize,
    patience: Duration,
) -> io::Result<()> {
    let mut line = Zeroizing::new(serde_json::to_vec(value)?);
    line.push(b'\n');
    timeout(patience, stream.write_all(&line)).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn a_line_is_read_up_to_its_end_and_no_further_than_its_bound() {
        let read = async |mut bytes: &[u8], most| read_line(&mut bytes, most, SOON).await;
        assert_eq!(*read(b"one\ntwo\n", 3).await.unwrap(), b"one");
        assert_eq!(*read(b"\n", 3).await.unwrap(), b"");
        let long = [b'a'; 5000];
        for (bytes, kind) in [
            (&b"four\n"[..], io::ErrorKind::InvalidData),
            (&long[..], io::ErrorKind::InvalidData),
            (b"on", io::ErrorKind::UnexpectedEof),
        ] {
            assert_eq!(read(bytes, 3).await.unwrap_err().kind(), kind);
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let (mut silent, _other) = tokio::io::duplex(8);
        let refused = read_line(&mut silent, 8, SOON).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        let refused = write_line(&mut silent, &"too much for the pipe", SOON).await;
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
