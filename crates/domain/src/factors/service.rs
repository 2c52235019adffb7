use std::sync::Arc;

use super::{FactorError, FactorSet, RecoveryCodes};
use crate::Environment;
use crate::accounts::{Account, AccountId};
use crate::mail::Outbox;
use crate::ports::{Digest, Digester, Hotp, Sealer, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};

/// The ports that second factors need.
#[derive(Clone)]
pub struct FactorPorts {
    /// Seals the secrets of authenticators.
    pub sealer: Arc<dyn Sealer>,
    /// Makes the MACs of codes.
    pub digester: Arc<dyn Digester>,
    /// Computes the codes of authenticators.
    pub hotp: Arc<dyn Hotp>,
}

/// The use cases of second factors. Cloning is cheap.
#[derive(Clone)]
pub struct Factors {
    pub(super) env: Environment,
    pub(super) ports: FactorPorts,
    pub(super) outbox: Outbox,
}

impl Factors {
    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, ports: FactorPorts, outbox: Outbox) -> Self {
        Self { env, ports, outbox }
    }

    /// The caller's account, if their login is fresh enough to change factors.
    pub(super) async fn fresh(&self, actor: &Actor) -> Result<Account, FactorError> {
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(FactorError::StepUp);
        }
        let id = actor.account();
        self.env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(FactorError::Gone))
            .await
    }
}

/// The first factor comes with recovery codes, so that a lost phone locks nobody out. Says whether these were stored.
pub(super) fn put_first_recovery_codes(
    tx: &mut dyn Tx,
    account: AccountId,
    before: FactorSet,
    macs: &[Digest],
) -> Result<bool, StoreError> {
    if before.recovery_codes > 0 {
        return Ok(false);
    }
    tx.factors().replace_recovery_codes(account, macs)?;
    Ok(true)
}

/// The codes, if they were stored.
pub(super) fn stored(codes: RecoveryCodes, stored: bool) -> Option<RecoveryCodes> {
    stored.then_some(codes)
}
