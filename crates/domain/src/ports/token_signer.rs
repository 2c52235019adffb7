use thiserror::Error;

use crate::Timestamp;
use crate::accounts::AccountId;
use crate::sessions::SessionId;

/// What an access token says, in the registered claims of RFC 7519 and OpenID Connect. It has the type of RFC 9068 and
/// not its `jti` and `client_id`: the session id is what revocation goes by, and there are no registered clients. Times
/// have whole seconds on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `iss`: the server's public URL.
    pub issuer: String,
    /// `aud`: which API the token is good for.
    pub audience: String,
    /// `sub`, or the private claim `account` if `sub` is the username: whose it is.
    pub account: AccountId,
    /// `sub` in the dialects whose documents want the username there; None elsewhere.
    pub username: Option<String>,
    /// `jti`: the token's own id, in the dialects whose documents show one; the token then also says `token_type` and
    /// `user_id`, which is the account.
    pub token_id: Option<TokenId>,
    /// `sid`: the session behind it.
    pub session: SessionId,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
    /// `auth_time`: when the account last proved itself with its password.
    pub authenticated_at: Timestamp,
}

/// Names a token, where tokens have names: 16 bytes that nobody can guess.
pub type TokenId = [u8; 16];

/// A public token-signing key: Ed25519, to be published as a JWK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicSigningKey {
    /// Its RFC 7638 thumbprint, which tokens name in `kid`.
    pub kid: String,
    /// The 32 bytes of the public key.
    pub x: [u8; 32],
}

/// Why a token was refused or could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not a token of ours: form, type, key id, signature or claims.
    #[error("not an access token of this server")]
    Rejected,
    /// The library could not sign.
    #[error("signing failed")]
    Signing,
}

/// Signs access tokens and checks signatures (JWT, EdDSA, `typ: at+jwt`). Whether a genuine token is still good
/// is the domain's rule ([`crate::sessions::Sessions::check_access`]), not the adapter's.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait TokenSigner: Send + Sync {
    /// The compact form of a token with these claims.
    ///
    /// # Errors
    /// [`TokenError::Signing`].
    fn sign(&self, claims: &AccessClaims) -> Result<String, TokenError>;

    /// The claims of a token whose algorithm, type, key id and signature are right; times are not looked at.
    ///
    /// # Errors
    /// [`TokenError::Rejected`].
    fn verify(&self, token: &str) -> Result<AccessClaims, TokenError>;

    /// The same for a refresh token of a dialect whose refresh tokens are JWTs (`typ: rt+jwt`): neither kind passes for
    /// the other.
    ///
    /// # Errors
    /// [`TokenError::Signing`].
    fn sign_refresh(&self, claims: &AccessClaims) -> Result<String, TokenError>;

    /// The claims of such a refresh token; times are not looked at.
    ///
    /// # Errors
    /// [`TokenError::Rejected`].
    fn verify_refresh(&self, token: &str) -> Result<AccessClaims, TokenError>;

    /// The keys that sign, or signed tokens which may still be alive.
    fn public_keys(&self) -> Vec<PublicSigningKey>;
}
