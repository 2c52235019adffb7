//! The owner looks at who can log in to their account.

use super::{Federation, Identity, ProviderInfo};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// An identity, and the provider it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The link.
    pub identity: Identity,
    /// None if the operator has removed the provider: then nobody logs in this way.
    pub provider: Option<ProviderInfo>,
}

impl Federation {
    /// The caller's identities, oldest first, at most [`Identity::MAX_PER_ACCOUNT`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<LinkedIdentity>, StoreError> {
        let account = actor.account();
        let identities = self
            .env
            .store
            .ask(move |tx| tx.identities().list(account))
            .await?;
        let linked = identities.into_iter();
        Ok(linked
            .map(|identity| self.with_provider(identity))
            .collect())
    }

    /// The identity with its provider.
    #[must_use]
    pub fn with_provider(&self, identity: Identity) -> LinkedIdentity {
        let provider = self.provider_of_issuer(identity.external.issuer());
        LinkedIdentity {
            provider: provider.cloned(),
            identity,
        }
    }
}
