//! Good keys lead to one canonical form; bad ones are told apart.

use sealpost_domain::keys::KeyAlgorithm;
use serde_json::{Value, json};

use super::*;
use crate::b64;

const PEM: &str = include_str!("../../testdata/rsa-2048-public.pem");
const PKCS1: &str = include_str!("../../testdata/rsa-2048-public-pkcs1.pem");
const PRIVATE: &str = include_str!("../../testdata/rsa-2048.pem");
/// RFC 7638, section 3.1.
const RFC_7638: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn jwk(key: &Value) -> Result<InspectedKey, KeyRefused> {
    PublicKeyInspector.inspect(&KeyMaterial::Jwk(key.to_string()))
}

fn pem(text: &str) -> Result<InspectedKey, KeyRefused> {
    PublicKeyInspector.inspect(&KeyMaterial::Pem(text.to_owned()))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn rsa(n: &[u8], e: &[u8]) -> Result<InspectedKey, KeyRefused> {
    jwk(&json!({"kty": "RSA", "n": b64::encode(n), "e": b64::encode(e)}))
}

fn good_modulus() -> Vec<u8> {
    b64::decode(RFC_7638).unwrap()
}

#[test]
fn agrees_with_rfc_7638() {
    let key = jwk(&json!({
        "kty": "RSA", "n": RFC_7638, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"
    }))
    .unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::Rsa);
    assert_eq!(
        key.jwk,
        format!(r#"{{"e":"AQAB","kty":"RSA","n":"{RFC_7638}"}}"#)
    );
    assert_eq!(
        b64::encode(&key.thumbprint),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn curves_in_canonical_form() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key = jwk(&json!({"x": x, "use": "sig", "kty": "OKP", "crv": "Ed25519"})).unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::Ed25519);
    assert_eq!(
        key.jwk,
        format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
    );
    // RFC 8037, appendix A.3.
    assert_eq!(
        b64::encode(&key.thumbprint),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );

    let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
    let key = jwk(&json!({"kty": "OKP", "crv": "X25519", "x": x})).unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::X25519);

    // RFC 7517, appendix A.1.
    let (x, y) = (
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    );
    let key = jwk(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "1"})).unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::P256);
    assert_eq!(
        key.jwk,
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
    );
}

#[test]
fn both_forms_of_pem_are_the_same_key_and_lead_back() {
    let key = pem(PEM).unwrap();
    assert_eq!(key.algorithm, KeyAlgorithm::Rsa);
    assert_eq!(pem(PKCS1).unwrap(), key);
    assert_eq!(pem(&PEM.replace('\n', "\r\n")).unwrap(), key);
    assert_eq!(pem(&format!("\n  {PEM}\n\n")).unwrap(), key);
    assert_eq!(
        PublicKeyInspector
            .inspect(&KeyMaterial::Jwk(key.jwk.clone()))
            .unwrap(),
        key
    );
    assert_eq!(rsa_jwk_to_pem(&key.jwk).unwrap(), PEM);
}

#[test]
fn private_keys_are_refused_by_name() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut key = json!({"kty": "RSA", "n": RFC_7638, "e": "AQAB"});
        key[member] = json!("");
        assert_eq!(jwk(&key), Err(KeyRefused::Private), "{member}");
    }
    assert_eq!(
        jwk(&json!({"kty": "oct", "k": "AA"})),
        Err(KeyRefused::Private)
    );
    assert_eq!(pem(PRIVATE), Err(KeyRefused::Private));
    for label in [
        "RSA PRIVATE",
        "EC PRIVATE",
        "ENCRYPTED PRIVATE",
        "OPENSSH PRIVATE",
    ] {
        let text = PRIVATE.replace("PRIVATE", label);
        assert_eq!(pem(&text), Err(KeyRefused::Private), "{label}");
        assert_eq!(pem(&format!("{PEM}{text}")), Err(KeyRefused::Private));
    }
    // A private key in the field for a JWK.
    let text = KeyMaterial::Jwk(PRIVATE.to_owned());
    assert_eq!(PublicKeyInspector.inspect(&text), Err(KeyRefused::Private));
}

#[test]
fn what_is_no_key_is_unreadable() {
    let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"keys":[]}"#,
        r#"{"kty":7}"#,
        r#"{"kty":"OKP","crv":"X25519"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":7}"#,
        r#"{"kty":"RSA","n":"","e":"AQAB"}"#,
        // Not the one encoding of the number: a leading zero.
        r#"{"kty":"RSA","n":"0vx7agoebGc","e":"AAEAAQ"}"#,
        &format!(r#"{{"kty":"OKP","crv":"X25519","x":"{x}="}}"#),
        &format!(r#"{{"kty":"OKP","crv":"X25519","x":"{x}","x":"{x}"}}"#),
        &format!(r#"{{"kty":"OKP","crv":"X25519","x":"{x}"}}x"#),
    ] {
        let result = PublicKeyInspector.inspect(&KeyMaterial::Jwk(text.to_owned()));
        assert_eq!(result, Err(KeyRefused::Unreadable), "{text}");
    }
    for text in [
        "",
        "PUBLIC KEY",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        &PEM[..200],
        &PEM.replace("PUBLIC KEY", "CERTIFICATE"),
        &PEM.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
        &PKCS1.replace("RSA PUBLIC KEY", "PUBLIC KEY"),
        &PEM.replace("MII", "MIJ"),
        &format!("{PEM}{PEM}"),
    ] {
        assert_eq!(pem(text), Err(KeyRefused::Unreadable), "{text}");
    }
}

#[test]
fn other_kinds_and_other_schemes_are_unsupported() {
    let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
    for (kty, crv) in [
        ("OKP", "X448"),
        ("OKP", "P-256"),
        ("EC", "P-384"),
        ("EC", "X25519"),
        ("AKP", ""),
    ] {
        let key = json!({"kty": kty, "crv": crv, "x": x, "y": x});
        assert_eq!(jwk(&key), Err(KeyRefused::Unsupported), "{kty} {crv}");
    }
    // An Ed25519 key (RFC 8410, section 10.1).
    let ed25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    assert_eq!(pem(ed25519), Err(KeyRefused::Unsupported));
    let jwk = format!(r#"{{"kty":"OKP","crv":"X25519","x":"{x}"}}"#);
    assert_eq!(rsa_jwk_to_pem(&jwk), Err(KeyRefused::Unsupported));
}

#[test]
fn length_is_bounded_before_anything_is_parsed() {
    let text = " ".repeat(InspectedKey::MAX_BYTES + 1);
    for material in [KeyMaterial::Jwk(text.clone()), KeyMaterial::Pem(text)] {
        assert_eq!(
            PublicKeyInspector.inspect(&material),
            Err(KeyRefused::TooLarge)
        );
    }
}

#[test]
fn rsa_keys_of_the_wrong_size_are_refused() {
    let e = [1, 0, 1];
    let mut short = good_modulus();
    short[0] = 0x7f;
    assert_eq!(rsa(&short, &e), Err(KeyRefused::Size));
    assert_eq!(rsa(&good_modulus()[..128], &e), Err(KeyRefused::Size));
    let long = [&[1], [0xff; 1024].as_slice()].concat();
    assert_eq!(rsa(&long, &e), Err(KeyRefused::Size));
    // 8192 bits are looked at (and this number found divisible).
    assert_eq!(rsa(&long[1..], &e), Err(KeyRefused::Weak));
}

#[test]
fn rsa_exponents_have_bounds() {
    let n = good_modulus();
    for e in [
        vec![1],
        vec![3],
        vec![17],
        vec![0xff, 0xff],
        vec![1, 0, 2],
        vec![1, 0, 0, 0, 1],
    ] {
        assert_eq!(rsa(&n, &e), Err(KeyRefused::Exponent), "{e:?}");
    }
    for e in [vec![1, 0, 1], vec![1, 0, 3], vec![0xff; 4]] {
        assert!(rsa(&n, &e).is_ok(), "{e:?}");
    }
}

#[test]
fn weak_rsa_keys_are_refused() {
    let e = [1, 0, 1];
    let mut even = good_modulus();
    even[255] ^= 1;
    assert_eq!(rsa(&even, &e), Err(KeyRefused::Weak));
    // One bit of a good modulus flipped (a bad disk): most likely some small prime divides what it has become.
    let mut flipped = good_modulus();
    flipped[100] ^= 4;
    assert_eq!(rsa(&flipped, &e), Err(KeyRefused::Weak));
}

#[test]
fn weak_points_are_refused() {
    let small_x25519 = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // Not reduced: other spellings of 0 and of 9; and the base point with the bit that nobody reads.
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0900000000000000000000000000000000000000000000000000000000000080",
    ];
    let bad_ed25519 = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // Not reduced, and no point at all.
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
    ];
    let points = small_x25519.map(|point| ("X25519", point));
    for (crv, point) in points
        .into_iter()
        .chain(bad_ed25519.map(|point| ("Ed25519", point)))
    {
        let key = json!({"kty": "OKP", "crv": crv, "x": b64::encode(&hex(point))});
        assert_eq!(jwk(&key), Err(KeyRefused::Weak), "{crv} {point}");
    }
    let base_point = hex("0900000000000000000000000000000000000000000000000000000000000000");
    let base_point = b64::encode(&base_point);
    assert!(jwk(&json!({"kty": "OKP", "crv": "X25519", "x": base_point})).is_ok());
    // Off the curve; and the origin, which is not on it either.
    for (x, y) in [(7, 7), (0, 0)] {
        let (x, y) = (b64::encode(&[x; 32]), b64::encode(&[y; 32]));
        let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
        assert_eq!(jwk(&key), Err(KeyRefused::Weak));
    }
}
