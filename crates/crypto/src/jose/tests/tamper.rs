//! Every member is changed, one after the other, and the message does not open.

use serde_json::json;

use super::*;
use crate::b64;
use crate::jose::agreement::{self, Parties};
use crate::jose::content::{self, ContentKey};
use crate::jose::jwe::{self, Entry};

fn sealed(kind: KeyAlgorithm) -> Value {
    serde_json::from_str(&seal_to(&[key(&pair(kind))]).unwrap()).unwrap()
}

#[track_caller]
fn assert_opens_not(body: &Value, kind: KeyAlgorithm, why: &CannotOpen) {
    let result = open_here(&body.to_string(), pair(kind));
    assert_eq!(result.as_ref().err(), Some(why), "{body:#}");
}

/// Another character in this place of a base64url text, still base64url.
fn flip(text: &Value, at: usize) -> Value {
    let mut bytes = b64::decode(text.as_str().unwrap()).unwrap();
    bytes[at] ^= 1;
    b64::encode(&bytes).into()
}

#[test]
fn a_changed_bit_anywhere_shows() {
    for kind in [KeyAlgorithm::X25519, KeyAlgorithm::P256, KeyAlgorithm::Rsa] {
        let good = sealed(kind);
        for member in ["iv", "ciphertext", "tag"] {
            let mut body = good.clone();
            body[member] = flip(&good[member], 3);
            assert_opens_not(&body, kind, &CannotOpen::Undecryptable);
        }
        let mut body = good.clone();
        let entry = &mut body["recipients"][0];
        entry["encrypted_key"] = flip(&entry["encrypted_key"], 3);
        assert_opens_not(&body, kind, &CannotOpen::Undecryptable);
    }
}

#[test]
fn the_protected_header_is_protected() {
    let kind = KeyAlgorithm::X25519;
    let mut body = sealed(kind);
    body["protected"] = b64::encode(br#"{"enc":"A256GCM"}"#).into();
    assert_opens_not(&body, kind, &CannotOpen::Undecryptable);
    // So is `aad`, which the sealer did not write.
    let mut body = sealed(kind);
    body["aad"] = json!("AAAA");
    assert_opens_not(&body, kind, &CannotOpen::Undecryptable);
}

#[test]
fn the_header_of_an_entry_is_bound_by_what_it_does() {
    for kind in [KeyAlgorithm::X25519, KeyAlgorithm::P256] {
        let good = sealed(kind);
        let other = sealed(kind)["recipients"][0]["header"]["epk"].clone();
        let zero = b64::encode(&[0; 32]);
        for (member, value) in [
            ("alg", json!("RSA-OAEP-256")),
            ("epk", other),
            ("epk", json!({"kty": "OKP", "crv": "X25519", "x": zero})),
            (
                "epk",
                json!({"kty": "EC", "crv": "P-256", "x": zero, "y": zero}),
            ),
            ("epk", json!("text")),
            ("epk", Value::Null),
            ("apu", json!("AAAA")),
            ("apv", json!("AAAA")),
            ("apv", json!(7)),
        ] {
            let mut body = good.clone();
            body["recipients"][0]["header"][member] = value;
            assert_opens_not(&body, kind, &CannotOpen::Undecryptable);
        }
        let mut body = good.clone();
        body["recipients"][0]["header"]["kid"] = json!("somebody");
        assert_opens_not(&body, kind, &CannotOpen::NotForYou);
    }
    let mut body = sealed(KeyAlgorithm::Rsa);
    body["recipients"][0]["header"]["alg"] = json!("ECDH-ES+A256KW");
    assert_opens_not(&body, KeyAlgorithm::Rsa, &CannotOpen::Undecryptable);
}

#[test]
fn half_a_body_is_no_body() {
    let kind = KeyAlgorithm::X25519;
    let body = sealed(kind).to_string();
    for end in 0..body.len() {
        let result = open_here(&body[..end], pair(kind));
        assert_eq!(result, Err(CannotOpen::Malformed), "{end}");
    }
}

/// A body of the format around any plaintext, as anybody can make one who has Bob's public key.
fn wrap(plaintext: &str) -> String {
    let bob = pair(KeyAlgorithm::X25519);
    let key = ContentKey::default();
    let entry: Entry = key_entry(&bob, &key);
    let protected = jwe::protected_header();
    let sealed = content::encrypt(&key, [0; 12], protected.as_bytes(), plaintext.as_bytes());
    jwe::write(&protected, vec![entry], &sealed.unwrap()).unwrap()
}

fn key_entry(bob: &SealingKeyPair, content_key: &ContentKey) -> Entry {
    let mine = agreement::private_key(KeyAlgorithm::X25519, &[5; 32]).unwrap();
    let epk = agreement::public_key(&mine).unwrap().jwk();
    let epk: Value = serde_json::from_str(&epk).unwrap();
    let theirs = crate::keys::Public::from_jwk(&bob.public_jwk()).unwrap();
    let wrapped = agreement::wrap(&mine, &theirs, &Parties::default(), content_key).unwrap();
    Entry {
        header: json!({"alg": agreement::ALG, "epk": epk, "kid": bob.kid()}),
        encrypted_key: b64::encode(&wrapped),
    }
}

/// A JWS of Alice's over this payload, in a body for Bob.
fn signed(payload: &Value) -> String {
    let payload = payload.to_string();
    wrap(&jws::sign(payload.as_bytes(), &alice()).unwrap())
}

fn payload() -> Value {
    json!({
        "v": 1,
        "conversation": conversation().to_string(),
        "client_id": "first",
        "sent_at": "2026-11-21T13:04:05.678Z",
        "content": "Hi",
    })
}

#[track_caller]
fn assert_inside(body: &str, why: &CannotOpen) {
    let result = open_here(body, pair(KeyAlgorithm::X25519));
    assert_eq!(result.as_ref().err(), Some(why));
}

#[test]
fn what_is_inside_must_be_a_signed_message() {
    // What the other tests forge would open but for its one fault; and without `v`, and with what is not known.
    let open_bob = |body: &str| open_here(body, pair(KeyAlgorithm::X25519));
    assert!(open_bob(&signed(&payload())).is_ok());
    let mut free = payload();
    free.as_object_mut().unwrap().remove("v");
    free["later"] = json!({"any": "thing"});
    assert!(open_bob(&signed(&free)).is_ok());

    for plaintext in ["", "Hi", "{}", "a.b.c", &payload().to_string()] {
        assert_inside(&wrap(plaintext), &CannotOpen::NotSigned);
    }
    for (member, value) in [
        ("v", json!(2)),
        ("v", json!("1")),
        ("conversation", json!("here")),
        ("conversation", Value::Null),
        ("client_id", json!("")),
        ("sent_at", json!(1_800_000_000)),
        ("sent_at", json!("yesterday")),
        ("content", json!(["Hi"])),
        ("content", Value::Null),
    ] {
        let mut changed = payload();
        changed[member] = value;
        assert_inside(&signed(&changed), &CannotOpen::NotSigned);
    }
    let twice = payload()
        .to_string()
        .replacen('{', r#"{"content":"Ho","#, 1);
    let twice = wrap(&jws::sign(twice.as_bytes(), &alice()).unwrap());
    assert_inside(&twice, &CannotOpen::NotSigned);
}

#[test]
fn a_signature_by_another_hand_shows() {
    let text = jws::sign(payload().to_string().as_bytes(), &alice()).unwrap();
    let (message, signature) = text.rsplit_once('.').unwrap();
    let changed = flip(&json!(signature), 3);
    let changed = format!("{message}.{}", changed.as_str().unwrap());
    assert_inside(&wrap(&changed), &CannotOpen::BadSignature);

    // Mallory signs, and names Alice's key.
    let mallory = SigningKeyPair::generate(&OsEntropy);
    let signature = mallory.sign(message.as_bytes()).unwrap();
    let forged = format!("{message}.{}", b64::encode(&signature));
    assert_inside(&wrap(&forged), &CannotOpen::BadSignature);
}

#[test]
fn what_was_said_elsewhere_was_not_said_here() {
    // Bob takes Alice's signed words out of another conversation and seals them to this one.
    let mut other = payload();
    other["conversation"] = json!("ffffffff-0506-7708-890a-0b0c0d0e0f10");
    assert_inside(&signed(&other), &CannotOpen::Elsewhere);
}
