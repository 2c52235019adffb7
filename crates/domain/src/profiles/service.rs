use crate::Environment;
use crate::accounts::Accounts;
use crate::avatars::Avatars;
use crate::presence::Presence;

/// The use cases of profiles, over those of accounts and avatars. Cloning is cheap.
#[derive(Clone)]
pub struct Profiles {
    pub(super) env: Environment,
    pub(super) accounts: Accounts,
    pub(super) avatars: Avatars,
    pub(super) presence: Presence,
}

impl Profiles {
    /// The most people of one list.
    pub const MAX_LISTED: u32 = 500;
    /// The most names of friends of one list, of all its people together.
    pub const MAX_FRIENDS: u32 = 50_000;

    /// The service over the others; `presence` knows who is there.
    #[must_use]
    pub const fn new(
        env: Environment,
        accounts: Accounts,
        avatars: Avatars,
        presence: Presence,
    ) -> Self {
        Self {
            env,
            accounts,
            avatars,
            presence,
        }
    }
}
