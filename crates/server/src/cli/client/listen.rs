use std::collections::HashMap;
use std::time::Duration;

use sealpost_client::{
    ClientError, ConversationId, ConversationKind, Correspondent, EventData, Follower, Gap,
    Message, Update,
};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::ListenOptions;
use super::conversations::name;
use super::failure::Failure;
use super::logged_in::LoggedIn;
use super::out::Out;
use super::reading::{self, Reading};
use super::show;
use crate::serve::shutdown;

/// How long to wait before a message is opened once more that could not be opened for want of a connection.
const PAUSE: Duration = Duration::from_secs(1);
/// The server is told at most so often what this device needs no longer.
const BETWEEN_ACKS: Duration = Duration::from_secs(5);

/// Tells what comes, from the place that is kept on, until it is told to end.
pub(super) async fn listen(
    me: &LoggedIn,
    options: &ListenOptions,
    out: Out,
) -> Result<(), Failure> {
    // Two of them would tell everything twice.
    let _only_one = me
        .profile
        .lock_listening()?
        .ok_or(Failure::AlreadyListening)?;
    let ended = shutdown::signal()?;
    let mut listener = Listener::open(me, out).await?;
    let told = tokio::select! {
        told = listener.run(options.once) => told,
        () = over(options.timeout) => if options.once { Err(Failure::TimedOut) } else { Ok(()) },
        _ = ended => Ok(()),
    };
    listener.close().await;
    told
}

async fn over(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

struct Listener<'a> {
    me: &'a LoggedIn,
    reader: Correspondent,
    inbox: Follower,
    out: Out,
    /// What groups are called; None for a pair.
    places: HashMap<ConversationId, Option<String>>,
    acknowledged: Instant,
}

impl<'a> Listener<'a> {
    async fn open(me: &'a LoggedIn, out: Out) -> Result<Self, Failure> {
        let account = me.session.account;
        let inbox = match me.profile.cursor(account)? {
            Some(cursor) => me.client.follow_from(cursor),
            None => {
                let inbox = me.client.follow().await?;
                me.profile.keep_cursor(account, inbox.cursor())?;
                inbox
            }
        };
        Ok(Self {
            me,
            reader: me.correspondent()?,
            inbox,
            out,
            places: HashMap::new(),
            acknowledged: Instant::now(),
        })
    }

    /// Tells one thing after another. The place is kept once something is told: whatever happens in between is told again,
    /// and nothing is passed over.
    async fn run(&mut self, once: bool) -> Result<(), Failure> {
        loop {
            let update = self.inbox.next().await?;
            let told = self.tell(&update).await?;
            self.me
                .profile
                .keep_cursor(self.me.session.account, self.inbox.cursor())?;
            if told && once {
                return Ok(());
            }
            if self.acknowledged.elapsed() > BETWEEN_ACKS {
                self.acknowledge().await;
            }
        }
    }

    /// Whether there was anything to tell.
    async fn tell(&mut self, update: &Update) -> Result<bool, Failure> {
        let event = match update {
            Update::Event(event) => event,
            Update::Gap(gap) => return self.tell_gap(gap),
        };
        let (value, text) = match &event.data {
            EventData::MessageCreated(message) => {
                let reading = self.read(message).await?;
                let place = self.place(message.conversation).await;
                (
                    show::message_as_json(message, &reading),
                    Some(show::message_as_text(message, &reading, place.as_deref())),
                )
            }
            _ => (event.raw(), show::event_as_text(event)),
        };
        let told = self.out.is_json() || text.is_some();
        if told {
            let value = show::event_as_json(event, &value);
            self.out.say(&value, &text.unwrap_or_default())?;
        }
        Ok(told)
    }

    fn tell_gap(&self, gap: &Gap) -> Result<bool, Failure> {
        let value = json!({"type": "gap", "earliest": gap.earliest, "latest": gap.latest});
        let text =
            "  * something is missing here: the server keeps it no longer; see sealpost history\n";
        self.out.say(&value, text)?;
        Ok(true)
    }

    /// Opens a message, however long the connection is lost.
    async fn read(&self, message: &Message) -> Result<Reading, ClientError> {
        loop {
            match reading::read(&self.reader, message).await {
                Err(error) if error.is_temporary() => sleep(PAUSE).await,
                read => return read,
            }
        }
    }

    /// What a group is called.
    async fn place(&mut self, id: ConversationId) -> Option<String> {
        if let Some(place) = self.places.get(&id) {
            return place.clone();
        }
        // Without an answer the message is told all the same.
        let conversation = self.me.client.conversation(id).await.ok()?;
        let place =
            (conversation.kind != ConversationKind::Pair).then(|| name(&conversation, self.me));
        self.places.insert(id, place.clone());
        place
    }

    async fn acknowledge(&mut self) {
        self.inbox.acknowledge().await;
        self.acknowledged = Instant::now();
    }

    async fn close(mut self) {
        self.acknowledge().await;
        self.inbox.close().await;
    }
}
