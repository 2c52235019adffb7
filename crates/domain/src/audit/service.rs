use std::time::Duration;

use crate::Environment;
use crate::ports::{StoreError, StoreExt};

/// How long an event is kept.
const RETENTION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The use cases of the audit trail. Cloning is cheap.
#[derive(Clone)]
pub struct AuditTrail {
    pub(super) env: Environment,
}

impl AuditTrail {
    /// The service over the store.
    #[must_use]
    pub const fn new(env: Environment) -> Self {
        Self { env }
    }

    /// Deletes events older than a year. To be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let before = self.env.now() - RETENTION;
        self.env
            .store
            .write(move |tx| tx.audit().sweep(before, 500))
            .await
    }
}
