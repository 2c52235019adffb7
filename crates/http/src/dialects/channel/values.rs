//! What the dialect's document demands of a new password, beyond the rules for all accounts.

use sealpost_domain::accounts::Password;

use super::errors::Refusal;

/// The punctuation marks of which one must be there.
const MARKS: &str = "@$!%*?&_";

/// A password of 8 to 128 characters with a lower-case and an upper-case letter, a digit and one of `@$!%*?&_`.
pub(super) fn new_password(text: &str) -> Result<Password, Refusal> {
    let has = |kind: fn(char) -> bool| text.chars().any(kind);
    let varied = has(char::is_lowercase)
        && has(char::is_uppercase)
        && has(|c| c.is_ascii_digit())
        && has(|c| MARKS.contains(c));
    match Password::parse(text) {
        Ok(password) if varied => Ok(password),
        _ => Err(Refusal::PASSWORD_FORMAT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        for good in ["Your_secure_pa$$w0rd", "Aa1@aaaa", "Aa1&aaaé"] {
            assert!(new_password(good).is_ok(), "{good}");
        }
        let long = "Aa1_".repeat(33);
        for bad in [
            "", "Aa1_aaa", "aa1_aaaa", "AA1_AAAA", "Aaa_aaaa", "Aa1-aaaa", &long,
        ] {
            assert!(new_password(bad).is_err(), "{bad}");
        }
    }
}
