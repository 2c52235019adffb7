//! What it takes to believe a provider, against one that lies. (An honest one, a real process, is in the server's
//! tests.)

mod liar;

use sealpost_domain::Secret;
use sealpost_domain::federation::{ProviderId, ProviderInfo};
use serde_json::json;

use super::*;
use crate::{AllowedHost, Issuer};
use liar::{Liar, NONCE};

fn provider(issuer: &str, hosts: &[&str]) -> OidcProvider {
    let hosts = hosts.iter().map(|host| AllowedHost::parse(host).unwrap());
    OidcProvider::new(OidcSettings {
        info: ProviderInfo {
            id: ProviderId::parse("liar").unwrap(),
            display_name: "Liar".to_owned(),
        },
        issuer: Issuer::parse(issuer).unwrap(),
        credentials: Credentials {
            id: "us".to_owned(),
            secret: Some(Secret::new("secret".to_owned())),
        },
        scopes: vec!["email".to_owned()],
        hosts: hosts.collect(),
    })
    .unwrap()
}

fn coming_back(issuer: Option<&str>) -> Exchange {
    Exchange {
        code: Secret::new("code".to_owned()),
        redirect_uri: "http://127.0.0.1:5000/v1/oauth/liar/callback".to_owned(),
        nonce: NONCE.to_owned(),
        verifier: Secret::new("v".repeat(64)),
        issuer: issuer.map(str::to_owned),
    }
}

fn setting_out() -> AuthorizationRequest {
    AuthorizationRequest {
        redirect_uri: coming_back(None).redirect_uri,
        state: "the state".to_owned(),
        nonce: NONCE.to_owned(),
        verifier: coming_back(None).verifier,
    }
}

async fn exchanged(liar: &Liar) -> Result<ProvedIdentity, ProviderError> {
    provider(&liar.issuer(), &[])
        .exchange(coming_back(Some(&liar.issuer())))
        .await
}

#[tokio::test]
async fn an_honest_answer_is_believed() {
    let liar = Liar::start();
    let proved = exchanged(&liar).await.unwrap();
    assert_eq!(proved.external.issuer(), liar.issuer());
    assert_eq!(proved.external.subject(), "alice-1");
    assert_eq!(proved.profile.username(), Some("alice"));
    assert!(proved.email.unwrap().verified);
}

#[tokio::test]
async fn the_way_there_has_all_that_binds_the_way_back() {
    let liar = Liar::start();
    let url = provider(&liar.issuer(), &[])
        .authorization(&setting_out())
        .await
        .unwrap();
    for part in [
        "response_type=code",
        "client_id=us",
        "state=the+state",
        &format!("nonce={NONCE}"),
        "code_challenge_method=S256",
        // BASE64URL(SHA-256(64 times `v`)), computed with Python.
        "code_challenge=w1TpKUdYE9hUAcNSeeSRFioHDxfUxuHho_JHAfZ_vDM",
        "scope=openid+email",
        "redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fv1%2Foauth%2Fliar%2Fcallback",
    ] {
        assert!(url.contains(part), "{part} in {url}");
    }
    assert!(!url.contains(&"v".repeat(64)), "the verifier stays here");
}

#[tokio::test]
async fn a_token_that_is_wrong_in_one_respect_is_refused() {
    for (claim, lie) in [
        ("iss", json!("https://other.example")),
        ("aud", json!("somebody-else")),
        ("aud", json!(["us", "somebody-else"])),
        ("nonce", json!("of another login")),
        ("nonce", json!(null)),
        ("exp", json!(1_000)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
    ] {
        let liar = Liar::start();
        liar.claim(claim, lie.clone());
        let refused = exchanged(&liar).await;
        assert_eq!(refused, Err(ProviderError::Refused), "{claim}: {lie}");
    }
}

#[tokio::test]
async fn a_token_that_somebody_else_signed_is_refused() {
    for forge in [
        Liar::sign_with_another_key,
        Liar::sign_with_none,
        Liar::sign_with_our_secret,
    ] {
        let liar = Liar::start();
        forge(&liar);
        assert_eq!(exchanged(&liar).await, Err(ProviderError::Refused));
    }
}

#[tokio::test]
async fn userinfo_of_somebody_else_is_refused() {
    let liar = Liar::start();
    liar.answer(
        "/me",
        &json!({ "sub": "mallory", "email": "alice@mail.example" }),
    );
    assert_eq!(exchanged(&liar).await, Err(ProviderError::Refused));
}

#[tokio::test]
async fn an_answer_of_another_issuer_or_of_none_is_refused() {
    let liar = Liar::start();
    let provider = provider(&liar.issuer(), &[]);
    for told in [Some("https://other.example"), None] {
        let refused = provider.exchange(coming_back(told)).await;
        assert_eq!(refused, Err(ProviderError::Refused), "{told:?}");
    }
    assert_eq!(liar.asked("/token"), 0, "the code went nowhere");
}

#[tokio::test]
async fn a_new_key_is_fetched_but_not_as_often_as_strangers_like() {
    let liar = Liar::start();
    let provider = provider(&liar.issuer(), &[]);
    let exchange = || provider.exchange(coming_back(Some(&liar.issuer())));
    exchange().await.unwrap();
    assert_eq!(liar.asked("/jwks"), 1);
    liar.change_key();
    assert_eq!(
        exchange().await,
        Err(ProviderError::Refused),
        "asked just now"
    );
    assert_eq!(liar.asked("/jwks"), 1);
    // Stopped for the leap alone: a clock that stands still runs ahead while the network is waited for.
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(11)).await;
    tokio::time::resume();
    exchange().await.unwrap();
    assert_eq!(liar.asked("/jwks"), 2);
}

#[tokio::test]
async fn a_description_leads_nowhere_it_may_not() {
    for endpoint in ["token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let (liar, inside) = (Liar::start(), Liar::start());
        liar.describe(endpoint, &inside.url("/token"));
        assert_eq!(
            exchanged(&liar).await,
            Err(ProviderError::Failed),
            "{endpoint}"
        );
        assert_eq!(inside.asked("/token"), 0, "{endpoint}");
    }
    let liar = Liar::start();
    liar.describe("authorization_endpoint", "http://idp.example/auth");
    let begun = provider(&liar.issuer(), &[])
        .authorization(&setting_out())
        .await;
    assert_eq!(begun, Err(ProviderError::Failed));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (liar, inside) = (Liar::start(), Liar::start());
    liar.redirect("/token", &inside.url("/token"));
    assert!(exchanged(&liar).await.is_err());
    assert_eq!(inside.asked("/token"), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let liar = Liar::start();
    liar.answer(
        "/me",
        &json!({ "sub": "alice-1", "name": "x".repeat(1 << 20) }),
    );
    assert_eq!(exchanged(&liar).await, Err(ProviderError::Failed));
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_again_at_once() {
    let liar = Liar::start();
    liar.answer("/.well-known/openid-configuration", &json!({}));
    let provider = provider(&liar.issuer(), &[]);
    for _ in 0..3 {
        let begun = provider.authorization(&setting_out()).await;
        assert_eq!(begun, Err(ProviderError::Failed));
    }
    assert_eq!(liar.asked("/.well-known/openid-configuration"), 1);
}
