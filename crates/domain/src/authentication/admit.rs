//! Another provider vouches for somebody.

use super::enter::Proof;
use super::{Admission, Authentication, LoginError, Origin};
use crate::accounts::Account;
use crate::sessions::Dialect;

impl Authentication {
    /// Lets an account in for which a provider has vouched that the server trusts. A second factor is wanted all the
    /// same, if one is on.
    ///
    /// # Errors
    /// [`LoginError`]; then no session exists.
    pub async fn admit(
        &self,
        account: Account,
        dialect: Dialect,
        origin: Origin,
    ) -> Result<Admission, LoginError> {
        let opened = self.sessions.draft(account, dialect, origin.client, None)?;
        let entry = self.entry(&opened, Proof::Vouched, None, None);
        self.enter(entry, opened).await
    }
}
