use std::ops::Range;

/// Where everything lies in a sealed file (C2SP `chunked-encryption` v1): a header of 56 bytes, then chunks of 16,384
/// bytes with a tag of 16 each. The last chunk is always shorter than the others, and empty if need be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedLayout {
    size: u64,
}

impl SealedLayout {
    /// Bytes before the first chunk: the salt (24) and the commitment (32).
    pub const HEADER: usize = 56;
    /// Plaintext bytes of a full chunk.
    pub const CHUNK: usize = 16_384;
    /// Bytes of the tag behind each chunk.
    pub const TAG: usize = 16;
    /// Sealed bytes of a full chunk.
    pub const SEALED_CHUNK: usize = Self::CHUNK + Self::TAG;
    /// The most chunks of one file.
    pub const MAX_CHUNKS: u64 = 1 << 38;
    /// The longest plaintext: all chunks full but the last, which lacks a byte.
    pub const MAX_PLAINTEXT: u64 = Self::MAX_CHUNKS * 16_384 - 1;

    const HEADER_U64: u64 = 56;
    const CHUNK_U64: u64 = 16_384;
    const TAG_U64: u64 = 16;
    const SEALED_CHUNK_U64: u64 = 16_400;

    /// The layout of a plaintext of `size` bytes; None above [`SealedLayout::MAX_PLAINTEXT`].
    #[must_use]
    pub const fn of_plaintext(size: u64) -> Option<Self> {
        if size > Self::MAX_PLAINTEXT {
            return None;
        }
        Some(Self { size })
    }

    /// The layout of a sealed file of `length` bytes; None if no file is sealed to so many.
    #[must_use]
    pub const fn of_sealed(length: u64) -> Option<Self> {
        let Some(body) = length.checked_sub(Self::HEADER_U64) else {
            return None;
        };
        let (full, last) = (body / Self::SEALED_CHUNK_U64, body % Self::SEALED_CHUNK_U64);
        if last < Self::TAG_U64 || full >= Self::MAX_CHUNKS {
            return None;
        }
        Self::of_plaintext(full * Self::CHUNK_U64 + last - Self::TAG_U64)
    }

    /// How many bytes of plaintext are in the whole chunks of the first `sealed` bytes of a sealed file.
    #[must_use]
    pub const fn plaintext_within(sealed: u64) -> u64 {
        sealed.saturating_sub(Self::HEADER_U64) / Self::SEALED_CHUNK_U64 * Self::CHUNK_U64
    }

    /// The length of the plaintext in bytes.
    #[must_use]
    pub const fn size(self) -> u64 {
        self.size
    }

    /// The length of the sealed file in bytes.
    #[must_use]
    pub const fn sealed_size(self) -> u64 {
        Self::HEADER_U64 + self.size + Self::TAG_U64 * (self.last_chunk() + 1)
    }

    /// The index of the last chunk; the first is 0.
    #[must_use]
    pub const fn last_chunk(self) -> u64 {
        self.size / Self::CHUNK_U64
    }

    /// How many bytes the sealed chunk of this index has.
    #[must_use]
    pub fn sealed_chunk_size(self, index: u64) -> usize {
        if index < self.last_chunk() {
            return Self::SEALED_CHUNK;
        }
        // Less than a chunk: it fits.
        usize::try_from(self.size % Self::CHUNK_U64).map_or(0, |size| size + Self::TAG)
    }

    /// The index of the chunk that holds this byte of the plaintext.
    #[must_use]
    pub const fn chunk_of(self, byte: u64) -> u64 {
        byte / Self::CHUNK_U64
    }

    /// How far into its chunk this byte of the plaintext lies.
    #[must_use]
    pub fn offset_in_chunk(self, byte: u64) -> usize {
        // Less than a chunk: it fits.
        usize::try_from(byte % Self::CHUNK_U64).unwrap_or(0)
    }

    /// Where the chunks from `first` to `last`, both included, lie in the sealed file.
    #[must_use]
    pub fn sealed_range(self, first: u64, last: u64) -> Range<u64> {
        let start = |index: u64| Self::HEADER_U64 + Self::SEALED_CHUNK_U64 * index;
        start(first)..start(last + 1).min(self.sealed_size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_as_the_specification_says() {
        for (size, sealed, last) in [
            (0, 72, 0),
            (1, 73, 0),
            (16_383, 56 + 16_399, 0),
            (16_384, 56 + 16_400 + 16, 1),
            (16_385, 56 + 16_400 + 17, 1),
            (32_768, 56 + 2 * 16_400 + 16, 2),
        ] {
            let layout = SealedLayout::of_plaintext(size).unwrap();
            assert_eq!((layout.sealed_size(), layout.last_chunk()), (sealed, last));
            assert_eq!(SealedLayout::of_sealed(sealed), Some(layout));
            let range = layout.sealed_range(0, last);
            assert_eq!(range, 56..sealed);
            let sum: usize = (0..=last)
                .map(|index| layout.sealed_chunk_size(index))
                .sum();
            assert_eq!(u64::try_from(sum).unwrap(), range.end - range.start);
        }
    }

    #[test]
    fn what_came_so_far_counts_by_whole_chunks() {
        for (sealed, plain) in [
            (0, 0),
            (56, 0),
            (56 + 16_399, 0),
            (56 + 16_400, 16_384),
            (56 + 3 * 16_400 - 1, 32_768),
        ] {
            assert_eq!(SealedLayout::plaintext_within(sealed), plain, "{sealed}");
        }
    }

    #[test]
    fn lengths_that_cannot_be() {
        let full = 56 + 16_400;
        for length in [0, 55, 56, 71, full, full + 1, full + 15, 56 + 2 * 16_400] {
            assert_eq!(SealedLayout::of_sealed(length), None, "{length}");
        }
        assert!(SealedLayout::of_sealed(full + 16).is_some());
    }

    #[test]
    fn the_longest_file_has_all_the_chunks_there_can_be() {
        let longest = SealedLayout::of_plaintext(SealedLayout::MAX_PLAINTEXT).unwrap();
        assert_eq!(longest.last_chunk(), SealedLayout::MAX_CHUNKS - 1);
        assert_eq!(
            SealedLayout::of_sealed(longest.sealed_size()),
            Some(longest)
        );
        assert_eq!(
            SealedLayout::of_plaintext(SealedLayout::MAX_PLAINTEXT + 1),
            None
        );
        assert_eq!(SealedLayout::of_sealed(longest.sealed_size() + 17), None);
        assert_eq!(SealedLayout::of_sealed(u64::MAX), None);
    }
}
