//! The whole of the document, in one go.

use std::collections::BTreeSet;

use sealpost_domain::channels::{ChannelRules, ChannelSuite};
use serde_json::json;

use super::client::{
    Client, OTHER_PASSWORD, PASSWORD, PUBLIC_KEY, done, plaintext, refused, start,
};

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn play(rules: ChannelRules, suite: ChannelSuite, cipher: Option<&str>) {
    let server = start(rules);
    let mut request = json!({"public_key": hex(PUBLIC_KEY)});
    if let Some(cipher) = cipher {
        request["cipher"] = cipher.into();
    }
    let mut alice = Client::open_as(&server, suite, &request);
    let mut bob = Client::open_as(&server, suite, &request);
    assert_eq!(alice.register("alice"), done());
    assert_eq!(bob.register("bob"), done());

    // Registering has logged them in.
    let sealed = alice.encrypt("bob", "Hello, Bób");
    assert_eq!(sealed.split('.').count(), 5);
    assert_eq!(bob.decrypt(&sealed), plaintext("Hello, Bób"));
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));

    assert_eq!(
        bob.say(
            "/change_password",
            &[("password", PASSWORD), ("new_password", OTHER_PASSWORD)]
        ),
        done()
    );
    assert_eq!(bob.decrypt(&sealed), plaintext("Hello, Bób"));
    let mut again = Client::open_as(&server, suite, &request);
    assert_eq!(
        again.log_in("bob", PASSWORD),
        refused(201, "Password is wrong")
    );
    assert_eq!(again.log_in("bob", OTHER_PASSWORD), done());
    assert_eq!(again.decrypt(&sealed), plaintext("Hello, Bób"));

    assert_eq!(
        again.say(
            "/change_username",
            &[("new_username", "robert"), ("password", OTHER_PASSWORD)]
        ),
        done()
    );
    let sealed = alice.encrypt("robert", "Still you?");
    assert_eq!(bob.decrypt(&sealed), plaintext("Still you?"));
}

#[test]
fn everything_of_the_document() {
    play(ChannelRules::default(), ChannelSuite::A256Gcm, None);
}

#[test]
fn everything_in_the_cipher_of_the_original() {
    let rules = ChannelRules {
        legacy_ecb: true,
        ..ChannelRules::default()
    };
    play(rules, ChannelSuite::A256Ecb, None);
}

#[test]
fn both_slashes_and_pem_as_it_is() {
    let server = start(ChannelRules::default());
    let created = server.post(
        "/create_session_key/",
        &json!({"public_key": PUBLIC_KEY, "cipher": "A256GCM"}).to_string(),
    );
    assert_eq!(created.status, 200, "{created:?}");
    assert_eq!(created.header("cache-control"), Some("no-store"));
    let mut alice = Client::open(&server);
    assert_eq!(alice.register("alice"), done());
    let said = alice.say(
        "/encrypt/alice/",
        &[("username", "alice"), ("message", "to myself")],
    );
    assert_eq!(said.status, 200);
    let said = alice.say("/decrypt/", &[("message", &said.message.unwrap())]);
    assert_eq!(said, plaintext("to myself"));
}

#[test]
fn one_account_in_every_dialect() {
    let server = start(ChannelRules::default());
    // Made natively, it gets its key at the first login here.
    let token = server.log_in("carol");
    server.prove_address(&token, "carol@example.org");
    let mut alice = Client::open(&server);
    alice.register("alice");
    let said = alice.say("/encrypt/carol", &[("message", "too early")]);
    assert_eq!(said, refused(201, "User is not found"));
    let mut carol = Client::open(&server);
    assert_eq!(carol.log_in("carol", crate::support::PASSWORD), done());
    let sealed = alice.encrypt("carol", "now");
    assert_eq!(carol.decrypt(&sealed), plaintext("now"));

    // Made here, it logs in natively, and its session stands among the others.
    let token = server.enter_natively("alice", PASSWORD);
    let listed = server.get_as(&token, "/v1/sessions").json();
    let dialects: BTreeSet<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["dialect"].as_str().unwrap())
        .collect();
    // In any order: the clock stands still.
    assert_eq!(dialects, BTreeSet::from(["native", "channel"]));
}

#[test]
fn a_message_has_at_most_64_kib() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let longest = "m".repeat(64 * 1024);
    let sealed = alice.encrypt("alice", &longest);
    assert_eq!(alice.decrypt(&sealed), plaintext(&longest));
    let said = alice.say("/encrypt/alice", &[("message", &format!("{longest}m"))]);
    assert_eq!(said, refused(201, "Bad request"));
}
