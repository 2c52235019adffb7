//! Settings with a few named values.

use super::value::Value;

/// Declares an enum whose variants are written as given.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident, $wants:literal, $($(#[$doc:meta])* $text:literal => $variant:ident),*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant),*
        }

        impl Value for $name {
            const WANTS: &'static str = $wants;

            fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

choice! {
    /// Who brings the database schema up to date.
    Migrate, "auto or off",
    /// The server, at its start.
    "auto" => Auto,
    /// `sealpost migrate`, perhaps with a database role of its own.
    "off" => Off
}

choice! {
    /// Who may make an account.
    Registration, "open, invite or closed",
    /// Anybody.
    "open" => Open,
    /// Whoever has an invite.
    "invite" => Invite,
    /// Nobody, through any door.
    "closed" => Closed
}

choice! {
    /// What people do before they get an account through the native API.
    HumanCheck, "off or sentence",
    /// Nothing.
    "off" => Off,
    /// Complete a sentence.
    "sentence" => Sentence
}

choice! {
    /// Request rates and quotas. Wrong passwords and codes are counted all the same.
    Limits, "default or off",
    /// The documented rates and quotas.
    "default" => Default,
    /// None: for tests and measurements, on loopback only.
    "off" => Off
}

choice! {
    /// How log lines look.
    LogFormat, "text or json",
    /// For people.
    "text" => Text,
    /// One JSON object a line.
    "json" => Json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(Migrate::parse("off"), Some(Migrate::Off));
        assert_eq!(Registration::parse("invite"), Some(Registration::Invite));
        assert_eq!(Registration::parse("closed"), Some(Registration::Closed));
        assert_eq!(Limits::parse("Off"), None);
        assert_eq!(LogFormat::parse(""), None);
    }
}
