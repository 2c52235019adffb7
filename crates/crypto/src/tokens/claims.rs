//! The claims as they travel.

use sealpost_domain::Timestamp;
use sealpost_domain::ports::AccessClaims;
use serde::{Deserialize, Serialize};

/// The payload (RFC 7519, section 4.1; `sid` of OpenID Connect Front-Channel Logout; `auth_time` of RFC 9068,
/// section 2.2.1). Every member is required and has one type: `aud` a single string, times whole seconds.
#[derive(Serialize, Deserialize)]
pub(super) struct WireClaims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
}

impl From<&AccessClaims> for WireClaims {
    fn from(claims: &AccessClaims) -> Self {
        Self {
            iss: claims.issuer.clone(),
            aud: claims.audience.clone(),
            sub: claims.account.to_string(),
            sid: claims.session.to_string(),
            iat: claims.issued_at.as_seconds(),
            exp: claims.expires_at.as_seconds(),
            auth_time: claims.authenticated_at.as_seconds(),
        }
    }
}

impl WireClaims {
    /// None if `sub` or `sid` is no id of ours.
    pub(super) fn parse(self) -> Option<AccessClaims> {
        Some(AccessClaims {
            account: self.sub.parse().ok()?,
            session: self.sid.parse().ok()?,
            issuer: self.iss,
            audience: self.aud,
            issued_at: Timestamp::from_seconds(self.iat),
            expires_at: Timestamp::from_seconds(self.exp),
            authenticated_at: Timestamp::from_seconds(self.auth_time),
        })
    }
}
