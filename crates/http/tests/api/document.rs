//! The OpenAPI document and the page that shows it.

use std::collections::BTreeSet;
use std::path::Path;

use sealpost_domain::inbox::EventKind;
use serde_json::Value;

use crate::support::TestServer;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");

fn document() -> Value {
    serde_json::from_str(&sealpost_http::document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap();
        methods
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    operations.collect()
}

#[test]
fn the_kept_document_is_the_one_served() {
    let made = sealpost_http::document() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::create_dir_all(Path::new(KEPT).parent().unwrap()).unwrap();
        std::fs::write(KEPT, &made).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == made,
        "docs/api/openapi.json is not what the code says. If the change is meant: UPDATE_OPENAPI=1 cargo test -p sealpost-http"
    );
    let server = TestServer::start();
    let served = server.get("/openapi.json");
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.json(), document());
}

#[test]
fn the_kept_description_of_events_is_the_one_served() {
    const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/asyncapi.json");
    let made = sealpost_http::event_document() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(KEPT, &made).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(
        kept == made,
        "docs/api/asyncapi.json is not what the code says. If the change is meant: UPDATE_OPENAPI=1 cargo test -p sealpost-http"
    );
    let server = TestServer::start();
    let described: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(server.get("/asyncapi.json").json(), described);
    let messages = described["components"]["messages"].as_object().unwrap();
    for kind in EventKind::ALL {
        assert!(messages.contains_key(kind.name()), "{}", kind.name());
    }
    follow_references(&described, &described);
    for (name, message) in messages {
        for example in message["examples"].as_array().into_iter().flatten() {
            let schema = &message["payload"];
            assert!(
                fits(&example["payload"], schema, &described),
                "the example of {name}"
            );
        }
    }
}

/// Each reference within the document, or into the other one, leads somewhere.
fn follow_references(part: &Value, whole: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(find(reference, whole).is_some(), "{reference}");
            }
            members
                .values()
                .for_each(|member| follow_references(member, whole));
        }
        Value::Array(items) => items.iter().for_each(|item| follow_references(item, whole)),
        _ => {}
    }
}

/// What a reference leads to.
fn find(reference: &str, whole: &Value) -> Option<Value> {
    let (file, pointer) = reference.split_once('#')?;
    match file {
        "" => whole.pointer(pointer).cloned(),
        "./openapi.json" => document().pointer(pointer).cloned(),
        _ => None,
    }
}

/// Whether a value is what a schema says, as far as these schemas go.
fn fits(value: &Value, schema: &Value, whole: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        // The other document's schemas are tested where they are made.
        return reference.starts_with("./") || fits(value, &find(reference, whole).unwrap(), whole);
    }
    if let Some(schemas) = schema["oneOf"].as_array() {
        let fitting = schemas.iter().filter(|schema| fits(value, schema, whole));
        return fitting.count() == 1;
    }
    let is_of_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("integer") => value.is_u64(),
        Some("string") => value.is_string(),
        _ => true,
    };
    let constant = schema.get("const").is_none_or(|constant| value == constant);
    let listed = schema["enum"]
        .as_array()
        .is_none_or(|listed| listed.contains(value));
    let required = schema["required"].as_array();
    let complete = required
        .into_iter()
        .flatten()
        .all(|name| value.get(name.as_str().unwrap()).is_some());
    let members = schema["properties"].as_object();
    let members = members.into_iter().flatten().all(|(name, schema)| {
        value
            .get(name)
            .is_none_or(|member| fits(member, schema, whole))
    });
    is_of_type && constant && listed && complete && members
}

/// Its document gives it another status.
const SAYS_400: &str = " /download_messages";

/// Whether something opens it that a login gives.
fn needs_login(operation: &Value) -> bool {
    let schemes = operation["security"][0].as_object();
    schemes.is_some_and(|schemes| !schemes.is_empty())
}

/// Media type and schema of an operation's failures: a dialect has its own.
fn shape_of_failures(operation: &Value) -> (&'static str, &'static str) {
    match operation["tags"][0].as_str() {
        Some("messenger") => ("application/json", "#/components/schemas/MessengerSaid"),
        Some("channel") => ("application/json", "#/components/schemas/ChannelSaid"),
        Some("social") => ("application/json", "#/components/schemas/SocialDetail"),
        Some("mailbox") => ("text/plain", "#/components/schemas/MailboxSaid"),
        Some("vault") => ("text/plain", "#/components/schemas/VaultSaid"),
        _ => ("application/problem+json", "#/components/schemas/Problem"),
    }
}

#[test]
fn every_operation_is_described() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
            "{name}"
        );
        assert!(operation["summary"].is_string(), "{name}: a summary");
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name}: a tag"
        );
        assert!(
            operation["security"].is_array(),
            "{name}: says whether it needs a login"
        );
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.contains_key("500") && responses.contains_key("503"),
            "{name}"
        );
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| status.as_str() >= "400")
        {
            let (kind, schema) = shape_of_failures(&operation);
            let reference = &response["content"][kind]["schema"]["$ref"];
            // The one of `channel` that carries keys.
            let refused = operation["tags"][0] == "channel"
                && reference == "#/components/schemas/ChannelRefused";
            assert!(refused || reference == schema, "{name} {status}");
        }
        let needs_login = needs_login(&operation) && !name.ends_with(SAYS_400);
        // These look at credentials in the body or the query.
        let logs_in = [
            "post /v1/sessions",
            "post /v1/sessions/refresh",
            "post /v1/sessions/factors",
            "get /v1/oauth/{provider}/callback",
            "get /oauth/callback",
            "post /v1/recoveries/{id}/complete",
            "post /api/register/",
            "post /api/login/",
            "post /change_password",
            "get /upload_message",
            "post /upload_message",
            "get /login",
            "post /login",
        ]
        .contains(&name.as_str());
        assert_eq!(
            responses.contains_key("401"),
            needs_login || logs_in,
            "{name}"
        );
    }
}

/// The document says of each route whether it needs a login; this asks the route itself.
#[test]
fn what_needs_a_login_is_what_says_so() {
    let server = TestServer::start();
    for (name, operation) in operations(&document()) {
        // Has a header of its own, and tests of its own (`vault/table.rs`).
        if operation["tags"][0] == "vault" {
            continue;
        }
        let (method, path) = name.split_once(' ').unwrap();
        let path = path.replace("{id}", "018f4e9c-7c3a-7d52-9a5e-0242ac120002");
        let needs_login = needs_login(&operation) && !name.ends_with(SAYS_400);
        for authorization in [None, Some(("authorization", "Bearer gar.ba.ge"))] {
            let headers: Vec<_> = authorization.into_iter().collect();
            let answer = server.send(&method.to_uppercase(), &path, &headers, "");
            assert_eq!(answer.status == 401, needs_login, "{name}: {answer:?}");
        }
    }
}

#[test]
fn a_problem_has_the_fields_of_its_schema() {
    let server = TestServer::start();
    let refused = server.post("/v1/accounts", "{}").json();
    let schema = document()["components"]["schemas"]["Problem"].take();
    let described: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let sent: BTreeSet<&String> = refused.as_object().unwrap().keys().collect();
    assert_eq!(sent, described);
}

#[test]
fn the_page_refers_to_nothing_elsewhere() {
    let server = TestServer::start();
    let moved = server.get("/docs");
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, Some("/docs/"))
    );
    let page = server.get("/docs/");
    assert_eq!(page.header("content-type"), Some("text/html"));
    let links: Vec<&str> = page
        .body
        .split(['"', '\''])
        .zip(page.body.split(['"', '\'']).skip(1))
        .filter(|(before, _)| before.ends_with("href=") || before.ends_with("src="))
        .map(|(_, link)| link)
        .collect();
    assert!(links.len() >= 5, "{links:?}");
    assert!(!page.body.contains("//"), "no other host: {}", page.body);
    for link in links {
        let asset = server.get(&format!("/docs/{}", link.trim_start_matches("./")));
        assert_eq!(asset.status, 200, "{link}");
    }
    // Scripts come from files: the policy allows none inside the page.
    assert!(
        page.body
            .split("<script")
            .skip(1)
            .all(|script| script.starts_with(" src="))
    );
    let setup = server.get("/docs/swagger-initializer.js").body;
    assert!(
        setup.contains("/openapi.json") && setup.contains(r#""validatorUrl": "none""#),
        "{setup}"
    );
    assert_eq!(server.get("/docs/..%2fopenapi.json").status, 404);
    assert_eq!(
        server.get("/docs/nothing.js").problem()["code"],
        "not-found"
    );
}
