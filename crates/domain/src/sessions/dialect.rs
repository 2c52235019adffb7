use std::time::Duration;

use super::Session;

/// Which API a session speaks. A token of one dialect is good for that dialect alone; native tokens for `/v1` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// The product's own API, `/v1`.
    Native,
    /// Document 000.
    Messenger,
    /// Document 001.
    Channel,
    /// Document 002.
    Social,
    /// Document 003.
    Mailbox,
    /// Document 004.
    Vault,
}

impl Dialect {
    /// Every dialect, in the order of their stored codes.
    pub const ALL: [Self; 6] = [
        Self::Native,
        Self::Messenger,
        Self::Channel,
        Self::Social,
        Self::Mailbox,
        Self::Vault,
    ];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Native => 0,
            Self::Messenger => 1,
            Self::Channel => 2,
            Self::Social => 3,
            Self::Mailbox => 4,
            Self::Vault => 5,
        }
    }

    /// The dialect stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.code() == code)
    }

    /// The name it goes by in the configuration and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Messenger => "messenger",
            Self::Channel => "channel",
            Self::Social => "social",
            Self::Mailbox => "mailbox",
            Self::Vault => "vault",
        }
    }

    /// How long its access tokens live.
    #[must_use]
    pub const fn access_lifetime(self) -> Duration {
        match self {
            Self::Messenger | Self::Vault => Duration::from_secs(30 * 60),
            Self::Social => Duration::from_secs(60 * 60),
            Self::Native | Self::Channel | Self::Mailbox => Session::ACCESS_LIFETIME,
        }
    }

    /// How long its sessions live at most, however often they are refreshed.
    #[must_use]
    pub const fn session_lifetime(self) -> Duration {
        match self {
            Self::Mailbox => Duration::from_secs(5 * 60),
            Self::Vault => self.access_lifetime(),
            _ => Session::LIFETIME,
        }
    }

    /// Whether an account has one session at a time here: a login ends the one before.
    #[must_use]
    pub const fn has_one_session(self) -> bool {
        matches!(self, Self::Mailbox)
    }

    /// Whether its tokens name their owner by username (`sub`), and its refresh tokens are JWTs like the access tokens.
    #[must_use]
    pub const fn has_named_tokens(self) -> bool {
        matches!(self, Self::Messenger)
    }

    /// Whether its tokens carry ids (`jti`) and say what they are, as document 002 shows them, and its refresh tokens are
    /// JWTs like the access tokens that are exchanged by their ids.
    #[must_use]
    pub const fn has_identified_tokens(self) -> bool {
        matches!(self, Self::Social)
    }

    /// How long a refresh token lives that is a JWT with an id.
    #[must_use]
    pub const fn refresh_lifetime(self) -> Duration {
        match self {
            Self::Social => Duration::from_secs(24 * 60 * 60),
            _ => Session::LIFETIME,
        }
    }

    /// Whether accounts made through it start with codes by mail as their second step.
    #[must_use]
    pub const fn starts_with_mailed_step(self) -> bool {
        matches!(self, Self::Social)
    }

    /// Whether accounts made and passwords set through it may not have a password that everybody tries first. The other
    /// dialects' documents show such passwords in their examples.
    #[must_use]
    pub const fn refuses_common_passwords(self) -> bool {
        matches!(self, Self::Native | Self::Social)
    }

    /// Whether an account that is made through it needs a mail address that no other account names: in `channel` people
    /// log in by it, in `social` the codes of their logins go there.
    #[must_use]
    pub const fn needs_own_address(self) -> bool {
        matches!(self, Self::Channel | Self::Social)
    }

    /// What `aud` says in its access tokens.
    #[must_use]
    pub const fn audience(self) -> &'static str {
        match self {
            Self::Native => "sealpost:v1",
            Self::Messenger => "sealpost:messenger",
            Self::Channel => "sealpost:channel",
            Self::Social => "sealpost:social",
            Self::Mailbox => "sealpost:mailbox",
            Self::Vault => "sealpost:vault",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_code(dialect.code()), Some(dialect));
        }
        assert_eq!(Dialect::from_code(6), None);
    }
}
