//! The claims as they travel.

use sealpost_domain::Timestamp;
use sealpost_domain::ports::{AccessClaims, TokenId};
use sealpost_domain::sessions::Dialect;
use serde::{Deserialize, Serialize};

/// The payload (RFC 7519, section 4.1; `sid` of OpenID Connect Front-Channel Logout; `auth_time` of RFC 9068,
/// section 2.2.1). Every member but those that may be left out is required and has one type: `aud` a single string, times whole seconds.
#[derive(Serialize, Deserialize)]
pub(super) struct WireClaims {
    iss: String,
    aud: String,
    sub: String,
    /// The account's id where `sub` is a username.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    account: Option<String>,
    /// The account's id once more, where the dialect's document wants it so. Nobody reads it back.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    public_id: Option<String>,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    jti: Option<String>,
    /// With `jti`: as document 002 shows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    token_type: Option<TokenType>,
    /// With `jti`: the account's id once more, as document 002 calls it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    user_id: Option<String>,
    iat: i64,
    exp: i64,
    auth_time: i64,
}

/// What a token with a `jti` calls itself.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TokenType {
    Access,
    Refresh,
}

impl WireClaims {
    pub(super) fn new(claims: &AccessClaims, kind: TokenType) -> Self {
        let account = claims.account.to_string();
        Self {
            iss: claims.issuer.clone(),
            aud: claims.audience.clone(),
            sub: claims.username.clone().unwrap_or_else(|| account.clone()),
            public_id: (claims.audience == Dialect::Vault.audience()).then(|| account.clone()),
            account: claims.username.is_some().then_some(account),
            sid: claims.session.to_string(),
            jti: claims
                .token_id
                .map(|id| format!("{:032x}", u128::from_be_bytes(id))),
            token_type: claims.token_id.map(|_| kind),
            user_id: claims.token_id.map(|_| claims.account.to_string()),
            iat: claims.issued_at.as_seconds(),
            exp: claims.expires_at.as_seconds(),
            auth_time: claims.authenticated_at.as_seconds(),
        }
    }

    /// None if the account's id, `sid` or `jti` is no id of ours, or the token calls itself one of the other kind.
    pub(super) fn parse(self, kind: TokenType) -> Option<AccessClaims> {
        if self.token_type.is_some_and(|called| called != kind) {
            return None;
        }
        let token_id = match &self.jti {
            Some(text) => Some(parse_id(text)?),
            None => None,
        };
        let (account, username) = match self.account {
            Some(account) => (account, Some(self.sub)),
            None => (self.sub, None),
        };
        Some(AccessClaims {
            account: account.parse().ok()?,
            username,
            token_id,
            session: self.sid.parse().ok()?,
            issuer: self.iss,
            audience: self.aud,
            issued_at: Timestamp::from_seconds(self.iat),
            expires_at: Timestamp::from_seconds(self.exp),
            authenticated_at: Timestamp::from_seconds(self.auth_time),
        })
    }
}

/// The 32 lower-case hexadecimal digits that [`WireClaims::new`] writes.
fn parse_id(text: &str) -> Option<TokenId> {
    let right = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 32 || !text.bytes().all(right) {
        return None;
    }
    let number = u128::from_str_radix(text, 16).ok()?;
    Some(number.to_be_bytes())
}
