//! What is long over goes.

use std::time::Duration;

use super::Invites;
use crate::ports::{StoreError, StoreExt};

/// How many invites one unit of work deletes at most.
const BATCH: u32 = 500;

impl Invites {
    /// For how long the operator can look at an invite that is no longer good, and at the accounts it has made.
    pub const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

    /// Deletes invites that have been used up, expired or revoked for [`Invites::KEPT`]. The accounts they made stay. To
    /// be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let before = self.env.now() - Self::KEPT;
        self.env
            .store
            .write(move |tx| tx.invites().sweep(before, BATCH))
            .await
    }
}
