//! The token of a file, rendered as its content is opened.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::ReadFileError;
use crate::ports::{BlobError, ByteStream, FernetRenderer};

/// What comes before the ciphertext: the version (1), the time (8) and the IV (16).
const HEAD: u64 = 25;
/// The block of the cipher; padding always adds 1 to 16 bytes.
const BLOCK: u64 = 16;
/// The MAC behind the ciphertext.
const MAC: u64 = 32;
/// About what a chunk of a file becomes.
const PIECE: usize = 22 * 1024;

/// How many characters the token of so many bytes has: base64 with padding of all its parts. The longest file's fits by far.
pub(super) const fn token_size(plaintext: u64) -> u64 {
    let bytes = HEAD + (plaintext / BLOCK + 1) * BLOCK + MAC;
    bytes.div_ceil(3) * 4
}

/// Renders from the beginning, and lets through what is within a range.
pub(super) struct RenderedStream {
    content: ByteStream<ReadFileError>,
    /// None when the token has ended.
    renderer: Option<Box<dyn FernetRenderer>>,
    /// How many characters come before the range.
    skip: u64,
    /// How many characters of the range have not come yet.
    remaining: u64,
}

impl RenderedStream {
    /// `content` brings all of the file.
    pub(super) fn new(
        content: ByteStream<ReadFileError>,
        renderer: Box<dyn FernetRenderer>,
        range: Range<u64>,
    ) -> Self {
        Self {
            content,
            renderer: Some(renderer),
            skip: range.start,
            remaining: range.end.saturating_sub(range.start),
        }
    }

    /// What the next piece of the content becomes, or the end of the token if there is none.
    fn render(
        &mut self,
        piece: Option<Result<Bytes, ReadFileError>>,
    ) -> Result<Vec<u8>, ReadFileError> {
        let mut token = Vec::with_capacity(PIECE);
        match (piece.transpose()?, self.renderer.take()) {
            (Some(piece), Some(mut renderer)) => {
                renderer.push(&piece, &mut token)?;
                self.renderer = Some(renderer);
            }
            (None, Some(renderer)) => renderer.finish(&mut token)?,
            // It was shorter than its size says.
            (_, None) => return Err(BlobError::Truncated.into()),
        }
        Ok(token)
    }

    /// What of it is within the range.
    fn cut(&mut self, token: Vec<u8>) -> Bytes {
        let mut token = Bytes::from(token);
        let before = token.len().min(length(self.skip));
        self.skip -= u64::try_from(before).unwrap_or(self.skip);
        let mut within = token.split_off(before);
        within.truncate(length(self.remaining));
        self.remaining -= u64::try_from(within.len()).unwrap_or(self.remaining);
        within
    }
}

/// As much of it as there can be in memory.
fn length(characters: u64) -> usize {
    usize::try_from(characters).unwrap_or(usize::MAX)
}

impl Stream for RenderedStream {
    type Item = Result<Bytes, ReadFileError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let piece = if self.renderer.is_some() {
            ready!(self.content.as_mut().poll_next(context))
        } else {
            None
        };
        match self.render(piece).map(|token| self.cut(token)) {
            Ok(within) if within.is_empty() => {
                // Whatever is before the range costs work: others on this thread have their turn in between.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ok(within) => Poll::Ready(Some(Ok(within))),
            Err(error) => {
                self.remaining = 0;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures_executor::block_on;

    use super::*;
    use crate::ports::FileCipherError;

    /// Says where the token begins and ends, and repeats what is between.
    struct Plain(bool);

    impl FernetRenderer for Plain {
        fn push(&mut self, plaintext: &[u8], token: &mut Vec<u8>) -> Result<(), FileCipherError> {
            if std::mem::take(&mut self.0) {
                token.push(b'<');
            }
            token.extend_from_slice(plaintext);
            Ok(())
        }

        fn finish(self: Box<Self>, token: &mut Vec<u8>) -> Result<(), FileCipherError> {
            token.extend_from_slice(b"..>");
            Ok(())
        }
    }

    struct Content(std::vec::IntoIter<Result<Bytes, ReadFileError>>);

    impl Stream for Content {
        type Item = Result<Bytes, ReadFileError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next())
        }
    }

    /// What comes of these pieces, and whether it ended well.
    fn read(pieces: Vec<Result<&'static str, ReadFileError>>, range: Range<u64>) -> (String, bool) {
        let pieces: Vec<_> = pieces
            .into_iter()
            .map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())))
            .collect();
        let content = Box::pin(Content(pieces.into_iter()));
        let mut stream = RenderedStream::new(content, Box::new(Plain(true)), range);
        let mut came = Vec::new();
        while let Some(piece) =
            block_on(poll_fn(|context| Pin::new(&mut stream).poll_next(context)))
        {
            match piece {
                Ok(bytes) => came.extend_from_slice(&bytes),
                Err(_) => return (String::from_utf8(came).unwrap(), false),
            }
        }
        (String::from_utf8(came).unwrap(), true)
    }

    #[test]
    fn every_range_is_a_stretch_of_the_same_token() {
        let whole = "<onetwothree..>";
        for start in 0..=whole.len() {
            for end in start..=whole.len() {
                let pieces = vec![Ok("one"), Ok("two"), Ok(""), Ok("three")];
                let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
                assert_eq!(read(pieces, range), (whole[start..end].to_owned(), true));
            }
        }
    }

    #[test]
    fn damage_and_a_missing_end_are_told() {
        let damaged = || ReadFileError::from(FileCipherError::Damaged);
        let pieces = vec![Ok("one"), Err(damaged()), Ok("never")];
        assert_eq!(read(pieces, 0..100), ("<one".to_owned(), false));
        // It is told although nothing before it was asked for.
        assert_eq!(
            read(vec![Ok("one"), Err(damaged())], 50..60),
            (String::new(), false)
        );
        assert_eq!(read(vec![Ok("one")], 0..100), ("<one..>".to_owned(), false));
    }

    #[test]
    fn sizes_of_tokens() {
        // Python: len(Fernet(Fernet.generate_key()).encrypt(bytes(n))).
        for (plaintext, token) in [
            (0, 100),
            (1, 100),
            (15, 100),
            (16, 120),
            (16_384, 21_944),
            (67_108_864, 89_478_584),
        ] {
            assert_eq!(token_size(plaintext), token, "{plaintext}");
        }
    }
}
