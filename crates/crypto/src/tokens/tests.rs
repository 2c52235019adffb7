//! What RFC 8725 (JWT Best Current Practices) warns of.

use base64ct::{Base64UrlUnpadded, Encoding};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::sessions::{Dialect, SessionId};
use serde_json::{Value, json};

use super::*;

/// The key of RFC 8037, appendix A.1.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

fn bytes(text: &str) -> [u8; 32] {
    Base64UrlUnpadded::decode_vec(text)
        .unwrap()
        .try_into()
        .unwrap()
}

fn signer() -> JwtSigner {
    JwtSigner::new(&Secret::new(bytes(SEED))).unwrap()
}

pub(super) fn claims() -> AccessClaims {
    AccessClaims {
        issuer: "https://us".to_owned(),
        audience: "sealpost:v1".to_owned(),
        account: AccountId::from_bytes([1; 16]),
        username: None,
        token_id: None,
        session: SessionId::from_bytes([2; 16]),
        issued_at: Timestamp::from_seconds(1_000),
        expires_at: Timestamp::from_seconds(1_900),
        authenticated_at: Timestamp::from_seconds(900),
    }
}

fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": KID})
}

fn payload() -> Value {
    serde_json::to_value(WireClaims::new(&claims(), TokenType::Access)).unwrap()
}

fn with(mut object: Value, member: &str, value: Value) -> Value {
    object[member] = value;
    object
}

fn encode(value: &Value) -> String {
    Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
}

/// A token with this header and payload, truly signed with our key.
fn signed(header: &Value, payload: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let pair = Ed25519KeyPair::from_seed_unchecked(&bytes(SEED)).unwrap();
    let signature = Base64UrlUnpadded::encode_string(pair.sign(message.as_bytes()).as_ref());
    format!("{message}.{signature}")
}

#[track_caller]
fn assert_rejected(token: &str) {
    assert_eq!(signer().verify(token), Err(TokenError::Rejected), "{token}");
}

#[test]
fn a_token_leads_back_to_its_claims() {
    let token = signer().sign(&claims()).unwrap();
    assert_eq!(signer().verify(&token), Ok(claims()));
    // The tokens that the other tests forge would pass but for their one fault.
    assert_eq!(
        signer().verify(&signed(&header(), &payload())),
        Ok(claims())
    );
}

#[test]
fn the_wire_format_is_documented() {
    let token = signer().sign(&claims()).unwrap();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(text).unwrap()).unwrap()
    };
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(part(parts[0]), header());
    assert_eq!(
        part(parts[1]),
        json!({
            "iss": "https://us", "aud": "sealpost:v1",
            "sub": "01010101-0101-0101-0101-010101010101", "sid": "02020202-0202-0202-0202-020202020202",
            "iat": 1000, "exp": 1900, "auth_time": 900,
        })
    );
}

#[test]
fn the_public_key_is_published_under_its_thumbprint() {
    let published = signer().public_keys();
    assert_eq!(
        published,
        [PublicSigningKey {
            kid: KID.to_owned(),
            x: bytes(PUBLIC)
        }]
    );
}

#[test]
fn an_expired_token_is_genuine_and_the_domain_judges_it() {
    let old = AccessClaims {
        expires_at: Timestamp::from_seconds(1),
        ..claims()
    };
    let token = signer().sign(&old).unwrap();
    assert_eq!(signer().verify(&token), Ok(old));
}

#[test]
fn no_algorithm_and_other_algorithms_are_refused() {
    for alg in [
        "none", "None", "HS256", "RS256", "ES256", "Ed25519", "eddsa",
    ] {
        assert_rejected(&signed(&with(header(), "alg", json!(alg)), &payload()));
    }
    let unsigned = format!(
        "{}.{}.",
        encode(&with(header(), "alg", json!("none"))),
        encode(&payload())
    );
    assert_rejected(&unsigned);
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(ACCESS.to_owned());
    header.kid = Some(KID.to_owned());
    for secret in [bytes(PUBLIC).to_vec(), PUBLIC.as_bytes().to_vec()] {
        let key = EncodingKey::from_secret(&secret);
        assert_rejected(&jsonwebtoken::encode(&header, &payload(), &key).unwrap());
    }
}

#[test]
fn only_access_tokens_of_a_known_key_are_taken() {
    for typ in [
        json!("JWT"),
        json!("AT+JWT"),
        json!("application/at+jwt"),
        json!("at+jwt "),
        json!(null),
    ] {
        assert_rejected(&signed(&with(header(), "typ", typ), &payload()));
    }
    for kid in [json!("another"), json!(""), json!(null), json!(7)] {
        assert_rejected(&signed(&with(header(), "kid", kid), &payload()));
    }
    let stranger = JwtSigner::new(&Secret::new([5; 32])).unwrap();
    assert_rejected(&stranger.sign(&claims()).unwrap());
}

#[test]
fn a_strangers_signature_under_our_kid_is_refused() {
    let mut stranger = JwtSigner::new(&Secret::new([5; 32])).unwrap();
    stranger.header.kid = Some(KID.to_owned());
    assert_rejected(&stranger.sign(&claims()).unwrap());
    // A key in the header is nobody's key (RFC 8725, section 3.10).
    let x = Base64UrlUnpadded::encode_string(&stranger.public.x);
    stranger.header.jwk =
        serde_json::from_value(json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap();
    assert_rejected(&stranger.sign(&claims()).unwrap());
}

#[test]
fn critical_extensions_are_refused() {
    for crit in [json!(["b64"]), json!(["exp"]), json!([])] {
        assert_rejected(&signed(&with(header(), "crit", crit), &payload()));
    }
}

#[test]
fn every_claim_is_needed_and_has_its_type() {
    for claim in ["iss", "aud", "sub", "sid", "iat", "exp", "auth_time"] {
        let mut without = payload();
        without.as_object_mut().unwrap().remove(claim);
        assert_rejected(&signed(&header(), &without));
        assert_rejected(&signed(&header(), &with(payload(), claim, json!(null))));
        assert_rejected(&signed(
            &header(),
            &with(payload(), claim, json!(["sealpost:v1"])),
        ));
    }
    assert_rejected(&signed(&header(), &with(payload(), "exp", json!("1900"))));
    assert_rejected(&signed(&header(), &with(payload(), "exp", json!(1900.5))));
    assert_rejected(&signed(&header(), &with(payload(), "sub", json!("alice"))));
}

#[test]
fn whatever_is_changed_is_noticed() {
    let token = signer().sign(&claims()).unwrap();
    let parts: Vec<_> = token.split('.').collect();
    let forged = encode(&with(
        payload(),
        "sub",
        json!("03030303-0303-0303-0303-030303030303"),
    ));
    assert_rejected(&format!("{}.{forged}.{}", parts[0], parts[2]));
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_rejected(&String::from_utf8(changed).unwrap());
        assert_rejected(&token[..at]);
    }
    for wrong in [
        format!("{token}="),
        format!("{token}."),
        format!(" {token}"),
        format!("{token}.{token}"),
    ] {
        assert_rejected(&wrong);
    }
}

#[test]
fn an_overlong_token_is_not_even_decoded() {
    let padded = |length: usize| with(payload(), "pad", json!("x".repeat(length)));
    assert_eq!(
        signer().verify(&signed(&header(), &padded(2_000))),
        Ok(claims())
    );
    assert_rejected(&signed(&header(), &padded(4_000)));
}

#[test]
fn debug_shows_the_key_id_only() {
    assert_eq!(
        format!("{:?}", signer()),
        format!("JwtSigner {{ kid: \"{KID}\", .. }}")
    );
}

#[test]
fn a_named_token_has_the_username_as_its_subject() {
    let named = AccessClaims {
        username: Some("alice".to_owned()),
        ..claims()
    };
    let payload = serde_json::to_value(WireClaims::new(&named, TokenType::Access)).unwrap();
    assert_eq!(payload["sub"], "alice");
    assert_eq!(payload["account"], named.account.to_string());
    assert_eq!(signer().verify(&signer().sign(&named).unwrap()), Ok(named));
}

#[test]
fn a_token_of_the_vault_says_whose_it_is_in_its_own_word() {
    let vault = AccessClaims {
        audience: Dialect::Vault.audience().to_owned(),
        ..claims()
    };
    let payload = serde_json::to_value(WireClaims::new(&vault, TokenType::Access)).unwrap();
    assert_eq!(payload["public_id"], vault.account.to_string());
    assert_eq!(
        signer().verify(&signer().sign(&vault).unwrap()),
        Ok(vault.clone())
    );
    // The word decides nothing: `sub` does.
    let other = "03030303-0303-0303-0303-030303030303";
    let forged = signed(&header(), &with(payload, "public_id", json!(other)));
    assert_eq!(signer().verify(&forged), Ok(vault));
}

#[test]
fn neither_kind_passes_for_the_other() {
    let access = signer().sign(&claims()).unwrap();
    let refresh = signer().sign_refresh(&claims()).unwrap();
    assert_eq!(signer().verify_refresh(&refresh), Ok(claims()));
    assert_eq!(signer().verify(&refresh), Err(TokenError::Rejected));
    assert_eq!(signer().verify_refresh(&access), Err(TokenError::Rejected));
}

#[test]
fn a_token_with_an_id_says_what_it_is_as_document_002_shows_it() {
    let identified = AccessClaims {
        token_id: Some([0x0D; 16]),
        ..claims()
    };
    let access = signer().sign(&identified).unwrap();
    let refresh = signer().sign_refresh(&identified).unwrap();
    for (token, kind) in [(&access, "access"), (&refresh, "refresh")] {
        let payload = token.split('.').nth(1).unwrap();
        let payload = Base64UrlUnpadded::decode_vec(payload).unwrap();
        let said: Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(said["token_type"], kind);
        assert_eq!(said["jti"], "0d".repeat(16));
        assert_eq!(said["user_id"], said["sub"]);
    }
    assert_eq!(signer().verify(&access), Ok(identified.clone()));
    assert_eq!(signer().verify_refresh(&refresh), Ok(identified));
    assert!(signer().verify(&refresh).is_err());
    assert!(signer().verify_refresh(&access).is_err());
    let wire = serde_json::to_value(WireClaims::new(&claims(), TokenType::Access)).unwrap();
    for member in ["jti", "token_type", "user_id"] {
        assert!(wire.get(member).is_none(), "{member}");
    }
}
