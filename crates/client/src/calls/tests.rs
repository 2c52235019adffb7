use std::time::Duration;

use sealpost_domain::conversations::ConversationId;
use serde_json::json;

use crate::testing::{Answer, FakeServer, problem, tokens};
use crate::{ClientError, ConversationKind, NewGroup, Outgoing, Role};

const PLACE: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";

fn receipt(client_id: &serde_json::Value) -> Answer {
    Answer::Json(
        201,
        json!({"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120004", "conversation_id": PLACE, "seq": 7,
            "client_id": client_id, "format": "text", "created_at": "2026-11-21T13:04:05.678Z"}),
    )
}

#[test]
fn a_message_is_named_by_the_time() {
    let named_at = || {
        let name = Outgoing::text("").client_id;
        let id = uuid::Uuid::parse_str(name.as_str()).unwrap();
        let (seconds, _) = id.get_timestamp().unwrap().to_unix();
        (id.get_version_num(), seconds, name)
    };
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let (first, second) = (named_at(), named_at());
    assert_eq!((first.0, second.0), (7, 7));
    assert!((now..now + 60).contains(&first.1), "{} {now}", first.1);
    assert_ne!(first.2, second.2);
}

fn place() -> ConversationId {
    PLACE.parse().unwrap()
}

#[tokio::test]
async fn a_send_is_repeated_under_the_same_client_id_until_it_is_answered() {
    let server = FakeServer::start(|number, request| match number {
        1 => Answer::Json(200, tokens(1)),
        2 => Answer::HangUp,
        3 => problem(503, "unavailable"),
        _ => receipt(&request.json["client_id"]),
    })
    .await;
    let message = Outgoing::text("hello");
    let sent = server.client().send(place(), &message).await.unwrap();
    assert_eq!((sent.seq, &sent.client_id), (7, &message.client_id));
    let bodies: Vec<_> = server
        .seen()
        .into_iter()
        .skip(1)
        .map(|seen| seen.json)
        .collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn patience_ends_and_a_refusal_is_not_repeated() {
    let server = FakeServer::start(|number, _| match number {
        1 => Answer::Json(200, tokens(1)),
        2 => problem(409, "client-id-reused"),
        _ => Answer::HangUp,
    })
    .await;
    let client = server.client();
    let refused = client
        .send(place(), &Outgoing::text("hello"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("client-id-reused"));
    assert_eq!(
        refused.to_string(),
        "409 client-id-reused: so it is (request r-1)"
    );
    assert_eq!(server.seen().len(), 2);
    let hasty = server.server.clone().with_patience(Duration::ZERO);
    let lost = hasty.resume(client.refresh_token()).me().await.unwrap_err();
    assert!(matches!(lost, ClientError::NoAnswer(_)), "{lost}");
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn each_message_has_a_name_of_its_own_and_shows_no_text() {
    let (one, other) = (Outgoing::text("hunter2"), Outgoing::text("hunter2"));
    assert_ne!(one.client_id, other.client_id);
    assert!(!format!("{one:?}").contains("hunter2"));
}

fn group() -> Answer {
    Answer::Json(
        201,
        json!({"id": PLACE, "kind": "group", "title": "Choir", "role": "owner", "member_count": 22,
            "members": [], "created_at": "2026-11-21T13:04:05.678Z", "last_seq": 0}),
    )
}

#[tokio::test]
async fn what_is_made_is_asked_for_again_under_the_same_idempotency_key() {
    let server = FakeServer::start(|number, _| match number {
        1 => Answer::Json(200, tokens(1)),
        2 => Answer::HangUp,
        // The original still runs.
        3 => problem(409, "idempotency-key-in-use"),
        _ => group(),
    })
    .await;
    let choir = NewGroup {
        members: vec!["bob".to_owned()],
        title: Some("Choir".to_owned()),
        shows_history: false,
    };
    let client = server.client();
    let made = client.create_group(&choir).await.unwrap();
    assert_eq!(
        (made.kind, made.role),
        (ConversationKind::Group, Role::Owner)
    );
    client.create_group(&choir).await.unwrap();
    let keys: Vec<_> = server.seen()[1..]
        .iter()
        .filter(|seen| seen.line == "POST /v1/conversations")
        .map(|seen| seen.idempotency_key.clone().unwrap())
        .collect();
    assert_eq!(keys.len(), 4);
    assert!(keys[..3].iter().all(|key| *key == keys[0]));
    assert_ne!(keys[3], keys[0]);
}

#[tokio::test]
async fn everybody_in_a_large_group_is_found() {
    let member = |id: usize| {
        let account = format!("019aa6b0-7c3a-7d52-9a5e-02420000{id:04}");
        json!({"id": account, "username": format!("m{id}"), "role": "member",
            "joined_at": "2026-11-21T13:04:05.678Z"})
    };
    let server = FakeServer::start(move |_, request| match request.line.as_str() {
        "POST /v1/sessions/refresh" => Answer::Json(200, tokens(1)),
        line if line.ends_with("/members?limit=100&cursor=next") => Answer::Json(
            200,
            json!({"data": [member(20), member(21)], "next_cursor": null}),
        ),
        line if line.ends_with("/members?limit=100") => {
            let data: Vec<_> = (0..20).map(member).collect();
            Answer::Json(200, json!({"data": data, "next_cursor": "next"}))
        }
        _ => group(),
    })
    .await;
    let everybody = server.client().everybody_in(place()).await.unwrap();
    let names: Vec<_> = everybody
        .iter()
        .map(|user| user.username.as_str())
        .collect();
    assert_eq!((names.len(), names[0], names[21]), (22, "m0", "m21"));
}
