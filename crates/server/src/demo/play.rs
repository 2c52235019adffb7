//! The play.

use std::path::Path;
use std::time::{Duration, Instant};

use sealpost_client::{
    Conversation, Correspondent, Device, EventData, Follower, Message, Order, Server, Update,
};

use super::evidence::Evidence;
use super::{DemoError, file, tell};

const PASSWORD: &str = "correct horse battery staple";
const FROM_ALICE: &str = "Meet me at the old lighthouse at noon. Tell nobody.";
const FROM_BOB: &str = "I will be there, with the lantern.";
/// What must be on no disk.
const CANARY: &str = "old lighthouse";
/// How long Bob waits for a message at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays on the server at `url`.
pub(super) async fn play(
    url: &str,
    evidence: &Evidence,
    path: Option<&Path>,
) -> Result<(), DemoError> {
    tell::line(format_args!("A server of its own listens on {url}"));
    let server = Server::at(url)?;

    tell::step(
        1,
        "Alice and Bob register, log in, and publish the public halves of their keys",
    );
    let alice = join(&server, "alice").await?;
    let bob = join(&server, "bob").await?;

    tell::step(2, "Bob follows his inbox on a WebSocket");
    let mut inbox = bob.client().follow().await?;
    tell::line(format_args!(
        "from event {} of his log on",
        inbox.cursor().offset
    ));

    tell::step(3, "Alice writes to Bob");
    tell::quote(FROM_ALICE);
    let conversation = alice.client().start_conversation("bob").await?;
    let sealed = alice.seal(conversation.id, FROM_ALICE).await?;
    tell::line(format_args!(
        "On her side it is signed with her key, and sealed to hers and Bob's: {} bytes",
        sealed.body.len()
    ));
    let sent = Instant::now();
    let receipt = alice.client().send(conversation.id, &sealed).await?;
    tell::line(format_args!(
        "POST /v1/conversations/{}/messages → 201, seq {}",
        conversation.id, receipt.seq
    ));

    tell::step(4, "Bob's WebSocket has it");
    let message = next_message(&mut inbox).await?;
    tell::line(format_args!(
        "event {} of his log, {} ms after Alice began to send",
        inbox.cursor().offset,
        sent.elapsed().as_millis()
    ));
    show_row(evidence, &conversation).await?;

    tell::step(6, "Bob opens it");
    read(&bob, &message, FROM_ALICE).await?;
    inbox.acknowledge().await;

    tell::step(7, "Bob answers, and Alice reads the whole conversation");
    bob.send_sealed(conversation.id, FROM_BOB).await?;
    let history = alice
        .client()
        .messages(conversation.id, Order::OldestFirst, None)
        .await?;
    for (message, expected) in history.data.iter().zip([FROM_ALICE, FROM_BOB]) {
        read(&alice, message, expected).await?;
    }
    inbox.close().await;

    if let Some(path) = path {
        tell::step(8, "Bob stores a file encrypted, and reads it back");
        file::store_and_read_back(bob.client(), path, evidence).await?;
    }
    Ok(())
}

async fn join(server: &Server, name: &str) -> Result<Correspondent, DemoError> {
    server.register(name, PASSWORD, None).await?;
    let client = server.log_in(name, PASSWORD).await?;
    let person = Correspondent::new(client, Device::generate());
    person.publish().await?;
    let device = person.device();
    tell::line(format_args!(
        "{name:<6} others seal to  {}",
        device.sealing_kid()
    ));
    tell::line(format_args!(
        "{:<6} signs with      {}",
        "",
        device.signing_kid()
    ));
    Ok(person)
}

/// The next message; whatever else comes is passed over.
async fn next_message(inbox: &mut Follower) -> Result<Message, DemoError> {
    let next = async {
        loop {
            if let Update::Event(event) = inbox.next().await?
                && let EventData::MessageCreated(message) = event.data
            {
                return Ok(message);
            }
        }
    };
    tokio::time::timeout(PATIENCE, next)
        .await
        .unwrap_or(Err(DemoError::Defect("the message did not arrive")))
}

async fn show_row(evidence: &Evidence, conversation: &Conversation) -> Result<(), DemoError> {
    tell::step(
        5,
        "What the server stores: the row, and its body as the database holds it",
    );
    let row = evidence.first_message(conversation.id).await?;
    tell::line(format_args!(
        "sender {}, seq {}, format {}",
        row.sender_username,
        row.seq,
        row.format.name()
    ));
    tell::excerpt(&row.body);
    let files = evidence.nowhere(CANARY.as_bytes(), &row.body)?;
    tell::line(format_args!(
        "The words “{CANARY}” are in none of the {files} files of the server's folder."
    ));
    Ok(())
}

/// Opens a message and says whose it is.
async fn read(reader: &Correspondent, message: &Message, expected: &str) -> Result<(), DemoError> {
    let opened = reader.open(message).await?;
    if opened.content != expected {
        return Err(DemoError::Defect("what was opened is not what was sealed"));
    }
    tell::quote(&opened.content);
    tell::line(format_args!(
        "signed with {}, which is a key of {}",
        opened.sender_kid, message.sender.username
    ));
    Ok(())
}
