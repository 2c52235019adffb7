use crate::{Secret, Timestamp};

/// A sort of second proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactorKind {
    /// A code of an authenticator app (RFC 6238).
    Totp,
    /// A code sent by mail.
    EmailCode,
    /// One of the codes on a sheet of paper.
    RecoveryCode,
}

impl FactorKind {
    /// The name it goes by in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::EmailCode => "email-code",
            Self::RecoveryCode => "recovery-code",
        }
    }
}

/// What an account has switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactorSet {
    /// Since when there is a confirmed authenticator.
    pub totp: Option<Timestamp>,
    /// Since when codes are mailed.
    pub email_code: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

impl FactorSet {
    /// Whether a password alone does not let anybody in.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.totp.is_some() || self.email_code.is_some()
    }

    /// What may be proved instead of one another.
    #[must_use]
    pub fn kinds(&self) -> Vec<FactorKind> {
        let on = [
            (self.totp.is_some(), FactorKind::Totp),
            (self.email_code.is_some(), FactorKind::EmailCode),
            (self.recovery_codes > 0, FactorKind::RecoveryCode),
        ];
        on.into_iter()
            .filter_map(|(on, kind)| on.then_some(kind))
            .collect()
    }
}

/// What somebody typed as a second factor. Six digits are a code of the app or of a mail, anything else a recovery code.
#[derive(Debug, Clone)]
pub struct FactorCode(Secret<String>);

impl FactorCode {
    /// The longest text that is looked at, in characters.
    const MAX_CHARS: usize = 64;
    /// How many digits the short codes have.
    const DIGITS: usize = 6;

    /// Takes whatever was typed: what can be no code is a wrong one. Spaces do not count.
    #[must_use]
    pub fn attempt(text: &str) -> Self {
        let mut code = String::with_capacity(4 * Self::MAX_CHARS);
        code.extend(
            text.chars()
                .take(Self::MAX_CHARS)
                .filter(|c| !c.is_whitespace()),
        );
        Self(Secret::new(code))
    }

    /// The text without its spaces.
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The number, if it is one of six digits.
    pub(super) fn number(&self) -> Option<u32> {
        let text = self.expose();
        let digits = text.len() == Self::DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_a_number_and_nothing_else_is() {
        for (text, number) in [
            ("000123", Some(123)),
            (" 012 345 ", Some(12_345)),
            ("12345", None),
            ("1234567", None),
            ("+12345", None),
            ("12345a", None),
            ("١٢٣٤٥٦", None),
            ("", None),
        ] {
            assert_eq!(FactorCode::attempt(text).number(), number, "{text}");
        }
    }

    #[test]
    fn recovery_codes_alone_switch_nothing_on() {
        let set = FactorSet {
            recovery_codes: 3,
            ..FactorSet::default()
        };
        assert!(!set.is_on());
        assert_eq!(set.kinds(), [FactorKind::RecoveryCode]);
    }
}
