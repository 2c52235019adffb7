use thiserror::Error;

/// What the body of a message is, as its sender declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain text, sealed at rest by the server.
    Text,
    /// A JWE in general JSON serialization (RFC 7516) with a JWS of the sender inside.
    Jose,
    /// Anything else that the client has sealed end to end.
    Opaque,
    /// What clients of dialect `messenger` seal and sign: a JSON object of three texts.
    Messenger,
    /// What clients of dialect `mailbox` seal. It comes in envelopes alone.
    Mailbox,
}

/// Nothing known goes by this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the format is one of: jose, text, opaque")]
pub struct UnknownFormat;

/// Who can read a thing's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// Only those who hold the keys, and the server does not.
    EndToEnd,
    /// The server too: it seals what rests, and opens it to serve it.
    Server,
}

impl Protection {
    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Server => 1,
            Self::EndToEnd => 2,
        }
    }

    /// What is stored as this number; None if nothing is.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Server),
            2 => Some(Self::EndToEnd),
            _ => None,
        }
    }

    /// What the API says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EndToEnd => "e2ee",
            Self::Server => "server",
        }
    }
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Text,
        Self::Jose,
        Self::Opaque,
        Self::Messenger,
        Self::Mailbox,
    ];
    /// What a member of a conversation can declare.
    pub const DECLARED: [Self; 3] = [Self::Text, Self::Jose, Self::Opaque];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Text => 1,
            Self::Jose => 2,
            Self::Opaque => 3,
            Self::Messenger => 4,
            Self::Mailbox => 5,
        }
    }

    /// The format stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jose => "jose",
            Self::Opaque => "opaque",
            Self::Messenger => "messenger",
            Self::Mailbox => "mailbox",
        }
    }

    /// The format of this name that a member of a conversation declares.
    ///
    /// # Errors
    /// [`UnknownFormat`].
    pub fn parse(name: &str) -> Result<Self, UnknownFormat> {
        Self::DECLARED
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or(UnknownFormat)
    }

    /// Who can read it.
    #[must_use]
    pub const fn protection(self) -> Protection {
        match self {
            Self::Text => Protection::Server,
            Self::Jose | Self::Opaque | Self::Messenger | Self::Mailbox => Protection::EndToEnd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for format in Format::ALL {
            assert_eq!(Format::from_code(format.code()), Some(format));
        }
        for format in Format::DECLARED {
            assert_eq!(Format::parse(format.name()), Ok(format));
        }
        assert_eq!(Format::parse("messenger"), Err(UnknownFormat));
        assert_eq!(Format::parse("mailbox"), Err(UnknownFormat));
        assert_eq!(Format::parse("Text"), Err(UnknownFormat));
    }
}
