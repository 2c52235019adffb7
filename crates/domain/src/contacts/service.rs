use crate::Environment;
use crate::presence::Presence;

/// The use cases of contacts and blocks. Cloning is cheap.
#[derive(Clone)]
pub struct Contacts {
    pub(super) env: Environment,
    pub(super) presence: Presence,
}

impl Contacts {
    /// The most contacts and requests of its own that an account may have, and as many requests of others.
    pub const MAX_CONTACTS: u32 = 1_000;
    /// The most accounts that an account may block.
    pub const MAX_BLOCKS: u32 = 1_000;
    /// The most contacts or blocks of one page.
    pub const MAX_PAGE: u32 = 100;

    /// The service over the store; `presence` knows who is there.
    #[must_use]
    pub const fn new(env: Environment, presence: Presence) -> Self {
        Self { env, presence }
    }
}
