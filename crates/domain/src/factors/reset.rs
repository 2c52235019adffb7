//! The operator switches off all second factors of somebody who has lost them.

use super::{FactorKind, Factors};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{StoreError, StoreExt};

impl Factors {
    /// Switches off every second factor of an account, recovery codes included. Says whether one was on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reset(&self, account: AccountId) -> Result<bool, StoreError> {
        let event = AuditEvent::outside(account, None, &self.env, AuditKind::FactorsReset);
        self.env
            .store
            .write(move |tx| {
                let was_on = tx.factors().find_set(account)?.is_on();
                for kind in [FactorKind::Totp, FactorKind::EmailCode] {
                    tx.factors().remove(account, kind)?;
                }
                tx.factors().replace_recovery_codes(account, &[])?;
                tx.tickets().remove_all(account)?;
                if was_on {
                    tx.audit().append(&event)?;
                }
                Ok(was_on)
            })
            .await
    }
}
