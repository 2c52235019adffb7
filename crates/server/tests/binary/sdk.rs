//! Level 4: the SDK against the built binary, on both databases.

use std::time::Duration;

use crate::support::{Database, Site, databases};
use sealpost_client::{
    CannotOpen, Client, ClientError, Conversation, Correspondent, Device, EventData, Follower,
    Format, Message, Order, Outgoing, Server, Update,
};

const PASSWORD: &str = "a password for two";

async fn join(server: &Server, name: &str) -> Client {
    server.register(name, PASSWORD, None).await.unwrap();
    server.log_in(name, PASSWORD).await.unwrap()
}

/// Alice and Bob, with published keys, and their conversation.
async fn set_the_scene(url: &str) -> (Correspondent, Correspondent, Conversation) {
    let server = Server::at(url).unwrap();
    let mut people = Vec::new();
    for name in ["alice", "bob"] {
        let person = Correspondent::new(join(&server, name).await, Device::generate());
        person.publish().await.unwrap();
        // Once more changes nothing.
        person.publish().await.unwrap();
        assert_eq!(person.client().keys().await.unwrap().len(), 2);
        people.push(person);
    }
    let [alice, bob] = people.try_into().unwrap();
    let conversation = alice.client().start_conversation("bob").await.unwrap();
    (alice, bob, conversation)
}

/// The next message, within ten seconds; whatever else comes is passed over.
async fn next_message(inbox: &mut Follower) -> Message {
    let next = async {
        loop {
            let Update::Event(event) = inbox.next().await.unwrap() else {
                panic!("a gap")
            };
            if let EventData::MessageCreated(message) = event.data {
                return message;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), next)
        .await
        .unwrap()
}

async fn exchange(database: Database) {
    let site = Site::new(database);
    let running = site.start();
    let (alice, bob, conversation) = set_the_scene(running.base()).await;
    let mut inbox = bob.client().follow().await.unwrap();
    let receipt = alice
        .send_sealed(conversation.id, "meet me at noon")
        .await
        .unwrap();

    let message = next_message(&mut inbox).await;
    assert_eq!((message.id, message.seq), (receipt.id, 1));
    assert_eq!(message.format, Format::Jose);
    assert!(!message.body.as_deref().unwrap().contains("noon"));
    let opened = bob.open(&message).await.unwrap();
    assert_eq!(opened.content, "meet me at noon");
    assert_eq!(opened.sender_kid, alice.device().signing_kid());
    inbox.acknowledge().await;

    // The sender reads her own words in the history; the answer comes back the same way.
    bob.send_sealed(conversation.id, "I'll be there")
        .await
        .unwrap();
    let history = alice
        .client()
        .messages(conversation.id, Order::OldestFirst, None)
        .await
        .unwrap();
    let mut texts = Vec::new();
    for message in &history.data {
        texts.push(alice.open(message).await.unwrap().content);
    }
    assert_eq!(texts, ["meet me at noon", "I'll be there"]);
    inbox.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_exchange_sealed_messages() {
    for database in databases() {
        exchange(database).await;
    }
}

/// Bob has another device when Alice has sealed to the first one alone: the server does not take that, and says what is
/// missing; sealed anew, both devices open it.
async fn seal_anew(database: Database) {
    let site = Site::new(database);
    let running = site.start();
    let (alice, bob, conversation) = set_the_scene(running.base()).await;
    let stale = alice.seal(conversation.id, "too early").await.unwrap();
    let phone = Correspondent::new(bob.client().clone(), Device::generate());
    phone.publish().await.unwrap();

    let refused = alice.client().send(conversation.id, &stale).await;
    assert_eq!(refused.unwrap_err().code(), Some("mismatched-recipients"));
    let receipt = alice.send_sealed(conversation.id, "to both").await.unwrap();
    assert_eq!(receipt.seq, 1);
    let order = Order::OldestFirst;
    let history = phone.client().messages(conversation.id, order, None).await;
    let [message] = <[Message; 1]>::try_from(history.unwrap().data).unwrap();
    for device in [&bob, &phone, &alice] {
        assert_eq!(device.open(&message).await.unwrap().content, "to both");
    }

    // A withdrawn key is one too many, and nobody can open what is deleted.
    let stale = alice.seal(conversation.id, "too late").await.unwrap();
    let keys = phone.client().keys().await.unwrap();
    let kid = phone.device().sealing_kid();
    let key = keys.iter().find(|key| key.fingerprint == kid).unwrap();
    phone.client().revoke_key(key.id).await.unwrap();
    let refused = alice.client().send(conversation.id, &stale).await;
    assert_eq!(refused.unwrap_err().code(), Some("mismatched-recipients"));
    let client = alice.client();
    client
        .delete_message(conversation.id, receipt.id)
        .await
        .unwrap();
    let history = client.messages(conversation.id, order, None).await.unwrap();
    let gone = alice.open(&history.data[0]).await;
    assert!(matches!(gone, Err(ClientError::Deleted)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sealed_to_the_devices_that_there_are() {
    for database in databases() {
        seal_anew(database).await;
    }
}

/// Alice writes one message after another while the server is killed and started again; Bob follows on one follower.
async fn follow_across_kills(database: Database) {
    const MESSAGES: usize = 60;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap().to_string();
    drop(port);
    let site = Site::new(database)
        .set("SEALPOST_LISTEN", &address)
        .set("SEALPOST_LIMITS", "off");
    let mut running = site.start();
    let (alice, bob, conversation) = set_the_scene(running.base()).await;
    let mut inbox = bob.client().follow().await.unwrap();
    let first = inbox.cursor().offset;

    let writer = tokio::spawn(async move {
        for number in 0..MESSAGES {
            let message = Outgoing::text(format!("number {number}"));
            alice
                .client()
                .send(conversation.id, &message)
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut offsets = Vec::new();
    let mut texts = Vec::new();
    for number in 0..MESSAGES {
        if number % 20 == 10 {
            running.kill();
            running = site.start();
        }
        let message = next_message(&mut inbox).await;
        offsets.push(inbox.cursor().offset);
        texts.push(message.body.unwrap());
    }
    writer.await.unwrap();
    let expected: Vec<_> = (0..MESSAGES)
        .map(|number| format!("number {number}"))
        .collect();
    assert_eq!(texts, expected);
    let last = first + u64::try_from(MESSAGES).unwrap();
    assert_eq!(offsets, (first + 1..=last).collect::<Vec<_>>());

    // A follower of another session goes on from a cursor that was kept.
    let cursor = sealpost_client::Cursor {
        offset: last - 2,
        ..inbox.cursor().clone()
    };
    let again = bob.client().server().log_in("bob", PASSWORD).await.unwrap();
    let mut later = again.follow_from(cursor);
    let last_but_one = next_message(&mut later).await.body;
    assert_eq!(last_but_one.as_ref(), expected.get(MESSAGES - 2));
    // An inbox of another life has a gap.
    let cursor = sealpost_client::Cursor {
        epoch: "another".to_owned(),
        offset: 1,
    };
    let update = again.follow_from(cursor).next().await.unwrap();
    assert!(matches!(update, Update::Gap(gap) if gap.latest >= last));
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_misses_nothing_across_kills() {
    for database in databases() {
        follow_across_kills(database).await;
    }
}

async fn refresh(database: Database) {
    let site = Site::new(database);
    let running = site.start();
    let server = Server::at(running.base()).unwrap();
    let client = join(&server, "alice").await;
    let spent = client.refresh_token();
    // The session goes on elsewhere: the first of many calls at once renews the tokens, for all of them.
    let resumed = server.resume(spent.clone());
    let calls: Vec<_> = (0..16)
        .map(|_| {
            let resumed = resumed.clone();
            tokio::spawn(async move { resumed.me().await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().username, "alice");
    }
    assert_eq!(resumed.session_id(), client.session_id());
    assert_ne!(resumed.refresh_token(), spent);
    resumed.refresh().await.unwrap();
    resumed.me().await.unwrap();

    // Once it is ended, every use of it says so, and so does its socket.
    let mut inbox = resumed.follow().await.unwrap();
    resumed.log_out().await.unwrap();
    let over = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            if let Err(error) = inbox.next().await {
                return error;
            }
        }
    });
    for error in [over.await.unwrap(), resumed.me().await.unwrap_err()] {
        assert!(matches!(error, ClientError::SessionOver(_)), "{error}");
    }
    let gone = server.resume(resumed.refresh_token()).me().await;
    assert!(matches!(gone, Err(ClientError::SessionOver(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_and_end_with_their_session() {
    for database in databases() {
        refresh(database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_wrong_sender_is_refused() {
    let site = Site::new(Database::Sqlite);
    let running = site.start();
    let (alice, bob, conversation) = set_the_scene(running.base()).await;
    let server = Server::at(running.base()).unwrap();
    let mallory = Correspondent::new(join(&server, "mallory").await, Device::generate());
    mallory.publish().await.unwrap();
    let place = mallory.client().start_conversation("bob").await.unwrap();
    let mut inbox = bob.client().follow().await.unwrap();

    // Mallory's message is Mallory's; the server that says it is Alice's is not believed.
    mallory
        .send_sealed(place.id, "transfer everything")
        .await
        .unwrap();
    let message = next_message(&mut inbox).await;
    assert_eq!(
        bob.open(&message).await.unwrap().content,
        "transfer everything"
    );
    let me = alice.client().me().await.unwrap();
    let mut forged = message.clone();
    (forged.sender.id, forged.sender.username) = (me.id, me.username);
    let refused = bob.open(&forged).await.unwrap_err();
    assert!(
        matches!(
            refused,
            ClientError::CannotOpen(CannotOpen::UnknownSender(_))
        ),
        "{refused}"
    );

    // What Alice wrote is not passed on under another name, or into another conversation.
    alice.send_sealed(conversation.id, "yes").await.unwrap();
    let genuine = next_message(&mut inbox).await;
    let mut renamed = genuine.clone();
    renamed.client_id = message.client_id.clone();
    let mut moved = genuine.clone();
    moved.conversation = place.id;
    for elsewhere in [renamed, moved] {
        let refused = bob.open(&elsewhere).await.unwrap_err();
        assert!(
            matches!(refused, ClientError::CannotOpen(CannotOpen::Elsewhere)),
            "{refused}"
        );
    }
    // Alice, who is in no conversation with Mallory, cannot open what was sealed for Bob.
    assert!(alice.open(&message).await.is_err());
    assert_eq!(bob.open(&genuine).await.unwrap().content, "yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_for_somebody_without_a_key() {
    let site = Site::new(Database::Sqlite);
    let running = site.start();
    let server = Server::at(running.base()).unwrap();
    let alice = Correspondent::new(join(&server, "alice").await, Device::generate());
    alice.publish().await.unwrap();
    join(&server, "bob").await;
    let conversation = alice.client().start_conversation("bob").await.unwrap();
    let refused = alice
        .send_sealed(conversation.id, "hello")
        .await
        .unwrap_err();
    assert!(matches!(&refused, ClientError::NoKey { username } if username == "bob"));
    let conversation = alice.client().conversation(conversation.id).await.unwrap();
    assert_eq!(conversation.last_seq, 0);

    let unknown = alice.client().keys_of("nobody").await.unwrap_err();
    assert_eq!(unknown.code(), Some("not-found"));
    let taken = server.register("ALICE", PASSWORD, None).await.unwrap_err();
    assert!(taken.problem().unwrap().request_id.is_some(), "{taken}");
}
