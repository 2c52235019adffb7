//! `/v1/events` as a stream, read as the HTML standard (section 9.2.6) says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use sealpost_http::SocketTimes;
use serde_json::{Value, json};

use crate::support::{EPOCH, TestServer, access_token};
use crate::ws::client::Client;

/// A client of a stream.
struct Stream(BufReader<TcpStream>);

/// What one event of a stream says.
#[derive(Debug, Default, PartialEq)]
struct Told {
    id: String,
    event: String,
    data: String,
    comments: u32,
    retry: Option<u64>,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

impl Stream {
    fn open(server: &TestServer, token: &str, query: &str, last_event_id: &str) -> Self {
        let (status, stream) = Self::ask(server, token, query, last_event_id);
        assert_eq!(status, 200);
        stream
    }

    /// The status of the answer, and the rest of the connection.
    fn ask(server: &TestServer, token: &str, query: &str, last_event_id: &str) -> (u16, Self) {
        let mut stream = server.connect();
        let request = format!(
            "GET /v1/events{query} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
             accept: text/event-stream\r\nlast-event-id: {last_event_id}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut head).unwrap(), 0, "{head}");
        }
        let status = head[9..12].parse().unwrap();
        if status == 200 {
            for line in [
                "content-type: text/event-stream\r\n",
                "transfer-encoding: chunked\r\n",
                "cache-control: no-store\r\n",
            ] {
                assert!(head.to_lowercase().contains(line), "{head}");
            }
        }
        (status, Self(lines))
    }

    /// The next bytes of the body, as one chunk (RFC 9112, section 7.1) has them; None at the end.
    fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        if self.0.read_line(&mut size).unwrap() == 0 {
            return None;
        }
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut bytes = vec![0; size + 2];
        std::io::Read::read_exact(&mut self.0, &mut bytes).unwrap();
        bytes.truncate(size);
        (size > 0).then(|| String::from_utf8(bytes).unwrap())
    }

    /// What the next chunk tells. Events are never cut in two.
    fn next(&mut self) -> Option<Vec<Told>> {
        let text = self.chunk()?;
        assert!(text.ends_with("\n\n"), "{text}");
        let blocks = text.strip_suffix("\n\n").unwrap().split("\n\n");
        Some(blocks.map(parse).collect())
    }

    /// The next events, at least so many.
    fn events(&mut self, count: usize) -> Vec<Told> {
        let mut events = Vec::new();
        while events.len() < count {
            events.extend(self.next().unwrap());
        }
        events
    }
}

fn parse(block: &str) -> Told {
    let mut told = Told::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap();
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" => told.comments += 1,
            "id" => told.id = value,
            "event" => told.event = value,
            "data" => told.data = value,
            "retry" => told.retry = Some(value.parse().unwrap()),
            other => unreachable!("no such field: {other}"),
        }
    }
    told
}

fn talking(server: &TestServer) -> (String, String, String) {
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    (alice, bob, conversation)
}

fn say(server: &TestServer, token: &str, conversation: &str, number: u32) {
    let said = server.say(token, conversation, &format!("c-{number}"), "one\ntwo");
    assert_eq!(said.status, 201);
}

#[test]
fn events_come_with_their_type_their_place_and_the_same_json() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut stream = Stream::open(&server, &bob, "", "");
    let [started] = stream.events(1).try_into().unwrap();
    assert_eq!(
        (started.event.as_str(), started.id.clone(), started.json()),
        (
            "started",
            format!("{EPOCH}:0"),
            json!({"epoch": EPOCH, "offset": 0})
        )
    );
    assert_eq!(stream.events(1)[0].event, "conversation.created");
    say(&server, &alice, &conversation, 1);
    let [said] = stream.events(1).try_into().unwrap();
    let polled = server.get_as(&bob, "/v1/events?after=1").json();
    assert_eq!(
        (said.event.as_str(), said.id.clone(), said.json()),
        (
            "message.created",
            format!("{EPOCH}:2"),
            polled["events"][0].clone()
        )
    );
}

#[test]
fn last_event_id_goes_on_exactly_there_and_before_the_query() {
    let server = TestServer::start_unlimited();
    let (alice, bob, conversation) = talking(&server);
    for number in 1..=130 {
        say(&server, &alice, &conversation, number);
    }
    let mut stream = Stream::open(&server, &bob, "?after=latest", &format!("{EPOCH}:5"));
    let told = stream.events(127);
    let ids: Vec<String> = told.iter().map(|told| told.id.clone()).collect();
    let expected: Vec<String> = (5..=131)
        .map(|offset| format!("{EPOCH}:{offset}"))
        .collect();
    assert_eq!(ids, expected);
    assert_eq!(Stream::ask(&server, &bob, "", "nonsense").0, 400);
}

#[test]
fn a_new_device_begins_at_the_end_or_with_what_is_there() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    for number in 1..=5 {
        say(&server, &alice, &conversation, number);
    }
    server.trim(&bob, 3);
    let mut latest = Stream::open(&server, &bob, "?after=latest", "");
    let mut earliest = Stream::open(&server, &bob, "?after=earliest", "");
    assert_eq!(latest.events(1)[0].json()["offset"], 6);
    let told = earliest.events(4);
    assert_eq!(told[0].json()["offset"], 3);
    assert_eq!(told[1].json()["offset"], 4);
    let polled = server.get_as(&bob, "/v1/events?after=earliest").json();
    assert_eq!(polled["events"][0]["offset"], 4);
    let polled = server.get_as(&bob, "/v1/events?after=latest").json();
    assert_eq!(
        (&polled["events"], &polled["next"]),
        (&json!([]), &json!(6))
    );
    let mut socket = Client::open(&server, &bob);
    socket.say(&json!({"type": "start", "from": "earliest"}));
    assert_eq!(socket.hear()["offset"], 3);
    assert_eq!(socket.events(3)[0]["offset"], 4);
    say(&server, &alice, &conversation, 6);
    assert_eq!(latest.events(1)[0].id, format!("{EPOCH}:7"));
}

#[test]
fn a_gap_is_told_and_whoever_comes_back_by_themselves_goes_on_after_it() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    for number in 1..=5 {
        say(&server, &alice, &conversation, number);
    }
    server.trim(&bob, 3);
    for id in [format!("{EPOCH}:2"), "another:6".to_owned()] {
        let mut stream = Stream::open(&server, &bob, "", &id);
        let told: Vec<Told> = std::iter::from_fn(|| stream.next()).flatten().collect();
        let gap = told.last().unwrap();
        assert_eq!(
            (gap.event.as_str(), gap.json()),
            ("gap", json!({"epoch": EPOCH, "earliest": 4, "latest": 6}))
        );
        let mut again = Stream::open(&server, &bob, "", &gap.id);
        assert_eq!(again.events(1)[0].json()["offset"], 6);
    }
}

#[test]
fn signals_come_beside_the_events_and_have_no_place() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut stream = Stream::open(&server, &bob, "?after=latest", "");
    stream.events(1);
    let path = format!("/v1/conversations/{conversation}/typing");
    assert_eq!(server.send_as(&alice, "POST", &path, "").status, 204);
    let [signal] = stream.events(1).try_into().unwrap();
    assert_eq!((signal.event.as_str(), signal.id.as_str()), ("signal", ""));
    assert_eq!(signal.json()["type"], "typing");
}

#[test]
fn a_stream_ends_with_its_session() {
    let server = TestServer::start();
    server.register("bob");
    let opened = server.open_session("bob");
    let bob = access_token(&opened);
    let mut stream = Stream::open(&server, &bob, "", "");
    stream.events(1);
    let began = Instant::now();
    assert_eq!(
        server
            .send_as(&bob, "DELETE", "/v1/sessions/current", "")
            .status,
        204
    );
    while stream.next().is_some() {}
    assert!(began.elapsed() < Duration::from_millis(2500));
    assert_eq!(Stream::ask(&server, &bob, "", "").0, 401);
}

#[test]
fn a_server_that_stops_says_when_to_come_back() {
    let mut server = TestServer::start();
    let bob = server.log_in("bob");
    let mut stream = Stream::open(&server, &bob, "", "");
    stream.events(1);
    server.tell_to_stop();
    let [last] = stream.events(1).try_into().unwrap();
    assert!(last.retry.unwrap() <= 10_000);
    assert_eq!(stream.next(), None);
}

#[test]
fn a_silent_stream_shows_that_the_server_is_there() {
    let times = SocketTimes {
        ping: Duration::from_secs(1),
        ..SocketTimes::default()
    };
    let server = TestServer::start_patient(times);
    let bob = server.log_in("bob");
    let mut stream = Stream::open(&server, &bob, "", "");
    stream.events(1);
    for _ in 0..2 {
        assert_eq!(stream.events(1)[0].comments, 1);
    }
}

#[test]
fn a_stream_has_a_seat_and_gives_it_back() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut taken: Vec<Stream> = (0..20)
        .map(|_| Stream::open(&server, &bob, "", ""))
        .collect();
    assert_eq!(Stream::ask(&server, &bob, "", "").0, 429);
    taken.pop();
    let began = Instant::now();
    while Stream::ask(&server, &bob, "", "").0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(3));
        std::thread::sleep(Duration::from_millis(50));
    }
}
