//! How much work a password hash takes.

use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;

use super::stored::OUTPUT_LEN;

/// What a password hash costs: RFC 9106, section 3.1, under the names its section 4 uses in prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The parameters are weaker than the floor or beyond all reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Argon2id takes 19456 to 1048576 KiB of memory, 2 to 64 passes and 1 to 16 lanes")]
pub struct InvalidParams;

impl Argon2Params {
    /// 19 MiB, two passes, one lane: OWASP's first choice for interactive logins, and the floor here.
    pub const DEFAULT: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// A damaged or planted row must not be able to ask for more than this.
    const CEILING: Self = Self {
        memory_kib: 1024 * 1024,
        passes: 64,
        lanes: 16,
    };

    /// Parameters for new hashes, none below [`Argon2Params::DEFAULT`].
    ///
    /// # Errors
    /// [`InvalidParams`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidParams> {
        let params = Self::stored(memory_kib, passes, lanes).ok_or(InvalidParams)?;
        if params.is_below(Self::DEFAULT) {
            Err(InvalidParams)
        } else {
            Ok(params)
        }
    }

    /// As cheap as can be, for tests.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub const fn cheap() -> Self {
        Self {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        }
    }

    /// The parameters of a stored hash; None if it should not be computed.
    pub(super) fn stored(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let params = Self {
            memory_kib,
            passes,
            lanes,
        };
        (Params::new(memory_kib, passes, lanes, None).is_ok() && !Self::CEILING.is_below(params))
            .then_some(params)
    }

    /// Whether any parameter is smaller than in `other`.
    pub(super) const fn is_below(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.passes < other.passes || self.lanes < other.lanes
    }

    /// The parameters under the letters of the PHC string.
    pub(super) const fn letters(self) -> [(&'static str, u32); 3] {
        [
            ("m", self.memory_kib),
            ("t", self.passes),
            ("p", self.lanes),
        ]
    }

    /// How many blocks of 1 KiB a hash needs at most.
    pub(super) fn blocks(self) -> usize {
        usize::try_from(self.memory_kib).unwrap_or(usize::MAX)
    }

    /// Argon2id v1.3 with these parameters.
    pub(super) fn algorithm(self) -> Result<Argon2<'static>, argon2::Error> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT_LEN))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Default for Argon2Params {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_hashes_are_never_weaker_than_the_floor() {
        assert_eq!(Argon2Params::new(19_456, 2, 1), Ok(Argon2Params::DEFAULT));
        assert!(Argon2Params::new(65_536, 3, 4).is_ok());
        for (memory, passes, lanes) in [(19_455, 2, 1), (19_456, 1, 1), (19_456, 2, 0)] {
            assert_eq!(Argon2Params::new(memory, passes, lanes), Err(InvalidParams));
        }
    }

    #[test]
    fn nothing_asks_for_more_than_the_ceiling() {
        for (memory, passes, lanes) in [
            (1_048_577, 2, 1),
            (19_456, 65, 1),
            (19_456, 2, 17),
            (u32::MAX, 2, 1),
        ] {
            assert_eq!(Argon2Params::stored(memory, passes, lanes), None);
        }
    }
}
