//! Somebody with a login, who uses whichever instance they like.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Server, http_client};

const PASSWORD: &str = "a password for two";
/// How long anything may take that ought to come at once.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Person {
    client: Client,
    pub(super) name: &'static str,
    pub(super) token: String,
    pub(super) session: String,
}

impl Person {
    /// Makes an account and logs in.
    pub(super) async fn register(server: &Server, name: &'static str) -> Self {
        let account = json!({"username": name, "password": PASSWORD});
        let made = http_client()
            .post(server.url("/v1/accounts"))
            .json(&account)
            .send();
        assert_eq!(made.await.unwrap().status(), StatusCode::CREATED);
        Self::log_in(server, name).await
    }

    /// Logs in once more.
    pub(super) async fn log_in(server: &Server, name: &'static str) -> Self {
        let client = http_client();
        let login = json!({"identifier": name, "password": PASSWORD});
        let opened = client.post(server.url("/v1/sessions")).json(&login).send();
        let opened: Value = opened.await.unwrap().json().await.unwrap();
        Self {
            client,
            name,
            token: opened["access_token"].as_str().unwrap().to_owned(),
            session: opened["session_id"].as_str().unwrap().to_owned(),
        }
    }

    /// Asks an instance; the status, and the body if it is JSON.
    pub(super) async fn ask(
        &self,
        server: &Server,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self
            .client
            .request(method, server.url(path))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    pub(super) async fn post(&self, server: &Server, path: &str, body: Value) -> (u16, Value) {
        self.ask(server, Method::POST, path, Some(body)).await
    }

    /// The id of the conversation with the other one.
    pub(super) async fn talk_with(&self, server: &Server, other: &Self) -> String {
        let body = json!({"username": other.name});
        let (_, conversation) = self.post(server, "/v1/conversations", body).await;
        conversation["id"].as_str().unwrap().to_owned()
    }

    /// Says something; the status of the answer.
    pub(super) async fn say(&self, server: &Server, conversation: &str, text: &str) -> u16 {
        let path = format!("/v1/conversations/{conversation}/messages");
        let client_id = text.replace(' ', "-");
        let message = json!({"client_id": client_id, "format": "text", "body": text});
        self.post(server, &path, message).await.0
    }

    /// A socket at an instance, begun.
    pub(super) async fn follow(&self, server: &Server, first: Value) -> Socket {
        let mut request = server
            .url("/v1/ws")
            .replacen("http", "ws", 1)
            .into_client_request()
            .unwrap();
        let token = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", token);
        let (socket, _) = connect_async(request).await.unwrap();
        let mut socket = Socket(socket);
        socket.say(&first).await;
        socket
    }
}

pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(super) async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame that is one.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.unwrap();
            if let Message::Text(text) = message.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next events.
    pub(super) async fn events(&mut self) -> Vec<Value> {
        loop {
            let frame = self.hear().await;
            if frame["type"] == "events" {
                return frame["events"].as_array().unwrap().clone();
            }
        }
    }

    /// The code with which the server closes the socket; None if it just breaks.
    pub(super) async fn closed(&mut self) -> Option<u16> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap() {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
