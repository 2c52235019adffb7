//! What an ID token and the userinfo endpoint say of somebody.

use openidconnect::core::{CoreIdTokenClaims, CoreTokenResponse, CoreUserInfoClaims};
use openidconnect::{
    ConfigurationError, EndUserName, EndUserNickname, LocalizedClaim, OAuth2TokenResponse as _,
    UserInfoError,
};
use sealpost_domain::accounts::Email;
use sealpost_domain::federation::{ExternalId, IdentityProfile};
use sealpost_domain::ports::{ProvedEmail, ProvedIdentity};

use super::Client;
use crate::failure::Failure;
use crate::fetch::{FetchError, Fetcher};

/// Whom the proof names, with what the userinfo endpoint adds if the provider has one. What it says counts for the
/// subject of the ID token alone (OpenID Connect Core 1.0, section 5.3.2).
pub(super) async fn read(
    client: &Client,
    tokens: &CoreTokenResponse,
    proof: &CoreIdTokenClaims,
    fetcher: &Fetcher,
) -> Result<ProvedIdentity, Failure> {
    let subject = proof.subject();
    let external = ExternalId::new(proof.issuer().as_str(), subject.as_str())
        .map_err(|error| Failure::failed("it names somebody in a way that is not taken", &error))?;
    let request = client.user_info(tokens.access_token().clone(), Some(subject.clone()));
    let further: Option<CoreUserInfoClaims> = match request {
        Err(ConfigurationError::MissingUrl(_)) => None,
        Err(error) => return Err(Failure::failed("its userinfo endpoint is odd", &error)),
        Ok(request) => Some(
            request
                .request_async(fetcher)
                .await
                .map_err(userinfo_failure)?,
        ),
    };
    Ok(ProvedIdentity {
        external,
        profile: profile(proof, further.as_ref()),
        email: email(proof, further.as_ref()),
    })
}

fn userinfo_failure(error: UserInfoError<FetchError>) -> Failure {
    let what = "its userinfo endpoint";
    match error {
        UserInfoError::ClaimsVerification(error) => Failure::refused(format!("{what}: {error}")),
        UserInfoError::Request(error) => Failure::failed(what, &error),
        // The rest quotes the answer.
        _ => Failure::Failed(format!("{what} does not say what it should")),
    }
}

/// The shortest of what they are called, and their picture.
fn profile(proof: &CoreIdTokenClaims, further: Option<&CoreUserInfoClaims>) -> IdentityProfile {
    let said = further.and_then(|claims| claims.preferred_username());
    let name = said.or_else(|| proof.preferred_username());
    let name = name.map(|name| name.as_str());
    let nickname = || {
        let said = further.and_then(|claims| plain(claims.nickname()));
        said.or_else(|| plain(proof.nickname()))
            .map(|name: &EndUserNickname| name.as_str())
    };
    let full_name = || {
        let said = further.and_then(|claims| plain(claims.name()));
        said.or_else(|| plain(proof.name()))
            .map(|name: &EndUserName| name.as_str())
    };
    let picture = further.and_then(|claims| plain(claims.picture()));
    let picture = picture.or_else(|| plain(proof.picture()));
    IdentityProfile::new(
        name.or_else(nickname).or_else(full_name),
        picture.map(|picture| picture.as_str()),
    )
}

/// The claim that is in no language, else in any.
fn plain<T>(claim: Option<&LocalizedClaim<T>>) -> Option<&T> {
    let claim = claim?;
    claim
        .get(None)
        .or_else(|| claim.iter().map(|(_, value)| value).next())
}

/// An address and whether it is verified, both from the same place: one says nothing about the other's.
fn email(proof: &CoreIdTokenClaims, further: Option<&CoreUserInfoClaims>) -> Option<ProvedEmail> {
    let said = further.and_then(|claims| Some((claims.email()?, claims.email_verified())));
    let said = said.or_else(|| Some((proof.email()?, proof.email_verified())));
    let (address, verified) = said?;
    Some(ProvedEmail {
        address: Email::parse(address.as_str()).ok()?,
        verified: verified == Some(true),
    })
}
