//! A device that follows its account's log by every way there is, on whichever instance, and breaks off again and again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::support::http_client;

/// How long a reader may take to the end of its log once nothing more comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The addresses of the instances, as they are at the moment.
pub(super) type Addresses = Arc<Mutex<Vec<String>>>;

/// The offset after which a reader may stop; 0 while there is more to come.
pub(super) type Goal = Arc<AtomicU64>;

/// What one event told: its type, and the message, the member or the conversation it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub(super) kind: String,
    pub(super) about: String,
}

impl Told {
    pub(super) fn of(event: &Value) -> Self {
        let data = &event["data"];
        // What a member reads of a group that they are no longer in is null.
        let about = [&data["user"]["id"], &data["id"]];
        let about = about.into_iter().find_map(Value::as_str);
        Self {
            kind: event["type"].as_str().unwrap().to_owned(),
            about: about.unwrap_or_default().to_owned(),
        }
    }
}

/// Something went wrong with a connection, as is to be expected here.
struct Broken;

/// One device.
pub(super) struct Reader {
    client: Client,
    token: String,
    addresses: Addresses,
    goal: Goal,
    epoch: String,
    /// The last offset it has dealt with.
    offset: u64,
    /// What it was told, in order.
    told: Vec<Told>,
    random: u64,
    /// How often it came by each way: socket, stream, poll.
    visits: [u32; 3],
}

impl Reader {
    /// A device with this token. `seed` makes its moods.
    pub(super) fn new(token: &str, addresses: &Addresses, goal: &Goal, seed: u64) -> Self {
        Self {
            client: http_client(),
            token: token.to_owned(),
            addresses: Arc::clone(addresses),
            goal: Arc::clone(goal),
            epoch: String::new(),
            offset: 0,
            told: Vec::new(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            visits: [0; 3],
        }
    }

    /// Reads to the goal; what it was told, in order.
    pub(super) async fn follow(mut self) -> Vec<Told> {
        let mut late = None;
        loop {
            let goal = self.goal.load(Ordering::SeqCst);
            if goal > 0 && self.offset >= goal {
                println!(
                    "a reader came {:?} times (socket, stream, poll) and was told of {} events",
                    self.visits,
                    self.told.len()
                );
                return self.told;
            }
            if goal > 0 {
                let began: &Instant = late.get_or_insert_with(Instant::now);
                assert!(
                    began.elapsed() < PATIENCE,
                    "a reader does not get to the end"
                );
            }
            let way = usize::try_from(self.roll(3)).unwrap();
            let stay = Duration::from_millis(20 + self.roll(400));
            let addresses = self.addresses.lock().unwrap().clone();
            let which = usize::try_from(self.roll(16)).unwrap() % addresses.len();
            let address = addresses[which].clone();
            self.visits[way] += 1;
            // Breaks off in the middle of whatever it does.
            let visit = timeout(stay, async {
                match way {
                    0 => self.by_socket(&address).await,
                    1 => self.by_stream(&address).await,
                    _ => self.by_poll(&address).await,
                }
            });
            if let Ok(Err(Broken)) = visit.await {
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// A number below `bound`, each as likely (xorshift64*).
    fn roll(&mut self, bound: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    /// Deals with an event: it is the next one, whichever way it came.
    fn take(&mut self, event: &Value) {
        let offset = event["offset"].as_u64().unwrap();
        assert_eq!(offset, self.offset + 1, "lost, twice, or out of order");
        self.offset = offset;
        self.told.push(Told::of(event));
    }

    /// Whether it acknowledges now.
    fn acknowledges(&mut self) -> bool {
        self.roll(3) == 0
    }

    async fn by_socket(&mut self, address: &str) -> Result<(), Broken> {
        let mut request = format!("{address}/v1/ws")
            .replacen("http", "ws", 1)
            .into_client_request()
            .unwrap();
        let token = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", token);
        let (mut socket, _) = connect_async(request).await.map_err(|_| Broken)?;
        let first = if self.epoch.is_empty() {
            json!({"type": "start", "from": "earliest"})
        } else {
            json!({"type": "resume", "epoch": self.epoch, "offset": self.offset})
        };
        let say = |frame: Value| Message::text(frame.to_string());
        socket.send(say(first)).await.map_err(|_| Broken)?;
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message.map_err(|_| Broken)? else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text).unwrap();
            match frame["type"].as_str().unwrap() {
                "started" => self.start(&frame),
                "events" => {
                    let events = frame["events"].as_array().unwrap();
                    events.iter().for_each(|event| self.take(event));
                    if self.acknowledges() {
                        let ack = json!({"type": "ack", "offset": self.offset});
                        socket.send(say(ack)).await.map_err(|_| Broken)?;
                    }
                }
                "resumed" | "acked" => {}
                other => panic!("{other}: {frame}"),
            }
        }
        Err(Broken)
    }

    fn start(&mut self, cursor: &Value) {
        self.epoch = cursor["epoch"].as_str().unwrap().to_owned();
        assert_eq!(cursor["offset"].as_u64(), Some(self.offset));
    }

    async fn by_stream(&mut self, address: &str) -> Result<(), Broken> {
        let mut request = self
            .client
            .get(format!("{address}/v1/events?after=earliest"))
            .bearer_auth(&self.token)
            .header("accept", "text/event-stream");
        if !self.epoch.is_empty() {
            let id = format!("{}:{}", self.epoch, self.offset);
            request = request.header("last-event-id", id);
        }
        let mut answer = good(request.send().await)?;
        let mut text = String::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Broken)? {
            text += std::str::from_utf8(&chunk).map_err(|_| Broken)?;
            while let Some((block, rest)) = text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = block.lines();
                    lines.find_map(|line| line.strip_prefix(name).map(str::to_owned))
                };
                let (kind, data) = (field("event: "), field("data: "));
                text = rest.to_owned();
                match (kind.as_deref(), data) {
                    (None, None) => {}
                    (Some("started"), Some(data)) => {
                        self.start(&serde_json::from_str(&data).unwrap());
                    }
                    (Some(kind), Some(data)) if kind != "gap" => {
                        self.take(&serde_json::from_str(&data).unwrap());
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        Err(Broken)
    }

    async fn by_poll(&mut self, address: &str) -> Result<(), Broken> {
        loop {
            let after = self.offset;
            let limit = 1 + self.roll(100);
            let url = format!("{address}/v1/events?after={after}&wait=5&limit={limit}");
            let answer = self.client.get(url).bearer_auth(&self.token).send().await;
            let page: Value = good(answer)?.json().await.map_err(|_| Broken)?;
            page["events"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(|event| self.take(event));
            self.epoch = page["epoch"].as_str().unwrap().to_owned();
            if self.acknowledges() {
                let ack = self
                    .client
                    .post(format!("{address}/v1/events/ack"))
                    .bearer_auth(&self.token)
                    .json(&json!({"offset": self.offset}));
                good(ack.send().await)?;
            }
        }
    }
}

/// An answer that brings something. A gap is none: nothing was trimmed here.
fn good(answer: reqwest::Result<Response>) -> Result<Response, Broken> {
    let answer = answer.map_err(|_| Broken)?;
    assert_ne!(answer.status().as_u16(), 410, "a gap");
    answer.error_for_status().map_err(|_| Broken)
}
