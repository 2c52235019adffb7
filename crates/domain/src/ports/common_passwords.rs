use crate::accounts::Password;

/// Knows the passwords that everybody tries first.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait CommonPasswords: Send + Sync {
    /// Whether this is one of them, as a whole: a long password that holds a common word is none. Takes well under a
    /// second for any password.
    fn contains(&self, password: &Password) -> bool;
}
