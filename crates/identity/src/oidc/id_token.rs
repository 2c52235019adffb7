//! The proof: an ID token that holds in every respect.

use openidconnect::core::{
    CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, ClientId, Nonce, OAuth2TokenResponse as _,
    SignatureVerificationError, TokenResponse as _,
};

use super::OidcProvider;
use super::description::Metadata;
use crate::failure::{Failure, chain};

/// What a provider may sign with: asymmetric algorithms alone. A shared secret proves nothing to somebody else who knows
/// it, and `none` proves nothing at all.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

impl OidcProvider {
    /// The claims of the ID token, once its signature, issuer, audience, nonce, time and its tie to the access token are
    /// checked (OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8). If the key is not among those that are known,
    /// the provider may have got a new one since: they are fetched again, once.
    pub(super) async fn verified(
        &self,
        metadata: &Metadata,
        tokens: &CoreTokenResponse,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, Failure> {
        match judge(tokens, &self.verifier(metadata), nonce) {
            Err(Doubt::UnknownKey) => {
                let newer = self.description.newer().await?;
                judge(tokens, &self.verifier(&newer), nonce)
            }
            verdict => verdict,
        }
        .map_err(|doubt| match doubt {
            Doubt::UnknownKey => Failure::refused("the ID token is signed by an unknown key"),
            Doubt::Wrong(reason) => {
                Failure::refused(format!("the ID token does not hold: {reason}"))
            }
        })
    }

    fn verifier(&self, metadata: &Metadata) -> CoreIdTokenVerifier<'static> {
        let client = ClientId::new(self.credentials.id.clone());
        let (issuer, keys) = (metadata.issuer().clone(), metadata.jwks().clone());
        CoreIdTokenVerifier::new_public_client(client, issuer, keys).set_allowed_algs(ALGORITHMS)
    }
}

/// Why a token is not believed.
enum Doubt {
    /// No key is known that it could be signed with.
    UnknownKey,
    /// Anything else. The text names no secret.
    Wrong(String),
}

fn judge(
    tokens: &CoreTokenResponse,
    verifier: &CoreIdTokenVerifier<'_>,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, Doubt> {
    let wrong = |reason: &str| Doubt::Wrong(reason.to_owned());
    let token = tokens.id_token().ok_or_else(|| wrong("there is none"))?;
    let claims = token.claims(verifier, nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        ) => Doubt::UnknownKey,
        // The library's text would repeat the nonce.
        ClaimsVerificationError::InvalidNonce(_) => wrong("the nonce is another"),
        error => Doubt::Wrong(chain(&error)),
    })?;
    if let Some(expected) = claims.access_token_hash() {
        let key = token.signing_key(verifier);
        let algorithm = token.signing_alg();
        let (Ok(key), Ok(algorithm)) = (key, algorithm) else {
            return Err(Doubt::UnknownKey);
        };
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if hash.ok().as_ref() != Some(expected) {
            return Err(wrong("it belongs to another access token"));
        }
    }
    Ok(claims.clone())
}
