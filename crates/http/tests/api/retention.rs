//! What goes from the log, and when.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestServer, access_token};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody with one more login than their first, and a log of the events 1 to 4.
fn talking(server: &TestServer) -> (Value, Value) {
    let alice = server.log_in("alice");
    server.register("bob");
    let devices = (server.open_session("bob"), server.open_session("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    for number in 1..=3 {
        let said = server.say(&alice, &conversation, &format!("c-{number}"), "hello");
        assert_eq!(said.status, 201);
    }
    devices
}

/// The device goes on with a new access token.
fn renewed(server: &TestServer, opened: &Value) -> Value {
    let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
    server.post("/v1/sessions/refresh", &refresh).json()
}

fn acknowledge(server: &TestServer, token: &str, offset: u64) {
    let acked = server.post_as(token, "/v1/events/ack", &json!({"offset": offset}));
    assert_eq!(acked.json()["offset"], offset);
}

#[test]
fn what_each_device_has_acknowledged_goes_and_each_goes_on_from_its_own_cursor() {
    let server = TestServer::start();
    let (phone, laptop) = talking(&server);
    acknowledge(&server, &access_token(&phone), 4);
    server.advance(DAY);
    server.sweep_inboxes();
    let laptop = renewed(&server, &laptop);
    let token = access_token(&laptop);
    let missed = server.get_as(&token, "/v1/events?after=0").json();
    assert_eq!(
        missed["events"].as_array().unwrap().len(),
        4,
        "the laptop was away"
    );
    acknowledge(&server, &token, 3);
    assert_eq!(server.sweep_inboxes(), 3);
    let phone = access_token(&renewed(&server, &phone));
    let gone = server.get_as(&phone, "/v1/events?after=0");
    assert_eq!(
        (
            gone.status,
            &gone.problem()["earliest"],
            &gone.problem()["latest"]
        ),
        (410, &json!(4), &json!(4))
    );
    let rest = server.get_as(&token, "/v1/events?after=3").json();
    assert_eq!(rest["events"][0]["data"]["body"], "hello");
    let new_device = access_token(&server.open_session("bob"));
    let held = server
        .get_as(&new_device, "/v1/events?after=earliest")
        .json();
    assert_eq!(held["events"][0]["offset"], 4);
}

#[test]
fn what_is_too_old_goes_although_nobody_has_read_it() {
    let server = TestServer::start();
    talking(&server);
    server.advance(DAY * 29);
    assert_eq!(server.sweep_inboxes(), 0);
    server.advance(DAY);
    assert_eq!(server.sweep_inboxes(), 8, "Bob's log, and Alice's");
    let bob = access_token(&server.open_session("bob"));
    assert_eq!(server.get_as(&bob, "/v1/events").status, 410);
}
