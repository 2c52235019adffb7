//! Which passwords everybody tries first.

use sealpost_domain::accounts::Password;
use sealpost_domain::ports::CommonPasswords;
use zxcvbn::Score;
use zxcvbn::feedback::Warning;

/// What the library zxcvbn knows of them (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security
/// 2016): a list of some 30,000, and rows, sequences and repetitions that fall within a thousand guesses.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZxcvbnPasswords;

impl ZxcvbnPasswords {
    /// Nothing on the list is longer, and the library's work grows faster than the password.
    const LONGEST: usize = 32;
}

impl CommonPasswords for ZxcvbnPasswords {
    fn contains(&self, password: &Password) -> bool {
        let text = password.expose();
        if text.chars().nth(Self::LONGEST).is_some() {
            return false;
        }
        let estimate = zxcvbn::zxcvbn(text, &[]);
        // Fewer than a thousand guesses; or on the list as it is, apart from capitals.
        estimate.score() == Score::Zero
            || estimate
                .feedback()
                .and_then(zxcvbn::feedback::Feedback::warning)
                .is_some_and(is_listed)
    }
}

/// Whether the library means the whole password. It has other words for one that only holds, or resembles, a listed one.
const fn is_listed(warning: Warning) -> bool {
    matches!(
        warning,
        Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_common(text: &str) -> bool {
        ZxcvbnPasswords.contains(&Password::parse(text).unwrap())
    }

    #[test]
    fn what_everybody_tries_first_is_common() {
        for text in [
            "password",
            "Password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "trustno1",
            "11111111",
            "aaaaaaaaaaaa",
            "abcdefgh",
            "87654321",
        ] {
            assert!(is_common(text), "{text}");
        }
    }

    #[test]
    fn a_long_password_that_holds_a_common_word_is_none() {
        for text in [
            "correct horse battery",
            "wrong donkey accumulator",
            "my password is longer",
            "Your_secure_pa$$w0rd",
            "popopopo0987",
            "8 kleine Fische",
        ] {
            assert!(!is_common(text), "{text}");
        }
    }

    #[test]
    fn a_password_longer_than_any_on_the_list_is_not_looked_at() {
        assert!(is_common(&"a".repeat(ZxcvbnPasswords::LONGEST)));
        assert!(!is_common(&"a".repeat(ZxcvbnPasswords::LONGEST + 1)));
    }
}
