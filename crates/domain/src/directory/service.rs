use crate::Environment;
use crate::presence::Presence;

/// The use cases of the directory. Cloning is cheap.
#[derive(Clone)]
pub struct Directory {
    pub(super) env: Environment,
    pub(super) presence: Presence,
}

impl Directory {
    /// The most users of one page.
    pub const MAX_PAGE: u32 = 100;

    /// The service over the store; `presence` knows who is there.
    #[must_use]
    pub const fn new(env: Environment, presence: Presence) -> Self {
        Self { env, presence }
    }
}
