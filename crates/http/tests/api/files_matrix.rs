//! Who may do what with a file: everybody against every route, in one table. What somebody may not, is answered as if there
//! were no such file, byte for byte.

use serde_json::{Value, json};

use crate::files::store;
use crate::links::{make, open, proof_of};
use crate::support::TestServer;

const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

/// Whoever there is, as the columns of the table have them.
const PEOPLE: [&str; 8] = [
    "owner",
    "grantee",
    "ex-grantee",
    "member",
    "ex-member",
    "link holder",
    "stranger",
    "nobody",
];

/// What the table says of a route for one person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// What they asked for.
    Good(u16),
    /// As of a file that does not exist.
    Unknown,
    /// Log in first.
    LogIn,
}

use Says::{Good, LogIn, Unknown};

/// A table's row: `{f}` stands for the file and `{l}` for a link to it.
struct Route {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    says: [Says; 8],
}

/// Reading: who was given the file.
const fn readers(status: u16) -> [Says; 8] {
    let good = Good(status);
    [good, good, Unknown, good, Unknown, LogIn, Unknown, LogIn]
}

/// Everything else: the owner.
const fn owner(status: u16) -> [Says; 8] {
    let good = Good(status);
    [
        good, Unknown, Unknown, Unknown, Unknown, LogIn, Unknown, LogIn,
    ]
}

const fn route(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    says: [Says; 8],
) -> Route {
    Route {
        method,
        path,
        body,
        says,
    }
}

fn table() -> Vec<Route> {
    vec![
        route("GET", "/v1/files/{f}", "", readers(200)),
        route("GET", "/v1/files/{f}/content", "", readers(200)),
        route("GET", "/v1/files/{f}/ciphertext", "", readers(200)),
        route("GET", "/v1/files/{f}/key", "", owner(200)),
        route("GET", "/v1/files/{f}/shares", "", owner(200)),
        route("PUT", "/v1/files/{f}/shares/dave", "", owner(201)),
        route("DELETE", "/v1/files/{f}/shares/dave", "", owner(204)),
        route("GET", "/v1/files/{f}/links", "", owner(200)),
        route(
            "POST",
            "/v1/files/{f}/links",
            r#"{"expires_in":60}"#,
            owner(201),
        ),
        route("DELETE", "/v1/files/{f}/links/{l}", "", owner(204)),
        route("POST", "/v1/files/{f}/re-encrypt", "", owner(200)),
        route("DELETE", "/v1/files/{f}", "", owner(204)),
    ]
}

struct Scene {
    server: TestServer,
    /// A token for each of [`PEOPLE`]; the link holder's is a download token.
    tokens: [String; 8],
    file: String,
    link: Value,
}

/// A file of the owner's, given to the others in each way there is.
fn set() -> Scene {
    let server = TestServer::start_unlimited();
    let [owner, grantee, ex_grantee, member, ex_member, stranger] = [
        "owner",
        "grantee",
        "exgrantee",
        "member",
        "exmember",
        "stranger",
    ]
    .map(|name| server.log_in(name));
    server.register("dave");
    let file = store(&server, &owner, "content");
    for name in ["grantee", "exgrantee"] {
        let path = format!("/v1/files/{file}/shares/{name}");
        assert_eq!(server.send_as(&owner, "PUT", &path, "").status, 201);
    }
    let path = format!("/v1/files/{file}/shares/exgrantee");
    assert_eq!(server.send_as(&owner, "DELETE", &path, "").status, 204);
    let group = json!({"members": ["member", "exmember"]});
    let group = server.post_as(&owner, "/v1/conversations", &group).json();
    let group = format!("/v1/conversations/{}", group["id"].as_str().unwrap());
    let message =
        json!({"client_id": "c", "format": "text", "body": "look", "attachments": [file]});
    assert_eq!(
        server
            .post_as(&owner, &format!("{group}/messages"), &message)
            .status,
        201
    );
    let path = format!("{group}/members/exmember");
    assert_eq!(server.send_as(&owner, "DELETE", &path, "").status, 204);
    let link = make(&server, &owner, &file, None);
    let (id, secret) = (
        link["id"].as_str().unwrap(),
        link["secret"].as_str().unwrap(),
    );
    let opened = open(&server, id, &proof_of(id, secret)).json();
    let holder = opened["token"].as_str().unwrap().to_owned();
    let nobody = String::new();
    Scene {
        server,
        tokens: [
            owner, grantee, ex_grantee, member, ex_member, holder, stranger, nobody,
        ],
        file,
        link,
    }
}

impl Scene {
    fn ask(&self, route: &Route, token: &str, file: &str, link: &str) -> (u16, String) {
        let path = route.path.replace("{f}", file).replace("{l}", link);
        let bearer = format!("Bearer {token}");
        let mut headers = vec![
            ("x-request-id", "same"),
            ("content-type", "application/json"),
        ];
        if !token.is_empty() {
            headers.push(("authorization", &bearer));
        }
        let answer = self.server.send(route.method, &path, &headers, route.body);
        (answer.status, answer.without_date())
    }
}

#[test]
fn everybody_against_every_route_of_a_file() {
    let scene = set();
    let link = scene.link["id"].as_str().unwrap();
    for route in table() {
        // The owner last: what they do changes the file.
        for (at, who) in PEOPLE.iter().enumerate().rev() {
            let token = &scene.tokens[at];
            let (status, answer) = scene.ask(&route, token, &scene.file, link);
            let what = format!("{who}: {} {}", route.method, route.path);
            match route.says[at] {
                Good(expected) => assert_eq!(status, expected, "{what}: {answer}"),
                LogIn => assert_eq!(status, 401, "{what}: {answer}"),
                Unknown => {
                    let (_, unknown) = scene.ask(&route, token, UNKNOWN, UNKNOWN);
                    assert_eq!((status, &answer), (404, &unknown), "{what}");
                }
            }
        }
    }
}

#[test]
fn everybody_against_every_route_of_a_link() {
    let scene = set();
    let link = scene.link["id"].as_str().unwrap();
    let proof = proof_of(link, scene.link["secret"].as_str().unwrap());
    let body = json!({"proof": proof}).to_string();
    for (at, who) in PEOPLE.iter().enumerate() {
        let bearer = format!("Bearer {}", scene.tokens[at]);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        // Who they are does not matter: whoever knows the secret opens it, and the token reads.
        let path = format!("/v1/links/{link}");
        assert_eq!(
            scene.server.send("GET", &path, &headers, "").status,
            200,
            "{who}"
        );
        let opened = scene
            .server
            .send("POST", &format!("{path}/open"), &headers, &body);
        assert_eq!(opened.status, 200, "{who}");
        let expected = if *who == "link holder" { 200 } else { 401 };
        for part in ["content", "ciphertext"] {
            let read = scene
                .server
                .send("GET", &format!("{path}/{part}"), &headers, "");
            assert_eq!(read.status, expected, "{who} {part}");
        }
    }
}

#[test]
fn nobody_lists_what_they_have_no_part_in() {
    let scene = set();
    let listed = |token: &str, query: &str| {
        let listed = scene
            .server
            .get_as(token, &format!("/v1/files{query}"))
            .json();
        listed["data"].as_array().unwrap().len()
    };
    let [
        owner,
        grantee,
        ex_grantee,
        member,
        ex_member,
        _,
        stranger,
        _,
    ] = &scene.tokens;
    for (token, own, shared) in [
        (owner, 1, 0),
        (grantee, 0, 1),
        (ex_grantee, 0, 0),
        (member, 0, 0),
        (ex_member, 0, 0),
        (stranger, 0, 0),
    ] {
        assert_eq!(
            (listed(token, ""), listed(token, "?shared=with-me")),
            (own, shared)
        );
    }
}
