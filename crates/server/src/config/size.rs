//! Amounts: of bytes, and of nights.

use std::str::FromStr;

use thiserror::Error;

use super::value::Value;

/// A text that is no [`ByteSize`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("wanted: {}", ByteSize::WANTS)]
pub struct InvalidByteSize;

/// A number of bytes, at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

impl ByteSize {
    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Value for ByteSize {
    const WANTS: &'static str = "a number of bytes above 0, or a number with KiB, MiB, GiB or TiB";

    fn parse(text: &str) -> Option<Self> {
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end)?;
        let factor: u64 = match unit.trim() {
            "" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "TiB" => 1 << 40,
            _ => return None,
        };
        let bytes = number.parse::<u64>().ok()?.checked_mul(factor)?;
        (bytes > 0).then_some(Self(bytes))
    }
}

impl FromStr for ByteSize {
    type Err = InvalidByteSize;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or(InvalidByteSize)
    }
}

/// A number of bytes, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound(Option<ByteSize>);

impl Bound {
    /// The number of bytes, if there is one.
    #[must_use]
    pub fn bytes(self) -> Option<u64> {
        self.0.map(ByteSize::bytes)
    }
}

impl Value for Bound {
    const WANTS: &'static str =
        "a number of bytes above 0, a number with KiB, MiB, GiB or TiB, or none";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self(None)),
            size => ByteSize::parse(size).map(|size| Self(Some(size))),
        }
    }
}

/// A number of nights, 1 to 3650, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nights(Option<u16>);

impl Nights {
    /// How many, if any.
    #[must_use]
    pub fn count(self) -> Option<u32> {
        self.0.map(u32::from)
    }
}

impl Value for Nights {
    const WANTS: &'static str = "a whole number from 1 to 3650, or none";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self(None)),
            number => number
                .parse()
                .ok()
                .filter(|nights| (1..=3_650).contains(nights))
                .map(|nights| Self(Some(nights))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_units_and_do_not_overflow() {
        assert_eq!(ByteSize::parse("1 MiB"), Some(ByteSize(1_048_576)));
        assert_eq!(ByteSize::parse("10GiB"), Some(ByteSize(10_737_418_240)));
        assert_eq!(ByteSize::parse("512"), Some(ByteSize(512)));
        assert_eq!(Bound::parse("none"), Some(Bound(None)));
        assert_eq!(Bound::parse("1 KiB"), Some(Bound(Some(ByteSize(1_024)))));
        assert_eq!(Bound::parse("0"), None);
        assert_eq!(Nights::parse("30"), Some(Nights(Some(30))));
        assert_eq!(Nights::parse("none"), Some(Nights(None)));
        for wrong in ["0", "3651", "-1", ""] {
            assert_eq!(Nights::parse(wrong), None, "{wrong}");
        }
        for wrong in [
            "",
            "0",
            "-1",
            "1 MB",
            "MiB",
            "99999999999 TiB",
            "1.5 GiB",
            "１",
        ] {
            assert_eq!(ByteSize::parse(wrong), None, "{wrong}");
        }
    }
}
