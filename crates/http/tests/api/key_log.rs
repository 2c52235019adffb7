//! The key log: what anybody can check, with the SDK's own functions and the definition of RFC 9162 beside them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_crypto::{Checkpoint, NoteVerifier, sha256};
use sealpost_domain::key_log::tree::hash_leaf;
use sealpost_domain::key_log::{Leaf, verify_consistency, verify_inclusion};
use serde_json::{Value, json};

use crate::support::TestServer;

/// RFC 8037, appendix A.2 and A.6; RFC 7748, section 6.1.
const KEYS: [(&str, &str, &str); 3] = [
    (
        "sign",
        "Ed25519",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ),
    (
        "seal",
        "X25519",
        "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
    ),
    (
        "seal",
        "X25519",
        "hSDwCYkwp1R0iGtbKHAuiHqYkZ0pkU-nc3VQzQZNsGo",
    ),
];

fn publish(server: &TestServer, token: &str, key: usize, replaces: Option<&Value>) -> Value {
    let (key_use, curve, x) = KEYS[key];
    let mut body = json!({"use": key_use, "jwk": {"kty": "OKP", "crv": curve, "x": x}});
    if let Some(old) = replaces {
        body["replaces"] = old.clone();
    }
    let published = server.post_as(token, "/v1/me/keys", &body);
    assert_eq!(published.status, 201, "{published:?}");
    published.json()
}

fn bytes<const N: usize>(text: &Value) -> [u8; N] {
    let bytes = URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    bytes.try_into().unwrap()
}

fn hashes(list: &Value) -> Vec<[u8; 32]> {
    list.as_array().unwrap().iter().map(bytes).collect()
}

/// The signed tree, after its signature is checked with the key that the log names.
fn open(server: &TestServer, note: &str) -> Checkpoint {
    let log = server.get("/v1/keylog").json();
    let verifier: NoteVerifier = log["verifier_key"].as_str().unwrap().parse().unwrap();
    let opened = verifier.open(note).unwrap();
    assert_eq!(log["origin"], opened.origin);
    opened
}

fn newest(server: &TestServer) -> Checkpoint {
    open(server, &server.get("/v1/keylog/checkpoint").body)
}

/// Checks a chain against its tree; says its links.
fn check(server: &TestServer, shown: &Value) -> Vec<Value> {
    let log = &shown["log"];
    let tree = open(server, log["checkpoint"].as_str().unwrap()).head;
    assert_eq!(log["size"], tree.size);
    let links = log["links"].as_array().unwrap();
    let mut said = Vec::new();
    for link in links {
        let text = link["link"].as_str().unwrap();
        let parsed: Value = serde_json::from_str(text).unwrap();
        let account = parsed["account"].as_str().unwrap().parse().unwrap();
        let leaf = Leaf::new(&sha256, account, &bytes(&link["opening"]), text);
        let hash = hash_leaf(&sha256, &leaf.content());
        let (index, path) = (link["leaf"].as_u64().unwrap(), hashes(&link["proof"]));
        let tree = (tree.size, &tree.root);
        assert!(
            verify_inclusion(&sha256, &hash, index, tree, &path),
            "{link}"
        );
        said.push(parsed);
    }
    for (before, after) in links.iter().zip(said.iter().skip(1)) {
        let text = before["link"].as_str().unwrap();
        assert_eq!(
            after["prev"],
            URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()))
        );
    }
    said
}

#[test]
fn a_log_with_no_leaves_is_signed_and_has_nothing_to_prove() {
    let server = TestServer::start();
    let empty = newest(&server).head;
    assert_eq!((empty.size, empty.root), (0, sha256(&[])));
    assert_eq!(
        server.get("/v1/keylog/leaves").json(),
        json!({"data": [], "next": null})
    );
    assert_eq!(server.get("/v1/keylog/proofs/inclusion?leaf=0").status, 404);
    let nothing = server.get("/v1/keylog/proofs/consistency?from=0");
    assert_eq!(nothing.json(), json!({"from": 0, "to": 0, "proof": []}));
    server.register("alice");
    let alice = server.log_in("bob");
    let shown = server.get_as(&alice, "/v1/users/alice/keys?have=0").json();
    assert_eq!(
        (&shown["data"], &shown["log"]["links"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn every_change_of_keys_is_a_link_that_anybody_can_check() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let before = newest(&server);
    let first = publish(&server, &alice, 0, None);
    let second = publish(&server, &alice, 1, None);
    let third = publish(&server, &alice, 2, Some(&second["id"]));
    let gone = format!("/v1/me/keys/{}", first["id"].as_str().unwrap());
    assert_eq!(server.send_as(&alice, "DELETE", &gone, "").status, 204);
    publish(&server, &bob, 0, None);
    let renamed = server.send_as(&alice, "PATCH", "/v1/me", r#"{"username":"alicia"}"#);
    assert_eq!(renamed.status, 200, "{renamed:?}");

    let shown = server.get_as(&bob, "/v1/users/alicia/keys?have=0").json();
    let links = check(&server, &shown);
    let told: Vec<_> = links
        .iter()
        .map(|link| {
            (
                link["seq"].clone(),
                link["op"].clone(),
                link["keys"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("genesis", 1),
            ("add", 2),
            ("rotate", 2),
            ("revoke", 1),
            ("rename", 1)
        ]
        .iter()
        .zip(1..)
        .map(|((op, keys), seq)| (json!(seq), json!(op), *keys))
        .collect::<Vec<_>>()
    );
    let last = links.last().unwrap();
    assert_eq!(
        (&last["username"], &last["asserted_by"]),
        (&json!("alicia"), &json!("server"))
    );
    assert_eq!(last["keys"][0]["kid"], third["fingerprint"]);
    assert_eq!(shown["data"][0]["fingerprint"], third["fingerprint"]);
    assert_eq!(last["keys"][0]["custody"], "client");
    // The same for everybody, but for a tree that may have grown.
    assert_eq!(
        server.get_as(&alice, "/v1/users/alicia/keys?have=0").json(),
        shown
    );
    // Who has some gets the others.
    let rest = server.get_as(&bob, "/v1/users/alicia/keys?have=3").json();
    assert_eq!(check(&server, &rest).len(), 2);
    assert_eq!(rest["log"]["links"][1], shown["log"]["links"][4]);
    // And the tree of before is where it was.
    let now = newest(&server).head;
    for from in [before.head.size, now.size] {
        let path = format!("/v1/keylog/proofs/consistency?from={from}&to={}", now.size);
        assert_eq!(hashes(&server.get(&path).json()["proof"]), [[0; 32]; 0]);
    }
}

#[test]
fn trees_are_consistent_as_they_grow() {
    let server = TestServer::start();
    let mut trees = vec![newest(&server).head];
    for name in ["alice", "bob", "carol", "dave", "erin"] {
        let token = server.log_in(name);
        publish(&server, &token, 0, None);
        // Looking has the leaf made.
        let path = format!("/v1/users/{name}/keys?have=0");
        check(&server, &server.get_as(&token, &path).json());
        trees.push(newest(&server).head);
    }
    for (at, old) in trees.iter().enumerate() {
        for new in &trees[at..] {
            let path = format!(
                "/v1/keylog/proofs/consistency?from={}&to={}",
                old.size, new.size
            );
            let answer = server.get(&path);
            let path = hashes(&answer.json()["proof"]);
            let (old, new) = ((old.size, &old.root), (new.size, &new.root));
            assert!(
                verify_consistency(&sha256, old, new, &path),
                "{old:?} {new:?}"
            );
            assert!(
                answer
                    .header("cache-control")
                    .unwrap()
                    .contains("immutable")
            );
        }
    }
    let last = trees.last().unwrap();
    let listed = server.get("/v1/keylog/leaves?from=1&limit=3").json();
    assert_eq!(
        (listed["data"].as_array().unwrap().len(), &listed["next"]),
        (3, &json!(4))
    );
    for leaf in server.get("/v1/keylog/leaves").json()["data"]
        .as_array()
        .unwrap()
    {
        let index = leaf["index"].as_u64().unwrap();
        let proved = server
            .get(&format!("/v1/keylog/proofs/inclusion?leaf={index}"))
            .json();
        assert_eq!(proved["leaf"], *leaf);
        assert_eq!(
            open(&server, proved["checkpoint"].as_str().unwrap()).head,
            *last
        );
        let leaf = Leaf {
            label: bytes(&leaf["label"]),
            commitment: bytes(&leaf["commitment"]),
        };
        let hash = hash_leaf(&sha256, &leaf.content());
        let tree = (last.size, &last.root);
        assert!(verify_inclusion(
            &sha256,
            &hash,
            index,
            tree,
            &hashes(&proved["proof"])
        ));
    }
}

#[test]
fn what_lies_beyond_the_log_is_refused_however_far() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    publish(&server, &alice, 0, None);
    server.get_as(&alice, "/v1/users/alice/keys?have=0");
    let huge = u64::MAX;
    for (path, status) in [
        (format!("leaves?from={huge}"), 200),
        (format!("leaves?from={huge}0"), 400),
        ("leaves?limit=0".to_owned(), 400),
        ("leaves?from=-1".to_owned(), 400),
        ("leaves?limit=4000000000".to_owned(), 200),
        (format!("proofs/consistency?from={huge}"), 422),
        (format!("proofs/consistency?from=0&to={huge}"), 422),
        ("proofs/consistency?from=1&to=0".to_owned(), 422),
        ("proofs/consistency".to_owned(), 400),
        (format!("proofs/inclusion?leaf={huge}"), 404),
        (format!("proofs/inclusion?leaf=0&size={huge}"), 422),
        ("proofs/inclusion?leaf=0&size=0".to_owned(), 404),
        ("proofs/inclusion?leaf=0&other=1".to_owned(), 400),
    ] {
        let answer = server.get(&format!("/v1/keylog/{path}"));
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    let beyond = server.get("/v1/keylog/proofs/consistency?from=9").json();
    assert_eq!(beyond["errors"][0]["pointer"], "/from");
}

#[test]
fn a_chain_is_shown_to_whoever_may_see_the_keys_and_to_nobody_else() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    publish(&server, &alice, 0, None);
    let path = "/v1/users/alice/keys?have=0";
    assert_eq!(server.get(path).status, 401);
    assert_eq!(server.get_as(&mallory, path).status, 200);
    let blocked = server.send_as(&alice, "PUT", "/v1/me/blocks/mallory", "");
    assert!(blocked.status < 300, "{blocked:?}");
    let foreign = server.get_as(&mallory, path);
    let unknown = server.get_as(&mallory, "/v1/users/nobody/keys?have=0");
    assert_eq!((foreign.status, unknown.status), (404, 404));
    let without_id = |answer: &crate::support::Answer| {
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        body
    };
    assert_eq!(without_id(&foreign), without_id(&unknown));
}

#[test]
fn nothing_in_the_log_tells_who_anybody_is_and_nothing_opens_it_once_they_are_gone() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice-the-first"), server.log_in("bob"));
    publish(&server, &alice, 0, None);
    let id = server.get_as(&alice, "/v1/me").json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = server
        .get_as(&bob, "/v1/users/alice-the-first/keys?have=0")
        .json();
    let opening = shown["log"]["links"][0]["opening"].clone();
    assert_eq!(check(&server, &shown).len(), 1);
    assert_eq!(server.send_as(&alice, "DELETE", "/v1/me", "").status, 204);
    // The next one to look has the leaf of the deletion made.
    publish(&server, &bob, 1, None);
    server.get_as(&bob, "/v1/users/bob/keys?have=0");
    let leaves = server.get("/v1/keylog/leaves");
    let listed = leaves.json();
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 3);
    let label = bytes::<32>(&listed[0]["label"]);
    let account = id.parse().unwrap();
    assert_eq!(label, Leaf::new(&sha256, account, &[0; 32], "").label);
    // Two of hers, the second of which says that she has gone.
    assert!(
        listed
            .iter()
            .filter(|leaf| leaf["label"] == listed[0]["label"])
            .count()
            == 2
    );
    for secret in [id.as_str(), "alice-the-first", opening.as_str().unwrap()] {
        assert!(!leaves.body.contains(secret));
    }
    let left = server.change(move |tx| tx.key_log().chain(account, 0, 9));
    assert_eq!(left, []);
    let left = server.change(move |tx| tx.key_log().find_newest(account));
    assert_eq!(left, None);
}

#[test]
fn who_had_keys_before_there_was_a_log_begins_with_what_they_have() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    publish(&server, &alice, 0, None);
    publish(&server, &alice, 1, None);
    let id = server.get_as(&alice, "/v1/me").json()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    // As if there had been no log.
    server.change(move |tx| tx.key_log().erase(id));
    let path = "/v1/users/alice/keys?have=0";
    assert_eq!(server.get_as(&bob, path).json()["log"]["links"], json!([]));
    assert_eq!(server.begin_chains(), 1);
    let shown = server.get_as(&bob, path).json();
    let links = check(&server, &shown);
    assert_eq!(links.len(), 1);
    assert_eq!(
        (&links[0]["op"], &links[0]["seq"]),
        (&json!("genesis"), &json!(1))
    );
    assert_eq!(links[0]["keys"].as_array().unwrap().len(), 2);
    // Once is enough.
    assert_eq!(server.begin_chains(), 0);
    assert_eq!(server.get_as(&bob, path).json(), shown);
}

#[test]
fn two_who_let_the_log_grow_at_once_make_each_leaf_once() {
    let server = TestServer::start();
    let tokens: Vec<_> = (0..6)
        .map(|number| server.log_in(&format!("user-{number}")))
        .collect();
    for token in &tokens {
        publish(&server, token, 0, None);
    }
    let grown: u64 = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(|| server.sequence())).collect();
        running.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(grown, 6);
    assert_eq!(newest(&server).head.size, 6);
    assert_eq!(server.sequence(), 0);
}

#[test]
fn nobody_reads_the_log_more_often_than_ten_times_a_second() {
    let server = TestServer::start();
    let ask = || server.get("/v1/keylog/checkpoint");
    let allowed = (0..600).all(|_| ask().status == 200);
    assert!(allowed);
    // What grows back while a busy machine asks is less than what it asks.
    let refused = (0..600).map(|_| ask()).find(|answer| answer.status != 200);
    let refused = refused.unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.problem()["code"], "too-many-requests");
    // The routes share it: far less than 600 more are refused.
    let others = [
        "/v1/keylog",
        "/v1/keylog/leaves",
        "/v1/keylog/proofs/inclusion?leaf=0",
        "/v1/keylog/proofs/consistency?from=0",
    ];
    for route in others {
        let refused = (0..20).any(|_| server.get(route).status == 429);
        assert!(refused, "{route}");
    }
}
