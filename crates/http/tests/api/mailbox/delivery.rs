//! Nothing is lost on the way: what was not handed over waits, and comes again.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::client::{Person, start};
use crate::support::TestServer;

/// As much as no kernel takes from us at once.
const LARGE: usize = 60 * 1024;
const MANY: usize = 120;

fn fill(server: &TestServer, person: &Person) -> Vec<String> {
    let texts: Vec<String> = (0..MANY)
        .map(|number| format!("{number}-{}", "x".repeat(LARGE)))
        .collect();
    for text in &texts {
        let sent = server.mailbox_upload(person, &person.username, text);
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    texts
}

/// Begins a download and reads only its beginning.
fn begin(server: &TestServer, person: &Person) -> TcpStream {
    let mut stream = server.connect();
    write!(
        stream,
        "GET /download_messages HTTP/1.1\r\nhost: test\r\ncookie: {}\r\n\r\n",
        person.cookie()
    )
    .unwrap();
    let mut beginning = [0; 1_000];
    stream.read_exact(&mut beginning).unwrap();
    assert!(beginning.starts_with(b"HTTP/1.1 200"));
    stream
}

/// What waits, once the server has noticed that nobody reads any more.
fn texts_soon(server: &TestServer, person: &Person) -> Vec<String> {
    let began = Instant::now();
    loop {
        let texts = server.mailbox_texts(person);
        if !texts.is_empty() || began.elapsed() > Duration::from_secs(15) {
            return texts;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_download_that_breaks_off_comes_again_whole() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let texts = fill(&server, &alice);
    for _ in 0..2 {
        let stream = begin(&server, &alice);
        stream.shutdown(Shutdown::Both).unwrap();
        drop(stream);
    }
    assert_eq!(texts_soon(&server, &alice), texts);
    assert_eq!(server.mailbox_texts(&alice), [""; 0], "now they are gone");
}

#[test]
fn two_downloads_at_once_never_get_the_same() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let texts = fill(&server, &alice);
    let stalled = begin(&server, &alice);
    assert_eq!(server.mailbox_texts(&alice), [""; 0]);
    drop(stalled);
    assert_eq!(texts_soon(&server, &alice).len(), texts.len());
    // Many small ones, taken by many.
    let total = 200;
    for number in 0..total {
        server.mailbox_upload(&alice, "alice", &number.to_string());
    }
    let mut got: Vec<usize> = std::thread::scope(|scope| {
        let takers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.mailbox_texts(&alice)))
            .collect();
        let texts = takers.into_iter().flat_map(|taker| taker.join().unwrap());
        texts.map(|text| text.parse().unwrap()).collect()
    });
    got.sort_unstable();
    assert_eq!(got, (0..total).collect::<Vec<_>>());
}

#[test]
fn a_lease_that_nobody_ended_runs_out() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let texts = fill(&server, &alice);
    let _stalled = begin(&server, &alice);
    assert_eq!(server.mailbox_texts(&alice), [""; 0]);
    server.advance(Duration::from_secs(60));
    assert_eq!(server.mailbox_texts(&alice), texts);
}

#[test]
fn what_is_too_much_for_one_answer_comes_with_the_next() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let mut texts = fill(&server, &alice);
    let more: Vec<String> = (0..40)
        .map(|number| format!("{number}{}", "y".repeat(LARGE)))
        .collect();
    for text in &more {
        server.mailbox_upload(&alice, "alice", text);
    }
    texts.extend(more);
    let mut got = server.mailbox_texts(&alice);
    assert!(got.len() < texts.len());
    got.extend(server.mailbox_texts(&alice));
    assert_eq!(got, texts);
}

#[test]
fn a_head_takes_nothing_away() {
    let server = start();
    let alice = server.mailbox_person("alice");
    server.mailbox_upload(&alice, "alice", "still here");
    let head = server.send(
        "HEAD",
        "/download_messages",
        &[("cookie", &alice.cookie())],
        "",
    );
    assert_eq!((head.status, &*head.body), (200, ""));
    assert_eq!(texts_soon(&server, &alice), ["still here"]);
}
