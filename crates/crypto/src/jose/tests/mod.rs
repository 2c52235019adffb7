//! Messages from end to end: what is sealed opens where it belongs, and nowhere else.

mod form;
mod tamper;

use sealpost_domain::conversations::ConversationId;
use sealpost_domain::keys::KeyAlgorithm;
use sealpost_domain::messages::ClientId;
use sealpost_domain::{Secret, Timestamp};
use serde_json::Value;

use super::*;
use crate::OsEntropy;

const RSA: &str = include_str!("../../../testdata/rsa-2048.pem");
const JWCRYPTO: &str = include_str!("../../../testdata/jwcrypto_messages.json");

fn conversation() -> ConversationId {
    "01020304-0506-7708-890a-0b0c0d0e0f10".parse().unwrap()
}

fn client_id() -> ClientId {
    ClientId::parse("first").unwrap()
}

fn alice() -> SigningKeyPair {
    SigningKeyPair::from_seed(Secret::new([9; 32])).unwrap()
}

fn pair(algorithm: KeyAlgorithm) -> SealingKeyPair {
    let private = match algorithm {
        KeyAlgorithm::Rsa => {
            let text: String = RSA.lines().filter(|line| !line.starts_with('-')).collect();
            <base64ct::Base64 as base64ct::Encoding>::decode_vec(&text).unwrap()
        }
        _ => vec![7; 32],
    };
    SealingKeyPair::from_private(algorithm, Secret::new(private)).unwrap()
}

fn key(pair: &SealingKeyPair) -> RecipientKey {
    RecipientKey::from_jwk(&pair.public_jwk()).unwrap()
}

fn seal_to(recipients: &[RecipientKey]) -> Result<String, CannotSeal> {
    let draft = Draft {
        conversation: conversation(),
        client_id: &client_id(),
        sent_at: Timestamp::from_seconds(1_800_000_000),
        content: "Grüße \"an\" \u{1}alle",
    };
    seal(&draft, &alice(), recipients, &OsEntropy)
}

fn open_here(body: &str, mine: SealingKeyPair) -> Result<Opened, CannotOpen> {
    let place = Place {
        conversation: conversation(),
        client_id: &client_id(),
    };
    let alice = alice();
    open(body, &place, &[mine], |kid| {
        (kid == alice.kid()).then(|| alice.public_jwk())
    })
}

#[test]
fn every_recipient_reads_what_the_sender_wrote() {
    let kinds = [KeyAlgorithm::X25519, KeyAlgorithm::P256, KeyAlgorithm::Rsa];
    let keys = kinds.map(|kind| key(&pair(kind)));
    let body = seal_to(&keys).unwrap();
    for kind in kinds {
        assert_eq!(pair(kind).algorithm(), kind);
        let opened = open_here(&body, pair(kind)).unwrap();
        assert_eq!(
            opened,
            Opened {
                conversation: conversation(),
                client_id: client_id(),
                sent_at: Timestamp::from_seconds(1_800_000_000),
                content: "Grüße \"an\" \u{1}alle".to_owned(),
                sender_kid: alice().kid().to_owned(),
            }
        );
        assert!(!format!("{opened:?}").contains("Gr"), "content in a log");
    }
    // The plaintext shows nowhere, and no two bodies are alike.
    assert!(!body.contains("alle"));
    assert_ne!(body, seal_to(&keys).unwrap());
}

#[test]
fn pairs_lead_back_from_what_is_kept() {
    let made = SealingKeyPair::generate(&OsEntropy);
    let kept = Secret::new(made.private().expose().clone());
    let again = SealingKeyPair::from_private(made.algorithm(), kept).unwrap();
    assert_eq!(again.public_jwk(), made.public_jwk());
    let made = SigningKeyPair::generate(&OsEntropy);
    let again = SigningKeyPair::from_seed(made.seed().clone()).unwrap();
    assert_eq!(again.kid(), made.kid());
    assert_ne!(made.kid(), SigningKeyPair::generate(&OsEntropy).kid());
}

#[test]
fn bad_private_keys_are_refused() {
    for (algorithm, bytes) in [
        (KeyAlgorithm::X25519, vec![7; 31]),
        (KeyAlgorithm::P256, vec![0; 32]),
        (KeyAlgorithm::P256, vec![0xff; 32]),
        (KeyAlgorithm::Rsa, vec![7; 32]),
        (KeyAlgorithm::Ed25519, vec![7; 32]),
    ] {
        let made = SealingKeyPair::from_private(algorithm, Secret::new(bytes));
        assert_eq!(made.err(), Some(InvalidPrivateKey), "{algorithm:?}");
    }
}

#[test]
fn nothing_is_sealed_to_a_signing_key_or_to_nobody_or_to_a_crowd() {
    let refused = RecipientKey::from_jwk(&alice().public_jwk());
    assert_eq!(
        refused,
        Err(sealpost_domain::ports::KeyRefused::Unsupported)
    );
    assert_eq!(seal_to(&[]), Err(CannotSeal::Recipients));
    let crowd = vec![key(&pair(KeyAlgorithm::X25519)); MAX_RECIPIENTS + 1];
    assert_eq!(seal_to(&crowd), Err(CannotSeal::Recipients));
    let body = seal_to(&crowd[1..]).unwrap();
    assert!(open_here(&body, pair(KeyAlgorithm::X25519)).is_ok());
}

/// How many keys a message of so many letters is sealed to and still fits into 64 KiB; one more does not. `docs/groups.md` says
/// the same.
#[test]
fn so_many_readers_fit_into_a_message() {
    for (kind, letters, most) in [
        (KeyAlgorithm::X25519, 100, 262),
        (KeyAlgorithm::X25519, 10_000, 191),
        (KeyAlgorithm::P256, 100, 219),
        (KeyAlgorithm::P256, 10_000, 160),
        (KeyAlgorithm::Rsa, 100, 144),
        (KeyAlgorithm::Rsa, 10_000, 105),
    ] {
        let (content, reader) = ("x".repeat(letters), key(&pair(kind)));
        let draft = Draft {
            conversation: conversation(),
            // As long as those that are random.
            client_id: &ClientId::parse("018f4e9c-7c3a-7d52-9a5e-0242ac120002").unwrap(),
            sent_at: Timestamp::from_seconds(1_800_000_000),
            content: &content,
        };
        let size = |keys| {
            let readers = vec![reader.clone(); keys];
            seal(&draft, &alice(), &readers, &OsEntropy).unwrap().len()
        };
        assert!(size(most) <= 65_536, "{kind:?}: {}", size(most));
        assert!(size(most + 1) > 65_536, "{kind:?}: {}", size(most + 1));
    }
}

#[test]
fn a_stranger_opens_nothing() {
    let body = seal_to(&[key(&pair(KeyAlgorithm::X25519))]).unwrap();
    let stranger = SealingKeyPair::generate(&OsEntropy);
    assert_eq!(open_here(&body, stranger), Err(CannotOpen::NotForYou));
}

#[test]
fn any_of_ones_own_pairs_opens() {
    let body = seal_to(&[key(&pair(KeyAlgorithm::P256))]).unwrap();
    let place = Place {
        conversation: conversation(),
        client_id: &client_id(),
    };
    let mine = [pair(KeyAlgorithm::X25519), pair(KeyAlgorithm::P256)];
    let sender = alice().public_jwk();
    assert!(open(&body, &place, &mine, |_| Some(sender)).is_ok());
}

#[test]
fn another_sender_is_not_believed() {
    let body = seal_to(&[key(&pair(KeyAlgorithm::X25519))]).unwrap();
    let place = Place {
        conversation: conversation(),
        client_id: &client_id(),
    };
    let mallory = SigningKeyPair::generate(&OsEntropy);
    let unknown = CannotOpen::UnknownSender(alice().kid().to_owned());
    // Not known, no key at all, and a key of another name.
    for answer in [None, Some("{}".to_owned()), Some(mallory.public_jwk())] {
        let mine = [pair(KeyAlgorithm::X25519)];
        let result = open(&body, &place, &mine, |_| answer);
        assert_eq!(result, Err(unknown.clone()));
    }
}

#[test]
fn a_message_belongs_to_one_place() {
    let body = seal_to(&[key(&pair(KeyAlgorithm::X25519))]).unwrap();
    let (here, first) = (conversation(), client_id());
    let second = ClientId::parse("second").unwrap();
    let elsewhere = ConversationId::from_bytes([2; 16]);
    for (conversation, client_id) in [(elsewhere, &first), (here, &second)] {
        let place = Place {
            conversation,
            client_id,
        };
        let mine = [pair(KeyAlgorithm::X25519)];
        let result = open(&body, &place, &mine, |_| Some(alice().public_jwk()));
        assert_eq!(result, Err(CannotOpen::Elsewhere));
    }
}

#[test]
fn messages_of_another_implementation_open() {
    let messages: Value = serde_json::from_str(JWCRYPTO).unwrap();
    for message in messages.as_array().unwrap() {
        let alg = message["alg"].as_str().unwrap();
        let client_id = ClientId::parse(&format!("from-{alg}")).unwrap();
        let place = Place {
            conversation: conversation(),
            client_id: &client_id,
        };
        for kind in [KeyAlgorithm::X25519, KeyAlgorithm::P256, KeyAlgorithm::Rsa] {
            let body = message["body"].as_str().unwrap();
            let sender = message["signer"].to_string();
            let opened = open(body, &place, &[pair(kind)], |_| Some(sender)).unwrap();
            assert_eq!(opened.content, format!("Grüße, signed with {alg}"));
            assert_eq!(opened.sent_at.as_millis(), 1_795_266_245_678);
        }
    }
}

#[test]
fn a_body_is_about_as_long_as_documented() {
    let of = |kinds: &[KeyAlgorithm]| {
        let keys: Vec<_> = kinds.iter().map(|kind| key(&pair(*kind))).collect();
        seal_to(&keys).unwrap().len()
    };
    let (x25519, rsa) = (KeyAlgorithm::X25519, KeyAlgorithm::Rsa);
    assert!(of(&[x25519]) <= 650 + 250 + 60);
    assert!(of(&[x25519, x25519]) - of(&[x25519]) <= 250);
    assert!(of(&[x25519, rsa]) - of(&[x25519]) <= 450);
}

#[test]
fn pairs_may_be_shared_by_threads() {
    const fn assert_shared<T: Send + Sync>() {}
    assert_shared::<(SealingKeyPair, SigningKeyPair, RecipientKey)>();
}
