use std::sync::Arc;

use super::{ProviderId, ProviderInfo, Transaction};
use crate::Environment;
use crate::accounts::Accounts;
use crate::authentication::Authentication;
use crate::avatars::Avatars;
use crate::mail::Outbox;
use crate::ports::{Digester, IdentityProvider, StoreError, StoreExt};

/// The use cases of federated login. Cloning is cheap.
#[derive(Clone)]
pub struct Federation {
    pub(super) env: Environment,
    pub(super) accounts: Accounts,
    pub(super) authentication: Authentication,
    pub(super) avatars: Avatars,
    pub(super) digester: Arc<dyn Digester>,
    pub(super) outbox: Outbox,
    providers: Arc<[Arc<dyn IdentityProvider>]>,
}

impl Federation {
    /// The service over its ports. No two of `providers` may have one id or one issuer.
    #[must_use]
    pub fn new(
        env: Environment,
        accounts: Accounts,
        authentication: Authentication,
        avatars: Avatars,
        digester: Arc<dyn Digester>,
        outbox: Outbox,
        providers: Vec<Arc<dyn IdentityProvider>>,
    ) -> Self {
        Self {
            env,
            accounts,
            authentication,
            avatars,
            digester,
            outbox,
            providers: providers.into(),
        }
    }

    /// The providers that people may log in with, in the operator's order.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderInfo> {
        let providers = self.providers.iter();
        providers.map(|provider| provider.info().clone()).collect()
    }

    /// The provider of an API that has a place for one alone (document 002): the one that is called `42`, else the
    /// operator's first; None if there is none.
    #[must_use]
    pub fn sole_provider(&self) -> Option<&ProviderInfo> {
        let mut infos = self.providers.iter().map(|provider| provider.info());
        let first = infos.clone().next();
        infos.find(|info| info.id.as_str() == "42").or(first)
    }

    /// Deletes begun logins that nobody will finish. To be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let before = self.env.now() - Transaction::KEPT;
        self.env
            .store
            .write(move |tx| tx.identities().sweep(before, 500))
            .await
    }

    /// What people call whoever names people as this issuer does; the issuer itself if the operator has removed it.
    pub(super) fn name_of(&self, issuer: &str) -> String {
        let provider = self.provider_of_issuer(issuer);
        provider.map_or_else(|| issuer.to_owned(), |info| info.display_name.clone())
    }

    pub(super) fn provider(&self, id: &ProviderId) -> Option<&Arc<dyn IdentityProvider>> {
        let mut providers = self.providers.iter();
        providers.find(|provider| provider.info().id == *id)
    }

    /// Whoever names people as this issuer does, if it is still configured.
    pub(super) fn provider_of_issuer(&self, issuer: &str) -> Option<&ProviderInfo> {
        let mut providers = self.providers.iter();
        let found = providers.find(|provider| provider.issuer() == issuer);
        found.map(|provider| provider.info())
    }
}
