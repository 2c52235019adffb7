//! Two instances on one PostgreSQL, and clients that are here and there.

mod namespaces;
mod person;
mod proxy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Database, Server, Site, http_client};
use namespaces::Namespace;
use person::Person;
use proxy::Proxy;

/// The sites of two instances: the first one makes the master key. The second one reaches the database at `second_url`.
pub(crate) fn sites(url: &str, second_url: &str) -> [Site; 2] {
    let first = Site::new(Database::Postgres(url.to_owned()))
        .set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
    let key = first.data_dir().join("master.key");
    let second = Site::new(Database::Postgres(second_url.to_owned()))
        .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
        .set("SEALPOST_MASTER_KEY_FILE", key.to_str().unwrap());
    [first, second]
}

struct Instances {
    first: Server,
    second: Server,
    _sites: [Site; 2],
}

fn start(url: &str, second_url: &str) -> Instances {
    let sites = sites(url, second_url);
    Instances {
        first: sites[0].start(),
        second: sites[1].start(),
        _sites: sites,
    }
}

fn text(events: &[Value]) -> Vec<&str> {
    let bodies = events.iter().map(|event| event["data"]["body"].as_str());
    bodies.flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_one_shows_on_the_other() {
    let Some(url) = sealpost_store::testing::postgres_url() else {
        return;
    };
    let Instances {
        first,
        second,
        _sites,
    } = start(&url, &url);
    let alice = Person::register(&first, "alice").await;
    let bob = Person::register(&second, "bob").await;
    let mut bobs = bob.follow(&second, json!({"type": "start"})).await;
    assert_eq!(bobs.hear().await["type"], "started");

    // That he is in a conversation, and what is said in it.
    let conversation = alice.talk_with(&first, &bob).await;
    assert_eq!(bobs.events().await[0]["type"], "conversation.created");
    let mut delays = Vec::new();
    for number in 0..20 {
        let said = format!("message {number}");
        let began = Instant::now();
        assert_eq!(alice.say(&first, &conversation, &said).await, 201);
        assert_eq!(text(&bobs.events().await), [said]);
        delays.push(began.elapsed());
    }
    delays.sort_unstable();
    println!("from one instance to the other: {:?} (median)", delays[10]);
    assert!(
        delays[10] < Duration::from_millis(500),
        "the hints did not come: {delays:?}"
    );

    // Signals, which only hints bring.
    let typing = format!("/v1/conversations/{conversation}/typing");
    assert_eq!(alice.post(&first, &typing, json!({})).await.0, 204);
    let signal = bobs.hear().await;
    assert_eq!(signal["signal"]["type"], "typing", "{signal}");

    hints_are_lost(&url, (&alice, &conversation, &first), &mut bobs).await;
    removed(&first, &second, (&alice, &bob)).await;
    revoked(&first, &second, &bob).await;
    throttled(&first, &second).await;
}

/// The connections for hints break again and again: nothing is lost, and nothing is much later.
async fn hints_are_lost(
    url: &str,
    (alice, conversation, server): (&Person, &str, &Server),
    bobs: &mut person::Socket,
) {
    for number in 0..5 {
        sealpost_store::testing::break_hints(url);
        let said = format!("without a hint {number}");
        let began = Instant::now();
        assert_eq!(alice.say(server, conversation, &said).await, 201);
        assert_eq!(text(&bobs.events().await), [said]);
        let took = began.elapsed();
        assert!(took < Duration::from_millis(2_500), "{took:?}");
    }
}

/// Whoever is removed from a group on one reads and writes nothing in it on the other, from the same moment on.
async fn removed(first: &Server, second: &Server, (alice, bob): (&Person, &Person)) {
    let group = json!({"members": ["bob"], "title": "Choir"});
    let (made, group) = alice.post(first, "/v1/conversations", group).await;
    assert_eq!(made, 201, "{group}");
    let id = group["id"].as_str().unwrap();
    assert_eq!(bob.say(second, id, "still in it").await, 201);
    let path = format!("/v1/conversations/{id}/members/bob");
    assert_eq!(alice.ask(first, Method::DELETE, &path, None).await.0, 204);
    assert_eq!(bob.say(second, id, "no longer").await, 404);
    let path = format!("/v1/conversations/{id}/messages");
    assert_eq!(bob.ask(second, Method::GET, &path, None).await.0, 404);
}

/// A session that is ended on one is dead on the other within a second, and so is its socket.
async fn revoked(first: &Server, second: &Server, bob: &Person) {
    let other = Person::log_in(first, "bob").await;
    let mut socket = other.follow(second, json!({"type": "start"})).await;
    socket.hear().await;
    let path = format!("/v1/sessions/{}", other.session);
    let began = Instant::now();
    let (ended, _) = bob.ask(first, Method::DELETE, &path, None).await;
    assert_eq!(ended, 204);
    while other.ask(second, Method::GET, "/v1/me", None).await.0 != 401 {
        assert!(
            began.elapsed() < Duration::from_millis(2_500),
            "a revoked token is still good"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!(
        "a token was dead on the other instance after {:?}",
        began.elapsed()
    );
    assert_eq!(socket.closed().await, Some(4401));
}

/// Wrong passwords are counted together.
async fn throttled(first: &Server, second: &Server) {
    let client = http_client();
    let mut statuses = Vec::new();
    for number in 0..12 {
        let server = if number % 2 == 0 { first } else { second };
        let login = json!({"identifier": "alice", "password": format!("wrong {number}")});
        let answer = client.post(server.url("/v1/sessions")).json(&login).send();
        statuses.push(answer.await.unwrap().status().as_u16());
    }
    // Each for itself would have let ten through; a slow machine lets a delay of a second pass.
    let wrong = statuses.iter().filter(|status| **status == 401).count();
    assert!((5..8).contains(&wrong), "guesses on both: {statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
}

/// A flood that is spread over two instances gets through about as much as at one, and others do not feel it. A user who asks
/// for others at both learns of as many as at one, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_over_two_instances_is_throttled_at_one_limit() {
    let Some(url) = sealpost_store::testing::postgres_url() else {
        return;
    };
    let Instances {
        first,
        second,
        _sites,
    } = start(&url, &url);
    let flooder = Arc::new(Person::register(&first, "flooder").await);
    let victim = Person::register(&second, "victim").await;
    let bystander = Person::register(&second, "bystander").await;
    let conversation = flooder.talk_with(&first, &victim).await;
    let quiet = bystander.talk_with(&second, &victim).await;
    let servers = [Arc::new(first), Arc::new(second)];

    let began = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (flooder, server) = (flooder.clone(), servers[writer % 2].clone());
        let conversation = conversation.clone();
        writers.spawn(async move {
            let (mut passed, mut counted) = (0_u32, 0_u32);
            for number in 0..120 {
                let said = format!("flood {writer} {number}");
                match flooder.say(&server, &conversation, &said).await {
                    201 => (passed, counted) = (passed + 1, counted + 1),
                    // A machine that is busy with other tests: counted, and maybe not stored.
                    503 => counted += 1,
                    429 => {}
                    other => panic!("{other}"),
                }
            }
            (passed, counted)
        });
    }
    let mut delays = Vec::new();
    for number in 0..10 {
        let (server, began) = (&servers[number % 2], Instant::now());
        let said = format!("quietly {number}");
        assert_eq!(bystander.say(server, &quiet, &said).await, 201);
        delays.push(began.elapsed());
    }
    let written = writers.join_all().await.into_iter();
    let (passed, counted) = written.fold((0, 0), |(passed, counted), one| {
        (passed + one.0, counted + one.1)
    });
    // One limit, what came back meanwhile, and at each instance what it may not know of the other: a quarter of a burst, and
    // what is under way while it hears.
    let meanwhile = u32::try_from(began.elapsed().as_millis() / 200).unwrap();
    println!("{passed} of 960 messages passed in {:?}", began.elapsed());
    assert!(counted >= 300, "{counted}");
    assert!(
        passed <= 300 + meanwhile + 2 * 75 + 2 * 4,
        "{passed} in {:?}",
        began.elapsed()
    );
    let slowest = delays.iter().max().unwrap();
    println!("somebody else's message took {slowest:?} at most");
    assert!(*slowest < Duration::from_secs(2), "{delays:?}");

    // Requests are no messages, but shared all the same: 100 an hour, of which a quarter may be unknown to the other.
    let mut asked = 0;
    for number in 0..200 {
        let path = format!("/v1/me/contacts/nobody{number}");
        let server = &servers[number % 2];
        match flooder.ask(server, Method::PUT, &path, None).await.0 {
            404 => asked += 1,
            429 => {}
            other => panic!("{other}"),
        }
    }
    println!("{asked} of 200 requests to be a contact passed");
    assert!((100..=150).contains(&asked), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_without_its_database_says_so_and_comes_back() {
    let Some(url) = sealpost_store::testing::postgres_url() else {
        return;
    };
    let proxy = Proxy::start(&url).await;
    let Instances {
        first,
        second,
        _sites,
    } = start(&url, &proxy.url);
    let alice = Person::register(&first, "alice").await;
    let bob = Person::register(&second, "bob").await;
    let conversation = alice.talk_with(&first, &bob).await;
    let mut bobs = bob.follow(&second, json!({"type": "start"})).await;
    let started = bobs.hear().await;
    proxy.stop();
    let stopped = Instant::now();

    // Many at once, more than there are connections: each is refused in time and none is acknowledged.
    let (bob, second) = (Arc::new(bob), Arc::new(second));
    let mut sends = JoinSet::new();
    for number in 0..40 {
        let (bob, second, conversation) = (bob.clone(), second.clone(), conversation.clone());
        sends.spawn(async move {
            let began = Instant::now();
            let status = bob
                .say(&second, &conversation, &format!("cut off {number}"))
                .await;
            (status, began.elapsed())
        });
    }
    let mut slowest = Duration::ZERO;
    while let Some(sent) = sends.join_next().await {
        let (status, took) = sent.unwrap();
        assert_eq!(status, 503);
        slowest = slowest.max(took);
    }
    println!("refused after {slowest:?} at most");
    assert!(slowest < Duration::from_millis(2_500), "{slowest:?}");

    // The other instance is not concerned.
    assert_eq!(alice.say(&first, &conversation, "meanwhile").await, 201);
    // The socket is told to move, and the client goes on elsewhere.
    assert_eq!(bobs.closed().await, Some(1013));
    println!("the socket was told to move after {:?}", stopped.elapsed());
    assert!(stopped.elapsed() < Duration::from_secs(12));
    let resume = json!({"type": "resume", "epoch": started["epoch"], "offset": started["offset"]});
    let mut moved = bob.follow(&first, resume).await;
    assert_eq!(moved.hear().await["replayed"], 1);
    assert_eq!(text(&moved.events().await), ["meanwhile"]);

    proxy.go_on();
    let began = Instant::now();
    while bob.say(&second, &conversation, "back again").await != 201 {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "it does not come back"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("served again after {:?}", began.elapsed());
    // Whatever was refused is there at most once, and what was acknowledged is there.
    let mut said = Vec::new();
    while !said.contains(&"back again".to_owned()) {
        said.extend(text(&moved.events().await).into_iter().map(str::to_owned));
    }
    let mut once = said.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), said.len(), "{said:?}");
}

/// Three machines on one database, of which one after the other is cut off from it. By hand, as root: `just full` runs it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes network namespaces, which needs root"]
async fn three_instances_and_a_cable_that_is_pulled() {
    let url = sealpost_store::testing::postgres_url().unwrap();
    let spaces: Vec<Namespace> = (1..=3)
        .map(|number| Namespace::new(number).unwrap())
        .collect();
    let (mut sites, mut servers, mut proxies): (Vec<Site>, _, _) = (vec![], vec![], vec![]);
    for space in &spaces {
        let proxy = Proxy::start_on(&space.database_side(), &url).await;
        let mut site = Site::new(Database::Postgres(proxy.url.clone()))
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
            .set("SEALPOST_LISTEN", &format!("{}:5000", space.address()))
            .run_by(&space.runner());
        if let Some(first) = sites.first() {
            let key = first.data_dir().join("master.key");
            site = site.set("SEALPOST_MASTER_KEY_FILE", key.to_str().unwrap());
        }
        servers.push(site.start());
        sites.push(site);
        proxies.push(proxy);
    }
    let alice = Person::register(&servers[0], "alice").await;
    let bob = Person::register(&servers[1], "bob").await;
    let conversation = alice.talk_with(&servers[2], &bob).await;
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for round in 0..9 {
        let cut = round % 3;
        spaces[cut].cut(true);
        for (number, server) in servers.iter().enumerate() {
            let said = format!("round {round}, by instance {number}");
            let began = Instant::now();
            let status = alice.say(server, &conversation, &said).await;
            assert!(
                began.elapsed() < Duration::from_millis(2_500),
                "{:?}",
                began.elapsed()
            );
            match status {
                201 => acknowledged.push(said),
                503 => {
                    assert_eq!(number, cut, "an instance that was not cut off");
                    refused += 1;
                }
                other => panic!("{other}"),
            }
        }
        spaces[cut].cut(false);
        let began = Instant::now();
        let said = format!("round {round}, back again");
        while alice.say(&servers[cut], &conversation, &said).await != 201 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "it does not come back"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("instance {cut} served again after {:?}", began.elapsed());
        acknowledged.push(said);
    }
    assert_eq!(
        refused, 9,
        "an instance without its database acknowledged something"
    );
    // Each instance shows the same, and nothing that was acknowledged is missing or there twice.
    for server in &servers {
        let mut bobs = bob
            .follow(server, json!({"type": "start", "from": "earliest"}))
            .await;
        assert_eq!(bobs.hear().await["type"], "started");
        let mut said = Vec::new();
        while said.last() != acknowledged.last() {
            said.extend(text(&bobs.events().await).into_iter().map(str::to_owned));
        }
        for one in &acknowledged {
            let times = said.iter().filter(|said| *said == one).count();
            assert_eq!(times, 1, "{one}");
        }
        let mut once = said.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), said.len(), "{said:?}");
    }
    drop(proxies);
}
