use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

use crate::accounts::Email;
use crate::federation::{ExternalId, IdentityProfile, ProviderInfo};
use crate::{DomainError, ErrorKind, Secret};

/// What a login is begun with at a provider.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// Where the provider sends the browser back to, as it is registered there.
    pub redirect_uri: String,
    /// Comes back in the URL (RFC 6749, section 4.1.1).
    pub state: String,
    /// Comes back in the ID token, where there is one (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: String,
    /// What the code challenge is made of, by S256 (RFC 7636).
    pub verifier: Secret<String>,
}

/// What a login comes back with.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The code to exchange.
    pub code: Secret<String>,
    /// The same as in the [`AuthorizationRequest`].
    pub redirect_uri: String,
    /// The same.
    pub nonce: String,
    /// The same.
    pub verifier: Secret<String>,
    /// Who says that the answer is theirs, if it was told (`iss`, RFC 9207).
    pub issuer: Option<String>,
}

/// Whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedIdentity {
    /// Who it is.
    pub external: ExternalId,
    /// What else was told.
    pub profile: IdentityProfile,
    /// Their mail address, if a good one was told.
    pub email: Option<ProvedEmail>,
}

/// A mail address as a provider tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedEmail {
    /// The address.
    pub address: Email,
    /// Whether the provider says that it is theirs indeed.
    pub verified: bool,
}

/// Why a provider vouched for nobody. What it was stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// It cannot be reached, is too slow, or says what nobody understands.
    #[error("the provider does not answer as it should: try again later")]
    Failed,
    /// It does not take the code, or what it says does not hold: signature, issuer, audience, nonce, time.
    #[error("the provider does not confirm this login: begin again")]
    Refused,
}

/// A provider of identities: an OpenID provider or an OAuth 2.0 server that tells who somebody is.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// How people see it.
    fn info(&self) -> &ProviderInfo;

    /// The issuer of everybody it vouches for ([`ExternalId::issuer`]). It never changes while the server runs.
    fn issuer(&self) -> &str;

    /// Where the browser is to go. Takes at most ten seconds.
    ///
    /// # Errors
    /// [`ProviderError::Failed`] when the provider's description cannot be had.
    async fn authorization(&self, request: &AuthorizationRequest) -> Result<String, ProviderError>;

    /// Exchanges a code for whom it stands for, and checks all that can be checked of the answer. Takes at most ten
    /// seconds.
    ///
    /// # Errors
    /// [`ProviderError`].
    async fn exchange(&self, exchange: Exchange) -> Result<ProvedIdentity, ProviderError>;

    /// The file at the address that this profile gives for a picture, whatever it is. None if it gives none, if the
    /// operator has not allowed this server to ask there, or if the file cannot be had within ten seconds or has more than
    /// `longest` bytes. No redirect is followed.
    async fn picture(&self, profile: &IdentityProfile, longest: usize) -> Option<Bytes>;
}

impl DomainError for ProviderError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Failed => ErrorKind::Unavailable,
            Self::Refused => ErrorKind::Unauthenticated,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Failed => "federation-provider-failed",
            Self::Refused => "federation-refused",
        }
    }
}
