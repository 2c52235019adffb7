//! Sealed messages that are not for the keys that the members have.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// Public keys: RFC 8037, appendix A.6, and RFC 7748, section 6.1.
const ONE: &str = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
const ANOTHER: &str = "hSDwCYkwp1R0iGtbKHAuiHqYkZ0pkU-nc3VQzQZNsGo";

/// Alice, who writes to Bob.
struct Scene {
    server: TestServer,
    alice: String,
    bob: String,
    path: String,
}

/// A JWE in general JSON serialization, as far as the server looks at it.
fn sealed_to(kids: &[&str]) -> String {
    let recipient =
        |kid: &&str| json!({"header": {"alg": "RSA-OAEP-256", "kid": kid}, "encrypted_key": "AA"});
    let recipients: Vec<Value> = kids.iter().map(recipient).collect();
    json!({"protected": "eyJlbmMiOiJBMjU2R0NNIn0", "recipients": recipients, "iv": "AAAAAAAAAAAAAAAA",
        "ciphertext": "AA", "tag": "AAAAAAAAAAAAAAAAAAAAAA"})
    .to_string()
}

impl Scene {
    fn set() -> Self {
        let server = TestServer::start();
        let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
        let id = server.start_conversation(&alice, "bob");
        Self {
            path: format!("/v1/conversations/{id}/messages"),
            server,
            alice,
            bob,
        }
    }

    /// A published key: its id and its name.
    fn publish(&self, token: &str, x: &str) -> (String, String) {
        let jwk = json!({"kty": "OKP", "crv": "X25519", "x": x});
        let body = json!({"use": "seal", "jwk": jwk});
        let published = self.server.post_as(token, "/v1/me/keys", &body);
        assert_eq!(published.status, 201, "{published:?}");
        let key = published.json();
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        (text("id"), text("fingerprint"))
    }

    fn send(&self, client_id: &str, kids: &[&str]) -> Answer {
        let body = json!({"client_id": client_id, "format": "jose", "body": sealed_to(kids)});
        self.server.post_as(&self.alice, &self.path, &body)
    }
}

/// What is missing and what is extra.
fn mismatch(refused: &Answer) -> (Value, Value) {
    let mut problem = refused.problem();
    assert_eq!(refused.status, 409, "{problem}");
    assert_eq!(problem["code"], "mismatched-recipients");
    (problem["missing"].take(), problem["extra"].take())
}

#[test]
fn a_message_for_old_keys_is_refused_with_what_is_missing_and_extra() {
    let scene = Scene::set();
    let (old_id, old) = scene.publish(&scene.bob, ONE);
    assert_eq!(scene.send("c-1", &[&old]).status, 201);
    let (new_id, new) = scene.publish(&scene.bob, ANOTHER);
    let view = |id: &str, kid: &str| json!([{"username": "bob", "key_id": id, "kid": kid}]);
    let refused = scene.send("c-2", &[&old]);
    assert_eq!(mismatch(&refused), (view(&new_id, &new), json!([])));
    assert_eq!(scene.send("c-2", &[&old, &new]).status, 201);
    let place = format!("/v1/me/keys/{old_id}");
    assert_eq!(
        scene
            .server
            .send_as(&scene.bob, "DELETE", &place, "")
            .status,
        204
    );
    let refused = scene.send("c-3", &[&old, &new]);
    assert_eq!(mismatch(&refused), (json!([]), view(&old_id, &old)));
    // What was taken stays taken: a repeat is no new message.
    assert_eq!(scene.send("c-1", &[&old]).status, 201);
    assert_eq!(scene.send("c-3", &[&new]).json()["seq"], 3);
}

#[test]
fn nobody_learns_of_a_strangers_keys() {
    let scene = Scene::set();
    let mallory = scene.server.log_in("mallory");
    let (_, strangers) = scene.publish(&mallory, ONE);
    let (id, bobs) = scene.publish(&scene.bob, ANOTHER);
    // A stranger's key, and one that nobody has, are taken alike and named by nothing.
    let nobodys = "A".repeat(43);
    for (n, kid) in [strangers.as_str(), &nobodys, "k"].into_iter().enumerate() {
        assert_eq!(scene.send(&format!("c-{n}"), &[&bobs, kid]).status, 201);
        let (missing, extra) = mismatch(&scene.send("d", &[kid]));
        assert_eq!((&missing[0]["key_id"], extra), (&json!(id), json!([])));
    }
    // Nor does somebody outside learn of the members'.
    let body = json!({"client_id": "c-1", "format": "jose", "body": sealed_to(&["k"])});
    assert_eq!(
        scene.server.post_as(&mallory, &scene.path, &body).status,
        404
    );
    // Nor somebody who is blocked.
    scene
        .server
        .send_as(&scene.bob, "PUT", "/v1/me/blocks/alice", "");
    let refused = scene.send("e", &["k"]);
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (403, &json!("takes-no-messages"))
    );
}
