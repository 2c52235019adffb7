//! The claims as they travel.

use sealpost_domain::Timestamp;
use sealpost_domain::ports::AccessClaims;
use sealpost_domain::sessions::Dialect;
use serde::{Deserialize, Serialize};

/// The payload (RFC 7519, section 4.1; `sid` of OpenID Connect Front-Channel Logout; `auth_time` of RFC 9068,
/// section 2.2.1). Every member but `account` and `public_id` is required and has one type: `aud` a single string, times whole seconds.
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
    iat: i64,
    exp: i64,
    auth_time: i64,
}

impl From<&AccessClaims> for WireClaims {
    fn from(claims: &AccessClaims) -> Self {
        let account = claims.account.to_string();
        Self {
            iss: claims.issuer.clone(),
            aud: claims.audience.clone(),
            sub: claims.username.clone().unwrap_or_else(|| account.clone()),
            public_id: (claims.audience == Dialect::Vault.audience()).then(|| account.clone()),
            account: claims.username.is_some().then_some(account),
            sid: claims.session.to_string(),
            iat: claims.issued_at.as_seconds(),
            exp: claims.expires_at.as_seconds(),
            auth_time: claims.authenticated_at.as_seconds(),
        }
    }
}

impl WireClaims {
    /// None if the account's id or `sid` is no id of ours.
    pub(super) fn parse(self) -> Option<AccessClaims> {
        let (account, username) = match self.account {
            Some(account) => (account, Some(self.sub)),
            None => (self.sub, None),
        };
        Some(AccessClaims {
            account: account.parse().ok()?,
            username,
            session: self.sid.parse().ok()?,
            issuer: self.iss,
            audience: self.aud,
            issued_at: Timestamp::from_seconds(self.iat),
            expires_at: Timestamp::from_seconds(self.exp),
            authenticated_at: Timestamp::from_seconds(self.auth_time),
        })
    }
}
