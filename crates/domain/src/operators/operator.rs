/// Somebody who runs this server: they can read its data folder, which the operating system vouches for. Proof of nothing
/// else: no account and no session belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    user_id: u32,
}

impl Operator {
    /// The operator that the operating system knows by this user id. For the admin channel alone, which has checked who
    /// asks (`clippy.toml` disallows it everywhere else).
    #[must_use]
    pub const fn vouched_for(user_id: u32) -> Self {
        Self { user_id }
    }

    /// An operator out of thin air, for tests of use cases.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub const fn for_tests() -> Self {
        Self { user_id: 0 }
    }

    /// Their user id at the operating system.
    #[must_use]
    pub const fn user_id(self) -> u32 {
        self.user_id
    }
}
