//! What a provider says of itself: fetched when it is needed, kept for an hour.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata, TokenUrl, UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::failure::{Failure, chain};
use crate::fetch::{FetchError, Fetcher};
use crate::hosts::is_safe;

/// For how long a description is taken as it is.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// For how long one is still taken while no newer one can be had.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// For how long nothing is asked again after it did not work, or worked just now.
const PAUSE: Duration = Duration::from_secs(10);

/// What the library does not read itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Further {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Further {
    /// Whether every answer says whose it is (RFC 9207, section 3).
    pub(super) const fn promises_issuer(&self) -> bool {
        self.authorization_response_iss_parameter_supported
    }
}

impl AdditionalProviderMetadata for Further {}

/// A description with the keys it names.
pub(super) type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The description of one provider.
pub(super) struct Description {
    issuer: IssuerUrl,
    fetcher: Fetcher,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    last: Option<(Arc<Metadata>, Instant)>,
    asked_at: Option<Instant>,
}

impl Known {
    /// The last one, if it is not older than this.
    fn within(&self, age: Duration) -> Option<Arc<Metadata>> {
        let (metadata, at) = self.last.as_ref()?;
        (at.elapsed() <= age).then(|| Arc::clone(metadata))
    }

    fn was_just_asked(&self) -> bool {
        self.asked_at.is_some_and(|at| at.elapsed() < PAUSE)
    }
}

impl Description {
    pub(super) fn new(issuer: IssuerUrl, fetcher: Fetcher) -> Self {
        Self {
            issuer,
            fetcher,
            known: Mutex::default(),
        }
    }

    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    pub(super) const fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// The description, fetched if there is none that is fresh.
    pub(super) async fn current(&self) -> Result<Arc<Metadata>, Failure> {
        // One asks, the others wait for what it hears.
        let mut known = self.known.lock().await;
        if let Some(fresh) = known.within(FRESH) {
            return Ok(fresh);
        }
        match self.renew(&mut known).await {
            Err(failure) => known.within(STALE).ok_or(failure),
            renewed => renewed,
        }
    }

    /// A newer one than the one that lacks the key of a signature; providers change their keys. The last one, if it was
    /// asked for just now: strangers must not make this server ask as often as they like.
    pub(super) async fn newer(&self) -> Result<Arc<Metadata>, Failure> {
        let mut known = self.known.lock().await;
        match known.within(PAUSE) {
            Some(newest) => Ok(newest),
            None => self.renew(&mut known).await,
        }
    }

    async fn renew(&self, known: &mut Known) -> Result<Arc<Metadata>, Failure> {
        if known.was_just_asked() {
            let text = "its description could not be had a moment ago";
            return Err(Failure::Failed(text.to_owned()));
        }
        known.asked_at = Some(Instant::now());
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.fetcher)
            .await
            .map_err(|error| discovery_failure(&error))?;
        let metadata = Arc::new(metadata);
        self.check(&metadata)?;
        known.last = Some((Arc::clone(&metadata), Instant::now()));
        Ok(metadata)
    }

    /// Whether this server and browsers may be sent where the description says. What is asked later is checked again
    /// then; here the operator hears of it at the first login.
    fn check(&self, metadata: &Metadata) -> Result<(), Failure> {
        let token = metadata.token_endpoint().map(TokenUrl::url);
        let userinfo = metadata.userinfo_endpoint().map(UserInfoUrl::url);
        for url in [token, userinfo].into_iter().flatten() {
            if !self.fetcher.permits(url) {
                let place = FetchError::Place(url.origin().ascii_serialization());
                return Err(Failure::Failed(place.to_string()));
            }
        }
        if is_safe(metadata.authorization_endpoint().url()) {
            Ok(())
        } else {
            let text = "its authorization endpoint is not behind https";
            Err(Failure::Failed(text.to_owned()))
        }
    }
}

fn discovery_failure(error: &DiscoveryError<FetchError>) -> Failure {
    Failure::Failed(format!("its description cannot be had: {}", chain(error)))
}
