//! OpenID Connect 1.0 by discovery, code flow with PKCE.

mod claims;
mod description;
mod id_token;

use async_trait::async_trait;
use bytes::Bytes;
use openidconnect::core::{CoreClient, CoreClientAuthMethod, CoreResponseType, CoreTokenResponse};
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
};
use sealpost_domain::federation::{IdentityProfile, ProviderInfo};
use sealpost_domain::ports::{
    AuthorizationRequest, Exchange, IdentityProvider, ProvedIdentity, ProviderError,
};

use crate::failure::{Failure, bounded};
use crate::fetch::{Fetcher, TlsError};
use crate::hosts::AllowedHosts;
use crate::picture;
use crate::{Credentials, OidcSettings};
use description::{Description, Metadata};

/// The library's client with the addresses that a description gives it.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// An OpenID provider. Its description and keys are fetched when they are first needed, and again when they are old:
/// one that is down keeps no server from starting.
pub struct OidcProvider {
    info: ProviderInfo,
    credentials: Credentials,
    scopes: Vec<String>,
    description: Description,
}

impl OidcProvider {
    /// The provider of these settings. Nothing is asked yet.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(settings: OidcSettings) -> Result<Self, TlsError> {
        let issuer = settings.issuer.0;
        let hosts = AllowedHosts::new(vec![issuer.url().clone()], settings.hosts);
        Ok(Self {
            info: settings.info,
            credentials: settings.credentials,
            scopes: settings.scopes,
            description: Description::new(issuer, Fetcher::new(hosts)?),
        })
    }

    fn client(&self, metadata: &Metadata, redirect_uri: String) -> Result<Client, Failure> {
        let redirect = RedirectUrl::new(redirect_uri)
            .map_err(|error| Failure::failed("the redirect URI is no address", &error))?;
        let secret = self.credentials.secret.as_ref();
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.credentials.id.clone()),
            secret.map(|secret| ClientSecret::new(secret.expose().clone())),
        );
        Ok(client
            .set_redirect_uri(redirect)
            .set_auth_type(auth_type(metadata)))
    }

    async fn begin(&self, request: &AuthorizationRequest) -> Result<String, Failure> {
        let metadata = self.description.current().await?;
        let client = self.client(&metadata, request.redirect_uri.clone())?;
        let verifier = PkceCodeVerifier::new(request.verifier.expose().clone());
        let (state, nonce) = (request.state.clone(), request.nonce.clone());
        let (url, _, _) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    async fn finish(&self, exchange: Exchange) -> Result<ProvedIdentity, Failure> {
        let metadata = self.description.current().await?;
        check_sender(&metadata, exchange.issuer.as_deref())?;
        let client = self.client(&metadata, exchange.redirect_uri)?;
        let tokens: CoreTokenResponse = client
            .exchange_code(AuthorizationCode::new(exchange.code.expose().clone()))
            .map_err(|error| Failure::failed("the provider has no token endpoint", &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.verifier.expose().clone()))
            .request_async(self.description.fetcher())
            .await
            .map_err(Failure::of_exchange)?;
        let nonce = Nonce::new(exchange.nonce);
        let proof = self.verified(&metadata, &tokens, &nonce).await?;
        claims::read(&client, &tokens, &proof, self.description.fetcher()).await
    }
}

/// RFC 9207, section 2.4: whoever says who they are must be whom we asked, and whoever promised to say so must do it.
fn check_sender(metadata: &Metadata, told: Option<&str>) -> Result<(), Failure> {
    let promised = metadata.additional_metadata().promises_issuer();
    match told {
        Some(told) if told != metadata.issuer().as_str() => {
            Err(Failure::refused("the answer came from another issuer"))
        }
        None if promised => Err(Failure::refused("the answer does not say its issuer")),
        _ => Ok(()),
    }
}

/// Basic authentication, which every provider must know (RFC 6749, section 2.3.1), unless this one says otherwise.
fn auth_type(metadata: &Metadata) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let basic = methods.is_none_or(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            || !methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    });
    if basic {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    }
}

#[async_trait]
impl IdentityProvider for OidcProvider {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn issuer(&self) -> &str {
        self.description.issuer()
    }

    async fn authorization(&self, request: &AuthorizationRequest) -> Result<String, ProviderError> {
        bounded(&self.info, self.begin(request)).await
    }

    async fn exchange(&self, exchange: Exchange) -> Result<ProvedIdentity, ProviderError> {
        bounded(&self.info, self.finish(exchange)).await
    }

    async fn picture(&self, profile: &IdentityProfile, longest: usize) -> Option<Bytes> {
        picture::fetch(&self.info, self.description.fetcher(), profile, longest).await
    }
}

#[cfg(test)]
mod tests;
