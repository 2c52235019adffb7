//! Lists, read to their end in small steps.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::TestServer;

/// Reads on until there is no `next_cursor`; the sizes of the pages and all that was in them.
fn read_all(server: &TestServer, token: &str, path: &str) -> (Vec<usize>, Vec<Value>) {
    let (mut sizes, mut all, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = server.get_as(token, &format!("{path}{cursor}"));
        assert_eq!(page.status, 200, "{page:?}");
        let mut page = page.json();
        let data = page["data"].as_array_mut().unwrap();
        sizes.push(data.len());
        all.append(data);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (sizes, all),
        }
    }
}

fn fields<'a>(list: &'a [Value], name: &str) -> Vec<&'a Value> {
    list.iter().map(|item| &item[name]).collect()
}

#[test]
fn a_conversation_is_read_in_both_directions() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = server.start_conversation(&alice, "bob");
    for n in 1..=7 {
        let token = if n % 2 == 0 { &bob } else { &alice };
        assert_eq!(
            server.say(token, &id, &format!("c-{n}"), "hello").status,
            201
        );
    }
    let path = format!("/v1/conversations/{id}/messages");
    for (query, sizes, seqs) in [
        ("limit=3", vec![3, 3, 1], [7, 6, 5, 4, 3, 2, 1]),
        ("order=desc&limit=3", vec![3, 3, 1], [7, 6, 5, 4, 3, 2, 1]),
        ("order=asc&limit=3", vec![3, 3, 1], [1, 2, 3, 4, 5, 6, 7]),
        ("order=asc&limit=7", vec![7], [1, 2, 3, 4, 5, 6, 7]),
        ("limit=1000", vec![7], [7, 6, 5, 4, 3, 2, 1]),
    ] {
        let (found, all) = read_all(&server, &bob, &format!("{path}?{query}"));
        assert_eq!(found, sizes, "{query}");
        assert_eq!(json!(fields(&all, "seq")), json!(seqs), "{query}");
    }
}

#[test]
fn a_window_leads_on_at_both_ends() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let id = server.start_conversation(&alice, "bob");
    let said = |n: u32| server.say(&alice, &id, &format!("c-{n}"), "hello").json();
    let ids: Vec<Value> = (1..=9).map(|n| said(n)["id"].take()).collect();
    let path = format!("/v1/conversations/{id}/messages");
    let read = |query: &str| {
        let page = server.get_as(&alice, &format!("{path}?{query}"));
        assert_eq!(page.status, 200, "{query}: {page:?}");
        let page = page.json();
        let seqs = json!(fields(page["data"].as_array().unwrap(), "seq"));
        let cursor = |name: &str| page[name].as_str().map(str::to_owned);
        (seqs, cursor("next_cursor"), cursor("prev_cursor"))
    };
    let middle = ids[4].as_str().unwrap();
    for around in ["5", middle] {
        let (seqs, next, previous) = read(&format!("around={around}&limit=4"));
        assert_eq!(seqs, json!([6, 5, 4, 3]));
        assert_eq!(read(&format!("cursor={}", next.unwrap())).0, json!([2, 1]));
        let newer = format!("cursor={}", previous.unwrap());
        assert_eq!(read(&newer).0, json!([7, 8, 9]));
        let (seqs, next, previous) = read(&format!("around={around}&limit=4&order=asc"));
        assert_eq!(seqs, json!([3, 4, 5, 6]));
        assert_eq!(
            read(&format!("cursor={}", next.unwrap())).0,
            json!([7, 8, 9])
        );
        let older = format!("cursor={}", previous.unwrap());
        assert_eq!(read(&older).0, json!([2, 1]));
    }
    let whole = json!([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(read("around=5"), (whole, None, None));
    server.register("carol");
    let elsewhere = server.start_conversation(&alice, "carol");
    for unknown in ["019aa6b0-7c3a-7d52-9a5e-0242ac120002", middle] {
        let path = format!("/v1/conversations/{elsewhere}/messages?around={unknown}");
        assert_eq!(server.get_as(&alice, &path).status, 404);
    }
}

#[test]
fn conversations_are_listed_newest_first() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let mut started = Vec::new();
    for name in ["bob", "carol", "dave", "erin", "frank"] {
        server.register(name);
        server.advance(Duration::from_millis(2));
        started.push(json!(server.start_conversation(&alice, name)));
    }
    let bob = server.open_session("bob")["access_token"].take();
    let (_, bobs) = read_all(&server, bob.as_str().unwrap(), "/v1/conversations?limit=2");
    assert_eq!(fields(&bobs, "id"), [&started[0]]);
    started.reverse();
    let (sizes, all) = read_all(&server, &alice, "/v1/conversations?limit=2");
    assert_eq!(sizes, [2, 2, 1]);
    assert_eq!(fields(&all, "id"), started.iter().collect::<Vec<_>>());
}

#[test]
fn a_query_that_means_nothing_is_refused() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let id = server.start_conversation(&alice, "bob");
    for client_id in ["a", "b"] {
        server.say(&alice, &id, client_id, "hello");
    }
    let conversations = "/v1/conversations".to_owned();
    let messages = format!("/v1/conversations/{id}/messages");
    let newest = server.get_as(&alice, &format!("{messages}?limit=1")).json();
    let newest = newest["next_cursor"].as_str().unwrap();
    for (path, query, code) in [
        (&conversations, "limit=0", "invalid-query"),
        (&conversations, "limit=many", "invalid-query"),
        (&conversations, "page=2", "invalid-query"),
        (&conversations, "cursor=", "invalid-cursor"),
        (&conversations, "cursor=YzEuNDI", "invalid-cursor"),
        (&messages, "order=up", "invalid-query"),
        (&messages, "cursor=YzEuNDI", "invalid-cursor"),
        (&messages, "cursor=%00", "invalid-cursor"),
        (&messages, "around=x", "invalid-query"),
        (
            &messages,
            &format!("around=1&cursor={newest}"),
            "invalid-query",
        ),
        (
            &conversations,
            &format!("cursor={newest}"),
            "invalid-cursor",
        ),
        (
            &messages,
            &format!("cursor={newest}&order=asc"),
            "invalid-cursor",
        ),
    ] {
        let refused = server.get_as(&alice, &format!("{path}?{query}"));
        assert_eq!(refused.status, 400, "{path}?{query}");
        assert_eq!(refused.problem()["code"], code, "{path}?{query}");
    }
    let end = server
        .get_as(&alice, &format!("{messages}?cursor={newest}"))
        .json();
    assert_eq!(
        (&end["data"][0]["seq"], &end["next_cursor"]),
        (&json!(1), &json!(null))
    );
}
