//! A server for unit tests that answers what the test wants, one request for each connection.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Client, Server};

/// What came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /v1/sessions`
    pub(crate) line: String,
    pub(crate) token: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) json: Value,
}

/// What the server does.
pub(crate) enum Answer {
    Json(u16, Value),
    /// Closes the connection without an answer.
    HangUp,
}

/// A server on a port of its own, and what came so far.
pub(crate) struct FakeServer {
    pub(crate) server: Server,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl FakeServer {
    pub(crate) async fn start(
        answer: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::at(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::<Mutex<Vec<Request>>>::default();
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                tokio::spawn(async move {
                    let _ = serve(stream, |request| {
                        let mut log = log.lock().unwrap();
                        log.push(request.clone());
                        answer(log.len(), request)
                    })
                    .await;
                });
            }
        });
        Self { server, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Somebody whose tokens have to be renewed first.
    pub(crate) fn client(&self) -> Client {
        let token = sealpost_domain::Secret::new("spr_0".to_owned());
        self.server.resume(token)
    }
}

/// The tokens of generation `n`: `a_n` and `spr_n`.
pub(crate) fn tokens(n: usize) -> Value {
    json!({
        "access_token": format!("a_{n}"), "refresh_token": format!("spr_{n}"), "token_type": "Bearer",
        "expires_in": 600, "session_id": "019aa6b0-7c3a-7d52-9a5e-0242ac120002", "account": {},
    })
}

pub(crate) fn problem(status: u16, code: &str) -> Answer {
    Answer::Json(
        status,
        json!({"status": status, "code": code, "detail": "so it is", "request_id": "r-1"}),
    )
}

async fn serve(mut stream: TcpStream, answer: impl Fn(&Request) -> Answer) -> std::io::Result<()> {
    let mut text = String::new();
    let (head, length) = loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").map_or(0, |text| text.parse().unwrap());
            if body.len() >= length {
                break (head.to_owned(), length);
            }
        }
    };
    let body = &text[text.len() - length..];
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    let request = Request {
        line: line.to_owned(),
        token: header(&head, "authorization").map(|text| text.replace("Bearer ", "")),
        idempotency_key: header(&head, "idempotency-key"),
        json: serde_json::from_str(body).unwrap_or_default(),
    };
    if let Answer::Json(status, body) = answer(&request) {
        let body = body.to_string();
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close");
        stream
            .write_all(format!("{head}\r\n\r\n{body}").as_bytes())
            .await?;
    }
    stream.shutdown().await
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}
