//! The description of the socket and the stream (AsyncAPI 3.0), made of what they are made of: every kind of event and every
//! frame is in it, and the examples are frames as they are sent.

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::inbox::EventKind;
use sealpost_domain::ports::Signal;
use serde_json::{Map, Value, json};

use super::signal::SignalView;
use super::socket::{Said, client_frames, server_frames};

/// Where the description of the rest of the API is, from where this one is.
const OPENAPI: &str = "./openapi.json";

/// The description as JSON, as `/asyncapi.json` serves it.
#[must_use]
pub fn event_document() -> String {
    let (heard, said) = (client_frames(), server_frames());
    let document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sealpost: following events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The events of an account, over a WebSocket and as server-sent events. The page \"Following \
                events\" of the handbook explains them; openapi.json describes the rest of the API. Pass over types and \
                members that you do not know.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/v1/ws",
                "description": "A WebSocket (RFC 6455). Each text is one JSON object with a `type`.",
                "messages": references(heard.iter().chain(&said).map(|frame| frame.name.to_owned())),
                "bindings": {"ws": {"method": "GET"}},
            },
            "stream": {
                "address": "/v1/events",
                "description": "Server-sent events, with `Accept: text/event-stream`. `id` is the cursor, `event` the name of the \
                    message, `data` its payload.",
                "messages": references(stream_messages()),
                "bindings": {"http": {}},
            },
        },
        "operations": {
            "hear": {
                "action": "receive",
                "summary": "What a client says",
                "channel": {"$ref": "#/channels/socket"},
                "messages": pointers("socket", heard.iter().map(|frame| frame.name.to_owned())),
            },
            "say": {
                "action": "send",
                "summary": "What the server says",
                "channel": {"$ref": "#/channels/socket"},
                "messages": pointers("socket", said.iter().map(|frame| frame.name.to_owned())),
            },
            "stream": {
                "action": "send",
                "summary": "What the server streams",
                "channel": {"$ref": "#/channels/stream"},
                "messages": pointers("stream", stream_messages()),
            },
        },
        "components": {
            "messages": messages(&heard, &said),
            "schemas": {"Signal": signal_schema(), "Event": event_schema()},
        },
    });
    // Texts and numbers always serialize; a test compares the result.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The names of what a stream brings.
fn stream_messages() -> impl Iterator<Item = String> {
    let marks = ["stream.started", "stream.gap", "stream.signal"];
    let events = EventKind::ALL.iter().map(|kind| kind.name());
    marks.into_iter().chain(events).map(str::to_owned)
}

fn references(names: impl Iterator<Item = String>) -> Map<String, Value> {
    names
        .map(|name| {
            let reference = json!({"$ref": format!("#/components/messages/{name}")});
            (name, reference)
        })
        .collect()
}

fn pointers(channel: &str, names: impl Iterator<Item = String>) -> Vec<Value> {
    names
        .map(|name| json!({"$ref": format!("#/channels/{channel}/messages/{name}")}))
        .collect()
}

fn messages(heard: &[Said], said: &[Said]) -> Map<String, Value> {
    let mut messages = Map::new();
    for frame in heard.iter().chain(said) {
        let message = json!({
            "name": frame.name,
            "summary": frame.summary,
            "payload": frame_schema(&frame.example, frame.name),
            "examples": [{"payload": frame.example}],
        });
        messages.insert(frame.name.to_owned(), message);
    }
    for kind in EventKind::ALL {
        let payload = json!({
            "allOf": [
                {"$ref": "#/components/schemas/Event"},
                {"type": "object", "properties": {"type": {"const": kind.name()}}},
            ],
        });
        let message = json!({"name": kind.name(), "summary": "An event", "payload": payload});
        messages.insert(kind.name().to_owned(), message);
    }
    let cursor = json!({"epoch": "2b7e151628aed2a6", "offset": 7});
    let gap = json!({"epoch": "2b7e151628aed2a6", "earliest": 120, "latest": 480});
    for (name, summary, example) in [
        ("stream.started", "Where the stream begins", cursor),
        (
            "stream.gap",
            "What was asked for is not there; the stream ends",
            gap,
        ),
    ] {
        let message = json!({
            "name": name.trim_start_matches("stream."),
            "summary": summary,
            "payload": schema_of(&example, |_| None),
            "examples": [{"payload": example}],
        });
        messages.insert(name.to_owned(), message);
    }
    let signal = json!({
        "name": "signal",
        "summary": "Something that is only of interest now",
        "payload": {"$ref": "#/components/schemas/Signal"},
    });
    messages.insert("stream.signal".to_owned(), signal);
    messages
}

/// What a frame looks like of which this is one.
fn frame_schema(example: &Value, name: &str) -> Value {
    schema_of(example, |member| match member {
        "type" => Some(json!({"const": name})),
        "events" => Some(json!({
            "type": "array", "minItems": 1, "maxItems": 100,
            "items": {"$ref": "#/components/schemas/Event"},
        })),
        "signal" => Some(json!({"$ref": "#/components/schemas/Signal"})),
        "from" => Some(json!({"enum": ["earliest", "latest"], "default": "latest"})),
        _ => None,
    })
}

/// What an object looks like that has the members of this one. What `known` says of a member counts more than the example; one
/// with a default may be left out.
fn schema_of(example: &Value, known: impl Fn(&str) -> Option<Value>) -> Value {
    let members = example.as_object().cloned().unwrap_or_default();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, value)| {
            let by_example = || match value {
                Value::Number(_) => json!({"type": "integer", "minimum": 0}),
                Value::Array(_) => json!({"type": "array"}),
                Value::Object(_) => json!({"type": "object"}),
                _ => json!({"type": "string"}),
            };
            (name.clone(), known(name).unwrap_or_else(by_example))
        })
        .collect();
    let required = properties
        .iter()
        .filter(|(_, schema)| schema.get("default").is_none())
        .map(|(name, _)| name);
    let required: Vec<&String> = required.collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn event_schema() -> Value {
    json!({
        "description": "Something that happened, as GET /v1/events lists it",
        "$ref": format!("{OPENAPI}#/components/schemas/Event"),
    })
}

fn signal_schema() -> Value {
    let (conversation, account) = (
        ConversationId::from_bytes([1; 16]),
        AccountId::from_bytes([2; 16]),
    );
    let signals = [
        Signal::Typing {
            conversation,
            account,
            until: Timestamp::from_seconds(1_795_266_255),
        },
        Signal::ReadMarker {
            conversation,
            account,
            seq: 7,
        },
        Signal::Delivered {
            conversation,
            account,
            seq: 7,
        },
    ];
    let schemas = signals.iter().map(|signal| {
        let example = serde_json::to_value(SignalView::from(signal)).unwrap_or_default();
        let name = example.get("type").cloned().unwrap_or_default();
        schema_of(&example, |member| {
            (member == "type").then(|| json!({"const": name}))
        })
    });
    json!({"oneOf": schemas.collect::<Vec<_>>()})
}
