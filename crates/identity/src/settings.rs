//! What an operator says about a provider.

use openidconnect::IssuerUrl;
use sealpost_domain::Secret;
use sealpost_domain::federation::ProviderInfo;
use url::Url;

use crate::AllowedHost;
use crate::hosts::is_safe;

/// Whom a provider takes this server for.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The client's id there.
    pub id: String,
    /// Its secret; None for a public client, which PKCE alone protects.
    pub secret: Option<Secret<String>>,
}

/// The address of an OpenID provider, exactly as its ID tokens say it (a last slash matters).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(pub(crate) IssuerUrl);

impl Issuer {
    /// Takes an `https:` address, or an `http:` one on loopback, without query and fragment; None for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let issuer = IssuerUrl::new(text.to_owned()).ok()?;
        let url = issuer.url();
        let right = is_safe(url) && url.query().is_none() && url.fragment().is_none();
        right.then_some(Self(issuer))
    }

    /// The address as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// An address of an OAuth 2.0 server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(pub(crate) Url);

impl Endpoint {
    /// Takes an `https:` address, or an `http:` one on loopback, without fragment; None for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let right = is_safe(&url) && url.fragment().is_none();
        right.then_some(Self(url))
    }
}

/// An OpenID provider; everything else is discovered.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// How people see it.
    pub info: ProviderInfo,
    /// Who says so.
    pub issuer: Issuer,
    /// Whom it takes this server for.
    pub credentials: Credentials,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Hosts beside the issuer's own that its description, and the picture of a newcomer, may send this server to.
    pub hosts: Vec<AllowedHost>,
}

/// How a client proves who it is at the token endpoint (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// By HTTP Basic authentication.
    Basic,
    /// By fields of the body.
    Post,
}

/// Where a text stands in a JSON document (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPointer(String);

impl JsonPointer {
    /// Takes a pointer that begins with a slash; None if it does not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.starts_with('/') && !text.contains(char::is_control);
        right.then(|| Self(text.to_owned()))
    }

    /// The pointer as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What means what in an OAuth 2.0 server's answer to "who am I?".
#[derive(Debug, Clone)]
pub struct FieldMap {
    /// What never changes and is never given to anybody else: a text or a whole number.
    pub subject: JsonPointer,
    /// What they are called.
    pub username: Option<JsonPointer>,
    /// Their mail address.
    pub email: Option<JsonPointer>,
    /// `true` where the server has verified the address. Without it no address counts as verified.
    pub email_verified: Option<JsonPointer>,
    /// The address of their picture.
    pub picture: Option<JsonPointer>,
}

/// An OAuth 2.0 server that tells who somebody is.
#[derive(Debug, Clone)]
pub struct OAuthSettings {
    /// How people see it.
    pub info: ProviderInfo,
    /// The name under which its subjects are known here, for ever.
    pub issuer: String,
    /// Where browsers go.
    pub authorize_url: Endpoint,
    /// Where codes are exchanged.
    pub token_url: Endpoint,
    /// Who "I" am, with the access token.
    pub userinfo_url: Endpoint,
    /// Whom it takes this server for.
    pub credentials: Credentials,
    /// How that is proved.
    pub client_auth: ClientAuth,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// What its answer means.
    pub fields: FieldMap,
    /// Hosts beside those of its own addresses where the picture of a newcomer may be.
    pub hosts: Vec<AllowedHost>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_in_clear() {
        for text in [
            "https://idp.example",
            "http://127.0.0.1:3000",
            "http://localhost:1/realm",
        ] {
            assert_eq!(Issuer::parse(text).unwrap().as_str(), text);
            assert!(Endpoint::parse(text).is_some());
        }
        for text in [
            "http://idp.example",
            "ftp://idp.example",
            "idp.example",
            "",
            "https://u:p@idp.example",
        ] {
            assert_eq!(Issuer::parse(text), None, "{text}");
            assert_eq!(Endpoint::parse(text), None, "{text}");
        }
        assert_eq!(Issuer::parse("https://idp.example?x"), None);
    }

    #[test]
    fn a_pointer_begins_with_a_slash() {
        assert_eq!(
            JsonPointer::parse("/image/link").unwrap().as_str(),
            "/image/link"
        );
        assert_eq!(JsonPointer::parse("id"), None);
        assert_eq!(JsonPointer::parse(""), None);
    }
}
