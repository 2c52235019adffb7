//! Plain OAuth 2.0 (RFC 6749) with PKCE: a code for an access token, and the access token for an answer to "who am I?".

use async_trait::async_trait;
use bytes::Bytes;
use oauth2::basic::BasicClient;
use oauth2::http::Method;
use oauth2::http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use oauth2::{
    AsyncHttpClient as _, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, HttpRequest, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope, TokenResponse as _, TokenUrl,
};
use sealpost_domain::accounts::Email;
use sealpost_domain::federation::{ExternalId, IdentityProfile, ProviderInfo};
use sealpost_domain::ports::{
    AuthorizationRequest, Exchange, IdentityProvider, ProvedEmail, ProvedIdentity, ProviderError,
};
use serde_json::Value;

use crate::failure::{Failure, bounded};
use crate::fetch::{Fetcher, TlsError};
use crate::hosts::AllowedHosts;
use crate::picture;
use crate::{ClientAuth, FieldMap, JsonPointer, OAuthSettings};

/// The library's client with the addresses of the settings.
type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// An OAuth 2.0 server that tells who somebody is.
pub struct OAuthProvider {
    settings: OAuthSettings,
    fetcher: Fetcher,
}

impl OAuthProvider {
    /// The provider of these settings. Nothing is asked yet.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(settings: OAuthSettings) -> Result<Self, TlsError> {
        let own = [&settings.token_url, &settings.userinfo_url];
        let own = own.map(|endpoint| endpoint.0.clone()).to_vec();
        Ok(Self {
            fetcher: Fetcher::new(AllowedHosts::new(own, settings.hosts.clone()))?,
            settings,
        })
    }

    fn client(&self, redirect_uri: String) -> Result<Client, Failure> {
        let settings = &self.settings;
        let redirect = RedirectUrl::new(redirect_uri)
            .map_err(|error| Failure::failed("the redirect URI is no address", &error))?;
        let client = BasicClient::new(ClientId::new(settings.credentials.id.clone()))
            .set_auth_uri(AuthUrl::from_url(settings.authorize_url.0.clone()))
            .set_token_uri(TokenUrl::from_url(settings.token_url.0.clone()))
            .set_redirect_uri(redirect)
            .set_auth_type(match settings.client_auth {
                ClientAuth::Basic => AuthType::BasicAuth,
                ClientAuth::Post => AuthType::RequestBody,
            });
        Ok(match &settings.credentials.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().clone())),
            None => client,
        })
    }

    fn begin(&self, request: &AuthorizationRequest) -> Result<String, Failure> {
        let client = self.client(request.redirect_uri.clone())?;
        let verifier = PkceCodeVerifier::new(request.verifier.expose().clone());
        let (url, _) = client
            .authorize_url(|| CsrfToken::new(request.state.clone()))
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    async fn finish(&self, exchange: Exchange) -> Result<ProvedIdentity, Failure> {
        let client = self.client(exchange.redirect_uri)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(exchange.code.expose().clone()))
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.verifier.expose().clone()))
            .request_async(&self.fetcher)
            .await
            .map_err(Failure::of_exchange)?;
        let answer = self.who_am_i(tokens.access_token().secret()).await?;
        read(&self.settings.issuer, &self.settings.fields, &answer)
    }

    async fn who_am_i(&self, access_token: &str) -> Result<Value, Failure> {
        let what = "its userinfo endpoint";
        let bearer = HeaderValue::from_str(&format!("Bearer {access_token}"));
        let mut bearer =
            bearer.map_err(|_| Failure::Failed("its access token is odd".to_owned()))?;
        bearer.set_sensitive(true);
        let mut request = HttpRequest::new(Vec::new());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = self
            .settings
            .userinfo_url
            .0
            .as_str()
            .parse()
            .map_err(|error: oauth2::http::uri::InvalidUri| Failure::failed(what, &error))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, bearer);
        let answer = self.fetcher.call(request).await;
        let answer = answer.map_err(|error| Failure::failed(what, &error))?;
        if !answer.status().is_success() {
            let status = answer.status();
            return Err(Failure::Failed(format!("{what} answers {status}")));
        }
        serde_json::from_slice(answer.body())
            .map_err(|_| Failure::Failed(format!("{what} does not answer JSON")))
    }
}

/// Whom the answer names.
fn read(issuer: &str, fields: &FieldMap, answer: &Value) -> Result<ProvedIdentity, Failure> {
    let subject = match answer.pointer(fields.subject.as_str()) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_u64() || number.is_i64() => number.to_string(),
        _ => {
            let pointer = fields.subject.as_str();
            let text = format!("its answer has no text or whole number at {pointer}");
            return Err(Failure::Failed(text));
        }
    };
    let external = ExternalId::new(issuer, &subject)
        .map_err(|error| Failure::failed("it names somebody in a way that is not taken", &error))?;
    let text = |pointer: &Option<JsonPointer>| {
        let pointer = pointer.as_ref()?;
        answer.pointer(pointer.as_str())?.as_str()
    };
    let verified = fields
        .email_verified
        .as_ref()
        .and_then(|pointer| answer.pointer(pointer.as_str()));
    let address = text(&fields.email).and_then(|text| Email::parse(text).ok());
    Ok(ProvedIdentity {
        external,
        profile: IdentityProfile::new(text(&fields.username), text(&fields.picture)),
        email: address.map(|address| ProvedEmail {
            address,
            verified: verified == Some(&Value::Bool(true)),
        }),
    })
}

#[async_trait]
impl IdentityProvider for OAuthProvider {
    fn info(&self) -> &ProviderInfo {
        &self.settings.info
    }

    fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    async fn authorization(&self, request: &AuthorizationRequest) -> Result<String, ProviderError> {
        bounded(&self.settings.info, async { self.begin(request) }).await
    }

    async fn exchange(&self, exchange: Exchange) -> Result<ProvedIdentity, ProviderError> {
        bounded(&self.settings.info, self.finish(exchange)).await
    }

    async fn picture(&self, profile: &IdentityProfile, longest: usize) -> Option<Bytes> {
        picture::fetch(&self.settings.info, &self.fetcher, profile, longest).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(text: &str) -> JsonPointer {
        JsonPointer::parse(text).unwrap()
    }

    fn fields() -> FieldMap {
        FieldMap {
            subject: pointer("/id"),
            username: Some(pointer("/login")),
            email: Some(pointer("/email")),
            email_verified: Some(pointer("/confirmed")),
            picture: Some(pointer("/image/link")),
        }
    }

    #[test]
    fn fields_are_read_where_the_map_says() {
        let answer = json!({
            "id": 21, "login": "alice", "email": "alice@mail.example", "confirmed": true,
            "image": { "link": "https://pic.example/1.jpg" },
        });
        let proved = read("42", &fields(), &answer).unwrap();
        assert_eq!(proved.external, ExternalId::new("42", "21").unwrap());
        assert_eq!(proved.profile.username(), Some("alice"));
        assert_eq!(proved.profile.picture(), Some("https://pic.example/1.jpg"));
        assert!(proved.email.unwrap().verified);
    }

    #[test]
    fn an_address_is_verified_by_the_word_true_alone() {
        for confirmed in [json!(false), json!("true"), json!(1), json!(null)] {
            let answer =
                json!({ "id": "a", "email": "alice@mail.example", "confirmed": confirmed });
            let proved = read("i", &fields(), &answer).unwrap();
            assert!(!proved.email.unwrap().verified, "{confirmed}");
        }
        let silent = FieldMap {
            email_verified: None,
            ..fields()
        };
        let answer = json!({ "id": "a", "email": "alice@mail.example", "confirmed": true });
        let proved = read("i", &silent, &answer).unwrap();
        assert!(!proved.email.unwrap().verified);
    }

    #[test]
    fn nobody_is_named_by_what_is_no_name() {
        for id in [
            json!(null),
            json!(1.5),
            json!(true),
            json!({}),
            json!(""),
            json!("a\u{0}"),
        ] {
            assert!(read("i", &fields(), &json!({ "id": id })).is_err(), "{id}");
        }
        assert!(read("i", &fields(), &json!([])).is_err());
    }
}
