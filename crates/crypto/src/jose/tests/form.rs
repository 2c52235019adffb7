//! What has the form of a sealed message: the server judges by this alone.

use sealpost_domain::ports::KeyInspector;
use serde_json::json;

use super::*;
use crate::{PublicKeyInspector, b64};

fn recipients(body: &Value) -> Option<Vec<String>> {
    PublicKeyInspector.recipients(&body.to_string())
}

fn good() -> Value {
    let kinds = [KeyAlgorithm::Rsa, KeyAlgorithm::X25519];
    let keys = kinds.map(|kind| key(&pair(kind)));
    serde_json::from_str(&seal_to(&keys).unwrap()).unwrap()
}

#[test]
fn recipients_are_named_in_their_order() {
    let kids = [KeyAlgorithm::Rsa, KeyAlgorithm::X25519].map(|kind| pair(kind).kid().to_owned());
    assert_eq!(recipients(&good()), Some(kids.to_vec()));
}

#[test]
fn members_may_stand_in_any_header() {
    // RFC 7516, section 7.2.1: one recipient, everything protected; and a shared, unprotected `alg`.
    let protected = json!({"enc": "A256GCM", "alg": "RSA-OAEP-256", "kid": "k"});
    let body = json!({
        "protected": b64::encode(protected.to_string().as_bytes()),
        "recipients": [{"encrypted_key": "AAAA"}],
        "iv": b64::encode(&[0; 12]), "ciphertext": "AAAA", "tag": b64::encode(&[0; 16]),
        "unknown": {"is": "ignored"},
    });
    assert_eq!(recipients(&body), Some(vec!["k".to_owned()]));
    let mut body = good();
    body["unprotected"] = json!({"jku": "https://example.com"});
    assert!(recipients(&body).is_some());
    body["unprotected"] = json!({"alg": "RSA-OAEP-256"});
    assert_eq!(recipients(&body), None, "in two headers");
}

#[test]
fn other_shapes_are_refused() {
    let protect = |header: Value| json!(b64::encode(header.to_string().as_bytes()));
    for (pointer, value) in [
        ("/protected", Value::Null),
        ("/protected", json!("")),
        ("/protected", protect(json!([]))),
        ("/protected", protect(json!({}))),
        ("/protected", protect(json!({"enc": "A128GCM"}))),
        (
            "/protected",
            protect(json!({"enc": "A256GCM", "zip": "DEF"})),
        ),
        (
            "/protected",
            protect(json!({"enc": "A256GCM", "crit": ["exp"], "exp": 1})),
        ),
        (
            "/protected",
            protect(json!({"enc": "A256GCM", "kid": "in two headers"})),
        ),
        ("/recipients", json!([])),
        ("/recipients", json!({})),
        ("/recipients/0", Value::Null),
        ("/recipients/0/header", json!([])),
        ("/recipients/0/header", json!({"alg": "RSA-OAEP-256"})),
        ("/recipients/1/header/kid", json!(7)),
        ("/recipients/1/header/alg", json!("dir")),
        ("/recipients/1/header/alg", json!("RSA1_5")),
        ("/recipients/1/header/alg", json!("ECDH-ES")),
        ("/recipients/1/encrypted_key", json!("A")),
        ("/recipients/1/encrypted_key", Value::Null),
        ("/iv", json!("AAAA")),
        ("/tag", json!("AAAA")),
        ("/ciphertext", json!("AA==")),
        ("/ciphertext", Value::Null),
    ] {
        let mut body = good();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(recipients(&body), None, "{pointer}: {value}");
    }
    for (member, value) in [
        ("header", json!({})),
        ("encrypted_key", json!("AAAA")),
        ("unprotected", json!([])),
        ("aad", json!(7)),
    ] {
        let mut body = good();
        body[member] = value;
        assert_eq!(recipients(&body), None, "{member}");
    }
    for text in ["", "{}", "a.b.c.d.e", "null"] {
        assert_eq!(PublicKeyInspector.recipients(text), None, "{text}");
    }
    let twice = good().to_string().replacen('{', r#"{"iv":"","#, 1);
    assert_eq!(PublicKeyInspector.recipients(&twice), None);
}

#[test]
fn a_thousand_recipients_and_no_more() {
    let mut body = good();
    let entry = body["recipients"][0].clone();
    body["recipients"] = vec![entry.clone(); MAX_RECIPIENTS].into();
    assert_eq!(recipients(&body).map(|kids| kids.len()), Some(1000));
    body["recipients"] = vec![entry; MAX_RECIPIENTS + 1].into();
    assert_eq!(recipients(&body), None);
}

#[test]
fn the_shape_of_rfc_7516_is_read_up_to_its_algorithms() {
    // Appendix A.4.7, cut: the same form with `A128CBC-HS256`, `RSA1_5` and `A128KW`, which the format does not have.
    let body = json!({
        "protected": "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0",
        "unprotected": {"jku": "https://server.example.com/keys.jwks"},
        "recipients": [
            {"header": {"alg": "RSA1_5", "kid": "2011-04-29"}, "encrypted_key": "AAAA"},
            {"header": {"alg": "A128KW", "kid": "7"}, "encrypted_key": "6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ"},
        ],
        "iv": "AxY8DCtDaGlsbGljb3RoZQ",
        "ciphertext": "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY",
        "tag": "Mz-VPPyU4RlcuYv1IwIvzw",
    });
    assert_eq!(recipients(&body), None);
    let mut ours = body;
    ours["protected"] = json!(b64::encode(br#"{"enc":"A256GCM"}"#));
    ours["iv"] = json!(b64::encode(&[0; 12]));
    ours["recipients"][0]["header"]["alg"] = json!("RSA-OAEP-256");
    ours["recipients"][1]["header"]["alg"] = json!("ECDH-ES+A256KW");
    assert_eq!(
        recipients(&ours),
        Some(vec!["2011-04-29".to_owned(), "7".to_owned()])
    );
}
