use crate::Environment;
use crate::accounts::Accounts;
use crate::sessions::Sessions;

/// The use cases of the operator. Cloning is cheap.
#[derive(Clone)]
pub struct Operators {
    pub(super) env: Environment,
    pub(super) accounts: Accounts,
    pub(super) sessions: Sessions,
}

impl Operators {
    /// The service over those of accounts and sessions.
    #[must_use]
    pub const fn new(env: Environment, accounts: Accounts, sessions: Sessions) -> Self {
        Self {
            env,
            accounts,
            sessions,
        }
    }
}
