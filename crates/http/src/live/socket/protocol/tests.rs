use crate::live::view::EventJson;
use crate::wire::WireTime;

use super::*;

#[test]
fn what_clients_may_say() {
    for (text, frame) in [
        (
            r#"{"type":"start"}"#,
            ClientFrame::Start {
                from: StartFrom::Latest,
            },
        ),
        (
            r#"{"type":"start","from":"earliest"}"#,
            ClientFrame::Start {
                from: StartFrom::Earliest,
            },
        ),
        (
            r#" {"offset": 7, "epoch": "e", "type": "resume"}"#,
            ClientFrame::Resume {
                epoch: "e".to_owned(),
                offset: 7,
            },
        ),
        (
            r#"{"type":"ack","offset":18446744073709551615}"#,
            ClientFrame::Ack {
                offset: Offset::MAX,
            },
        ),
    ] {
        assert_eq!(parse(text), Ok(frame), "{text}");
    }
}

#[test]
fn anything_else_is_refused_for_a_reason() {
    for text in [
        "",
        "hello",
        "[]",
        r#"["start",{}]"#,
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"start","offset":1}"#,
        r#"{"type":"start","from":7}"#,
        r#"{"type":"resume","offset":1}"#,
        r#"{"type":"ack","offset":-1}"#,
        r#"{"type":"ack","offset":1.5}"#,
        r#"{"type":"ack","offset":1,"offset":2}"#,
        r#"{"type":"start"} {}"#,
    ] {
        assert_eq!(parse(text), Err(Refusal::Malformed), "{text}");
    }
    assert_eq!(parse(r#"{"type":"Start"}"#), Err(Refusal::UnknownType));
    assert_eq!(
        parse(r#"{"type":"shout","offset":1}"#),
        Err(Refusal::UnknownType)
    );
}

#[test]
fn the_description_has_frames_as_they_are() {
    for Said { name, example, .. } in client_frames() {
        assert_eq!(example["type"], name);
        assert!(parse(&example.to_string()).is_ok(), "{example}");
    }
    for Said { name, example, .. } in server_frames() {
        assert_eq!(example["type"], name);
    }
    assert_eq!((client_frames().len(), server_frames().len()), (4, 7));
}

#[test]
fn what_the_server_says() {
    let event = EventView {
        offset: 8,
        kind: "message.created",
        created_at: WireTime(Timestamp::from_seconds(1)),
        data: EventJson::from_value(&json!({"id": "m"})),
    };
    let window = Window {
        earliest: 3,
        latest: 9,
    };
    for (frame, json) in [
        (
            ServerFrame::Started {
                epoch: "e",
                offset: 9,
            },
            r#"{"type":"started","epoch":"e","offset":9}"#,
        ),
        (
            ServerFrame::Resumed { replayed: 2 },
            r#"{"type":"resumed","replayed":2}"#,
        ),
        (
            ServerFrame::gap("e", window),
            r#"{"type":"gap","epoch":"e","earliest":3,"latest":9}"#,
        ),
        (
            ServerFrame::Events { events: &[event] },
            r#"{"type":"events","events":[{"offset":8,"type":"message.created","created_at":"1970-01-01T00:00:01.000Z","data":{"id":"m"}}]}"#,
        ),
        (
            ServerFrame::Acked { offset: 8 },
            r#"{"type":"acked","offset":8}"#,
        ),
        (
            Refusal::NotStarted.frame(),
            r#"{"type":"error","code":"not-started","detail":"say start or resume first"}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&frame).unwrap(), json);
    }
}
