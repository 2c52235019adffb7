//! How the texts of a provider's settings become values.

use sealpost_domain::federation::{ExternalId, ProviderId};
use sealpost_identity::{AllowedHost, ClientAuth, Endpoint, Issuer, JsonPointer};

use crate::config::value::{Value, list};

/// What a provider speaks.
pub(super) enum Kind {
    /// OpenID Connect, by discovery.
    Oidc,
    /// OAuth 2.0 with configured addresses and fields.
    OAuth2,
    /// The same with the addresses and fields of api.intra.42.fr as defaults.
    FortyTwo,
}

impl Value for Kind {
    const WANTS: &'static str = "oidc, oauth2 or 42";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "oidc" => Some(Self::Oidc),
            "oauth2" => Some(Self::OAuth2),
            "42" => Some(Self::FortyTwo),
            _ => None,
        }
    }
}

/// What is asked for.
pub(super) struct Scopes(pub(super) Vec<String>);

impl Scopes {
    pub(super) fn of(scopes: &[&str]) -> Self {
        Self(scopes.iter().map(|scope| (*scope).to_owned()).collect())
    }
}

impl Value for Scopes {
    const WANTS: &'static str = "scopes such as profile or email, separated by commas";

    /// RFC 6749, section 3.3.
    fn parse(text: &str) -> Option<Self> {
        let is_token = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\');
        let scope = |item: &str| {
            let right = !item.is_empty() && item.bytes().all(is_token);
            right.then(|| item.to_owned())
        };
        list(text, scope).map(Self)
    }
}

/// The name under which an OAuth 2.0 server's users are known.
pub(super) struct IssuerName(pub(super) String);

impl Value for IssuerName {
    const WANTS: &'static str = "a name of at most 512 bytes";

    fn parse(text: &str) -> Option<Self> {
        let right = ExternalId::new(text, "anybody").is_ok();
        right.then(|| Self(text.to_owned()))
    }
}

impl Value for Vec<ProviderId> {
    const WANTS: &'static str =
        "names of a-z, 0-9 and '-' (neither first nor last), separated by commas";

    fn parse(text: &str) -> Option<Self> {
        list(text, |item| ProviderId::parse(item).ok())
    }
}

impl Value for Vec<AllowedHost> {
    const WANTS: &'static str =
        "hosts such as keys.example.org or keys.example.org:8443, separated by commas";

    fn parse(text: &str) -> Option<Self> {
        list(text, AllowedHost::parse)
    }
}

impl Value for Issuer {
    const WANTS: &'static str =
        "an https address such as https://idp.example.org (http on loopback)";

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Value for Endpoint {
    const WANTS: &'static str =
        "an https address such as https://idp.example.org/token (http on loopback)";

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Value for JsonPointer {
    const WANTS: &'static str = "a JSON pointer such as /id or /image/link";

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Value for ClientAuth {
    const WANTS: &'static str = "basic or post";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "basic" => Some(Self::Basic),
            "post" => Some(Self::Post),
            _ => None,
        }
    }
}

impl Value for String {
    const WANTS: &'static str = "a text that is not empty";

    fn parse(text: &str) -> Option<Self> {
        let right = !text.trim().is_empty() && !text.contains(char::is_control);
        right.then(|| text.to_owned())
    }
}
