use super::{ChannelSuite, UnknownSuite};

/// What the operator has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelRules {
    /// Whether [`ChannelSuite::A256Ecb`] is taken, and meant by a client that names none.
    pub legacy_ecb: bool,
    /// Whether somebody who forgets a password is told when nobody has the address.
    pub reveal_unknown_email: bool,
}

impl ChannelRules {
    /// The suite that a client means.
    pub(super) fn suite(self, named: Option<&str>) -> Result<ChannelSuite, UnknownSuite> {
        match (named.map(ChannelSuite::parse).transpose()?, self.legacy_ecb) {
            (Some(ChannelSuite::A256Ecb), false) => Err(UnknownSuite),
            (Some(suite), _) => Ok(suite),
            (None, true) => Ok(ChannelSuite::A256Ecb),
            (None, false) => Ok(ChannelSuite::A256Gcm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecb_only_where_the_operator_lets_it() {
        let suite = |legacy_ecb, named| {
            let rules = ChannelRules {
                legacy_ecb,
                ..ChannelRules::default()
            };
            rules.suite(named)
        };
        assert_eq!(suite(false, None), Ok(ChannelSuite::A256Gcm));
        assert_eq!(suite(false, Some("A256GCM")), Ok(ChannelSuite::A256Gcm));
        assert_eq!(suite(false, Some("A256ECB")), Err(UnknownSuite));
        assert_eq!(suite(true, None), Ok(ChannelSuite::A256Ecb));
        assert_eq!(suite(true, Some("A256ECB")), Ok(ChannelSuite::A256Ecb));
        assert_eq!(suite(true, Some("A256GCM")), Ok(ChannelSuite::A256Gcm));
        assert_eq!(suite(true, Some("")), Err(UnknownSuite));
    }
}
