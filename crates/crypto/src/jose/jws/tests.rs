//! Published vectors, and what RFC 8725 warns of.

use super::*;

const ED25519: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// The RFCs' examples carry no `kid`, which a message must: here it is granted.
fn example(text: &str) -> Unverified<'_> {
    let (message, signature) = text.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let header = json::object(&String::from_utf8(b64::decode(header).unwrap()).unwrap()).unwrap();
    Unverified {
        alg: Alg::parse(json::text(&header, "alg").unwrap()).unwrap(),
        kid: String::new(),
        message,
        payload: Zeroizing::new(b64::decode(payload).unwrap()),
        signature: b64::decode(signature).unwrap(),
    }
}

fn verify(text: &str, jwk: &str) -> Option<Vec<u8>> {
    let key = Public::from_jwk(jwk).unwrap();
    example(text).verify(&key).map(|payload| payload.to_vec())
}

#[test]
fn agrees_with_rfc_8037() {
    // Appendix A.4 and A.5.
    let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(
        verify(text, ED25519).unwrap(),
        b"Example of Ed25519 signing"
    );
    assert_eq!(verify(&text.replacen("RXhh", "RXhi", 1), ED25519), None);
}

#[test]
fn agrees_with_rfc_7515() {
    // Appendix A.3.
    let text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    assert!(verify(text, jwk).unwrap().starts_with(b"{\"iss\":\"joe\""));
    assert_eq!(verify(&text.replacen("eyJp", "eyJq", 1), jwk), None);
    // A key of another kind, whatever the header says.
    assert_eq!(verify(text, ED25519), None);
}

#[test]
fn what_is_signed_is_read_and_verified() {
    let pair = SigningKeyPair::from_seed(sealpost_domain::Secret::new([9; 32])).unwrap();
    let text = sign(b"payload", &pair).unwrap();
    let parsed = Unverified::parse(&text).unwrap();
    assert_eq!(parsed.kid(), pair.kid());
    let key = Public::from_jwk(&pair.public_jwk()).unwrap();
    assert_eq!(parsed.verify(&key).unwrap().as_slice(), b"payload");
    let other = Public::from_jwk(ED25519).unwrap();
    assert!(Unverified::parse(&text).unwrap().verify(&other).is_none());
}

#[test]
fn headers_that_are_not_of_the_format_are_refused() {
    let with = |header: &str| format!("{}.cGF5bG9hZA.AAAA", b64::encode(header.as_bytes()));
    let good = format!(r#"{{"alg":"EdDSA","kid":"{KID}"}}"#);
    assert!(Unverified::parse(&with(&good)).is_some());
    for header in [
        format!(r#"{{"alg":"none","kid":"{KID}"}}"#),
        format!(r#"{{"alg":"HS256","kid":"{KID}"}}"#),
        format!(r#"{{"alg":"eddsa","kid":"{KID}"}}"#),
        format!(r#"{{"alg":"EdDSA","alg":"EdDSA","kid":"{KID}"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{KID}","crit":["b64"],"b64":false}}"#),
        format!(r#"{{"kid":"{KID}"}}"#),
        r#"{"alg":"EdDSA"}"#.to_owned(),
        r#"{"alg":"EdDSA","kid":"me"}"#.to_owned(),
        "[]".to_owned(),
        String::new(),
    ] {
        assert!(Unverified::parse(&with(&header)).is_none(), "{header}");
    }
    for text in ["", ".", "..", "a.b", &format!("{}.x", with(&good))] {
        assert!(Unverified::parse(text).is_none(), "{text}");
    }
}
