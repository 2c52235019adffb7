//! Access tokens: JWTs signed with Ed25519.

mod claims;
mod genuine;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sealpost_domain::Secret;
use sealpost_domain::ports::{AccessClaims, PublicSigningKey, TokenError, TokenSigner};
use thiserror::Error;

use crate::thumbprint::ed25519_thumbprint;
use claims::{TokenType, WireClaims};
use genuine::Genuine;

/// The media type of access tokens (RFC 9068, section 2.1). It keeps every other JWT of this server or another one
/// from being taken for an access token (RFC 8725, section 3.11).
const ACCESS: &str = "at+jwt";
/// The same for refresh tokens, which no document standardizes.
const REFRESH: &str = "rt+jwt";
/// Our tokens have about 500 bytes; nothing larger is even decoded.
const MAX_LEN: usize = 4096;

/// Signs and checks access tokens: JWS compact serialization (RFC 7515), EdDSA over Ed25519 (RFC 8037),
/// `typ: at+jwt`, and the key's RFC 7638 thumbprint as `kid`.
pub struct JwtSigner {
    signing: EncodingKey,
    verifying: DecodingKey,
    public: PublicSigningKey,
    header: Header,
    validation: Validation,
    genuine: Genuine,
}

/// The library did not take the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the token-signing key cannot be used")]
pub struct InvalidSigningKey;

impl JwtSigner {
    /// The key pair that belongs to this seed (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// [`InvalidSigningKey`]; any 32 bytes are a good seed, so this says that the library failed.
    pub fn new(seed: &Secret<[u8; 32]>) -> Result<Self, InvalidSigningKey> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| InvalidSigningKey)?;
        let x: [u8; 32] = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| InvalidSigningKey)?;
        // The library takes PKCS#8 only, and parses it anew for each signature.
        let document = pair.to_pkcs8().map_err(|_| InvalidSigningKey)?;
        let kid = ed25519_thumbprint(&x);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid.clone());
        Ok(Self {
            signing: EncodingKey::from_ed_der(document.as_ref()),
            verifying: DecodingKey::from_ed_der(&x),
            public: PublicSigningKey { kid, x },
            header,
            validation: signature_only(),
            genuine: Genuine::default(),
        })
    }

    /// What a header has to say before the signature is even looked at (RFC 8725, sections 3.1 and 3.11).
    fn accepts(&self, header: &Header, kind: &str) -> bool {
        header.alg == Algorithm::EdDSA
            && header.typ.as_deref() == Some(kind)
            && header.kid.as_deref() == Some(self.public.kid.as_str())
            // We understand no extension, so a critical one is a refusal (RFC 7515, section 4.1.11).
            && header.crit.is_none()
    }
}

/// Checks of time, audience and issuer are switched off here because the domain judges them, with its own clock and
/// by its own rules (`Sessions::check_access`). [`WireClaims`] makes sure that they are all there to be judged.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims = HashSet::new();
    validation
}

impl JwtSigner {
    fn sign_as(&self, kind: &str, claims: &AccessClaims) -> Result<String, TokenError> {
        let mut header = self.header.clone();
        header.typ = Some(kind.to_owned());
        let claims = WireClaims::new(claims, token_type(kind));
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| TokenError::Signing)
    }

    fn verify_as(&self, kind: &str, token: &str) -> Result<AccessClaims, TokenError> {
        if token.len() > MAX_LEN {
            return Err(TokenError::Rejected);
        }
        self.genuine
            .or_check((kind, token), || self.check(kind, token))
    }

    fn check(&self, kind: &str, token: &str) -> Result<AccessClaims, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Rejected)?;
        if !self.accepts(&header, kind) {
            return Err(TokenError::Rejected);
        }
        let decoded = jsonwebtoken::decode::<WireClaims>(token, &self.verifying, &self.validation)
            .map_err(|_| TokenError::Rejected)?;
        decoded
            .claims
            .parse(token_type(kind))
            .ok_or(TokenError::Rejected)
    }
}

/// What the payload of a token of this media type may call itself.
fn token_type(kind: &str) -> TokenType {
    if kind == REFRESH {
        TokenType::Refresh
    } else {
        TokenType::Access
    }
}

impl TokenSigner for JwtSigner {
    fn sign(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        self.sign_as(ACCESS, claims)
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        self.verify_as(ACCESS, token)
    }

    fn sign_refresh(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        self.sign_as(REFRESH, claims)
    }

    fn verify_refresh(&self, token: &str) -> Result<AccessClaims, TokenError> {
        self.verify_as(REFRESH, token)
    }

    fn public_keys(&self) -> Vec<PublicSigningKey> {
        vec![self.public.clone()]
    }
}

impl fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtSigner")
            .field("kid", &self.public.kid)
            .finish_non_exhaustive()
    }
}
