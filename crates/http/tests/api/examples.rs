//! The examples in the document are true: requests made of them are taken, and answers have the fields they name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::TestServer;

fn document() -> Value {
    serde_json::from_str(&sealpost_http::document()).unwrap()
}

/// The schema behind a reference; for "this or null", what it is when it is not null; of several, the first.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        let named = document.pointer(name.trim_start_matches('#')).unwrap();
        return resolve(document, named);
    }
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let chosen = choices.clone().find(|choice| choice["type"] != "null");
    chosen.map_or(schema, |choice| resolve(document, choice))
}

/// A body made of the examples of its fields.
fn example(document: &Value, schema: &Value) -> Value {
    let fields = resolve(document, schema)["properties"].as_object().unwrap();
    let body: Map<String, Value> = fields
        .iter()
        .map(|(name, field)| (name.clone(), field["example"].clone()))
        .collect();
    Value::Object(body)
}

/// The fields that the schema names, also where it is put together from several.
fn fields<'a>(document: &'a Value, schema: &'a Value) -> BTreeMap<&'a String, &'a Value> {
    let own = schema["properties"].as_object().into_iter().flatten();
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.chain(parts.flat_map(|part| fields(document, resolve(document, part))))
        .collect()
}

/// Exactly the fields that the schema names, all the way down.
fn assert_shape(document: &Value, schema: &Value, value: &Value, place: &str) {
    let schema = resolve(document, schema);
    match value {
        Value::Object(object) => {
            let named = fields(document, schema);
            let mut sent: Vec<_> = object.keys().collect();
            sent.sort();
            assert!(sent.iter().eq(named.keys()), "{place}: {sent:?}");
            for (name, value) in object {
                let place = format!("{place}/{name}");
                assert_shape(document, named[name], value, &place);
            }
        }
        Value::Array(list) => {
            for value in list {
                assert_shape(document, &schema["items"], value, place);
            }
        }
        _ => assert!(fields(document, schema).is_empty(), "{place}"),
    }
}

const JSON: &str = "application~1json";

#[test]
fn requests_made_of_the_examples_are_taken() {
    let server = TestServer::start();
    let document = document();
    // In this order, each finds what it needs.
    let mut token = String::new();
    let mut conversation = String::new();
    for (path, method, status) in [
        ("/v1/accounts", "post", 201),
        ("/v1/sessions", "post", 201),
        ("/v1/sessions/refresh", "post", 401),
        ("/v1/sessions", "get", 200),
        ("/v1/me", "get", 200),
        ("/v1/conversations", "post", 201),
        ("/v1/conversations", "post", 200),
        ("/v1/conversations/{id}/messages", "post", 201),
        ("/v1/conversations/{id}/messages", "get", 200),
        ("/v1/conversations/{id}", "get", 200),
        ("/v1/conversations", "get", 200),
        ("/v1/conversations/{id}/read-marker", "put", 200),
        ("/v1/conversations/{id}/delivered-marker", "put", 200),
        ("/v1/conversations/{id}/receipts", "get", 200),
        ("/v1/events/ack", "post", 200),
        ("/v1/me/app-passwords", "post", 201),
        ("/v1/me/app-passwords", "get", 200),
        ("/v1/recoveries", "post", 202),
        ("/v1/me/password", "put", 204),
    ] {
        let operation = &document["paths"][path][method];
        let body = operation.pointer(&format!("/requestBody/content/{JSON}/schema"));
        let body = body.map_or(Value::Null, |schema| example(&document, schema));
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let place = path.replace("{id}", &conversation);
        let answer = server.send_as(&token, &method.to_uppercase(), &place, &text);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        if status >= 300 || status == 204 {
            continue;
        }
        let schema = operation.pointer(&format!("/responses/{status}/content/{JSON}/schema"));
        assert_shape(&document, schema.unwrap(), &answer.json(), path);
        if path == "/v1/sessions" && method == "post" {
            token = answer.json()["access_token"].as_str().unwrap().to_owned();
            server.register("bob");
        }
        if path == "/v1/conversations" && method == "post" {
            conversation = answer.json()["id"].as_str().unwrap().to_owned();
        }
    }
    assert_eq!(json!(token.is_empty()), json!(false));
}
