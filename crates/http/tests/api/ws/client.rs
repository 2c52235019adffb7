//! A WebSocket client that waits for what it expects.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

use crate::support::{EPOCH, TestServer};

pub(crate) struct Client(WebSocket<TcpStream>);

impl Client {
    pub(crate) fn open(server: &TestServer, token: &str) -> Self {
        Self::open_on(server.connect(), token)
    }

    pub(crate) fn open_on(stream: TcpStream, token: &str) -> Self {
        Self::open_at(stream, "/v1/ws", token)
    }

    /// A client of the socket at this path.
    pub(crate) fn open_at(stream: TcpStream, path: &str, token: &str) -> Self {
        let mut request = format!("ws://test{path}").into_client_request().unwrap();
        let authorization = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", authorization);
        let (socket, answer) = client(request, stream).unwrap();
        assert_eq!(answer.status(), 101);
        Self(socket)
    }

    /// A client that follows from now on.
    pub(crate) fn started(server: &TestServer, token: &str) -> Self {
        let mut client = Self::open(server, token);
        client.say(&json!({"type": "start"}));
        assert_eq!(client.hear()["type"], "started");
        client
    }

    /// A client that goes on after `offset`.
    pub(crate) fn resuming(server: &TestServer, token: &str, offset: u64) -> Self {
        let mut client = Self::open(server, token);
        client.say(&json!({"type": "resume", "epoch": EPOCH, "offset": offset}));
        client
    }

    pub(crate) fn say(&mut self, frame: &Value) {
        self.send(Message::text(frame.to_string()));
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.0.send(message).unwrap();
    }

    /// The next message of any kind.
    pub(crate) fn read(&mut self) -> Result<Message, Error> {
        self.0.read()
    }

    /// What the next text says; pings are answered.
    pub(crate) fn hear(&mut self) -> Value {
        loop {
            let message = self.read().unwrap();
            if let Message::Text(text) = &message {
                return serde_json::from_str(text).unwrap();
            }
            assert!(message.is_ping() || message.is_pong(), "{message:?}");
        }
    }

    /// The next events, at least so many.
    pub(crate) fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        while events.len() < count {
            let frame = self.hear();
            assert_eq!(frame["type"], "events", "{frame}");
            let some = frame["events"].as_array().unwrap();
            assert!((1..=100).contains(&some.len()));
            events.extend(some.iter().cloned());
        }
        events
    }

    /// Nothing comes for a while.
    pub(crate) fn assert_silent(&mut self) {
        self.0
            .get_ref()
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let heard = self.read();
        assert!(
            matches!(&heard, Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock),
            "{heard:?}"
        );
        self.0
            .get_ref()
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
    }

    /// Reads to the end: how the server closed the socket; None if it just went away.
    pub(crate) fn closed(&mut self) -> Option<(u16, String)> {
        let mut reason = None;
        loop {
            match self.read() {
                Ok(Message::Close(frame)) => {
                    reason =
                        frame.map(|frame| (CloseCode::into(frame.code), frame.reason.to_string()));
                }
                Ok(_) => {}
                Err(_) => return reason,
            }
        }
    }

    /// The same, with the offset of the last event that came before.
    pub(crate) fn closed_after(&mut self) -> (Option<(u16, String)>, Option<u64>) {
        let (mut reason, mut last) = (None, None);
        loop {
            match self.read() {
                Ok(Message::Close(frame)) => {
                    reason =
                        frame.map(|frame| (CloseCode::into(frame.code), frame.reason.to_string()));
                }
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    let events = frame["events"].as_array().and_then(|events| events.last());
                    last = events.and_then(|event| event["offset"].as_u64()).or(last);
                }
                Ok(_) => {}
                Err(_) => return (reason, last),
            }
        }
    }

    pub(crate) fn close_code(&mut self) -> Option<u16> {
        self.closed().map(|(code, _)| code)
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }
}
