//! Where the operator wants it, whoever signs up through `/v1` completes a sentence.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// The sentences and their missing words; a client knows no more than people do.
const ANSWERS: [(&str, &str); 12] = [
    ("hooman", "blanks"),
    ("sunn", "cold"),
    ("Wun", "three"),
    ("dawg", "meow"),
    ("Gras", "blue"),
    ("nite", "awake"),
    ("Mundai", "wednesday"),
    ("byrd", "air"),
    ("Upp", "down"),
    ("weak", "days"),
    ("Yoo", "eyes"),
    ("bycicel", "wheels"),
];

/// A challenge that was asked from an address, completed.
fn from(server: &TestServer, address: &str) -> Value {
    let headers = [("x-forwarded-for", address)];
    let asked = server.send("GET", "/v1/challenges", &headers, "").json();
    let question = asked["question"].as_str().unwrap();
    let known = ANSWERS.iter().find(|(word, _)| question.contains(word));
    json!({"token": asked["token"], "answer": known.unwrap().1})
}

fn sign_up(server: &TestServer, name: &str, challenge: &Value, from: &str) -> Answer {
    let mut body = json!({"username": name, "password": "correct horse battery"});
    if !challenge.is_null() {
        body["challenge"] = challenge.clone();
    }
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", from),
    ];
    server.send("POST", "/v1/accounts", &headers, &body.to_string())
}

/// The code of a refusal, and the field it names.
fn refusal(answer: &Answer) -> (u16, String, String) {
    let problem = answer.problem();
    let error = &problem["errors"][0];
    (
        answer.status,
        error["code"].as_str().unwrap().to_owned(),
        error["pointer"].as_str().unwrap().to_owned(),
    )
}

fn refused(status: u16, code: &str) -> (u16, String, String) {
    (status, code.to_owned(), "/challenge".to_owned())
}

const HOME: &str = "192.0.2.1";

#[test]
fn it_is_found_and_who_answers_gets_an_account() {
    let server = TestServer::start_asking();
    let features = &server.get("/v1/server").json()["features"];
    assert_eq!(features["human_check"], "sentence");
    let none = sign_up(&server, "alice", &Value::Null, HOME);
    assert_eq!(refusal(&none), refused(403, "challenge-required"));
    let challenge = from(&server, HOME);
    assert_eq!(sign_up(&server, "alice", &challenge, HOME).status, 201);
}

#[test]
fn an_answer_that_was_used_makes_no_second_account() {
    let server = TestServer::start_asking();
    let challenge = from(&server, HOME);
    assert_eq!(sign_up(&server, "alice", &challenge, HOME).status, 201);
    let again = sign_up(&server, "bob", &challenge, HOME);
    assert_eq!(refusal(&again), refused(422, "challenge-failed"));
    // A name that is taken costs nothing: the same answer is good for another one.
    let challenge = from(&server, HOME);
    assert_eq!(sign_up(&server, "alice", &challenge, HOME).status, 409);
    assert_eq!(sign_up(&server, "carol", &challenge, HOME).status, 201);
}

#[test]
fn an_answer_is_no_good_after_ten_minutes_or_from_another_network() {
    let server = TestServer::start_asking();
    let challenge = from(&server, HOME);
    let elsewhere = sign_up(&server, "alice", &challenge, "192.0.2.2");
    assert_eq!(refusal(&elsewhere), refused(422, "challenge-failed"));
    server.advance(Duration::from_secs(600));
    let late = sign_up(&server, "alice", &challenge, HOME);
    assert_eq!(refusal(&late), refused(422, "challenge-failed"));
    // Networks of IPv6 are as large as those that rates are counted by.
    let challenge = from(&server, "2001:db8::1");
    assert_eq!(
        sign_up(&server, "alice", &challenge, "2001:db8::2").status,
        201
    );
}

#[test]
fn a_wrong_word_is_refused_and_the_next_one_is_good() {
    let server = TestServer::start_asking();
    let challenge = from(&server, HOME);
    let wrong = json!({"token": challenge["token"], "answer": "bot"});
    let answer = sign_up(&server, "alice", &wrong, HOME);
    assert_eq!(refusal(&answer), refused(422, "challenge-failed"));
    // What the dialect `mailbox` takes says nothing here.
    let pasted = json!({"token": "Fyyyill in de ____ hooman.", "answer": "blanks"});
    let answer = sign_up(&server, "alice", &pasted, HOME);
    assert_eq!(refusal(&answer), refused(422, "challenge-failed"));
    assert_eq!(sign_up(&server, "alice", &challenge, HOME).status, 201);
}

#[test]
fn where_nobody_wants_one_none_is_looked_at() {
    let server = TestServer::start();
    assert_eq!(
        server.get("/v1/server").json()["features"]["human_check"],
        "off"
    );
    let wrong = json!({"token": "x", "answer": "x"});
    assert_eq!(sign_up(&server, "alice", &wrong, HOME).status, 201);
}
