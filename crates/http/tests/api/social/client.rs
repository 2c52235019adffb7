//! The least client of the dialect.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use crate::support::{Answer, TestServer};

/// Everybody's password here: that of the document.
pub(super) const PASSWORD: &str = "popopopo0987";

/// A server that does not count requests.
pub(super) fn start() -> TestServer {
    let settings = Settings {
        drain_delay: Duration::ZERO,
        limits: false,
        ..Settings::default()
    };
    TestServer::start_set(RegistrationPolicy::Open, settings)
}

/// Somebody who is logged in.
pub(super) struct Login {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) token: String,
}

impl Login {
    pub(super) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        assert_eq!(body.as_object().unwrap().len(), 3);
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            token: text("token_auth"),
        }
    }

    pub(super) fn header(&self) -> String {
        format!("Token {}", self.token)
    }
}

pub(super) fn email_of(username: &str) -> String {
    format!("{username}@mail.example")
}

impl TestServer {
    /// Posts JSON without a token.
    pub(super) fn tell(&self, path: &str, body: &Value) -> Answer {
        self.post(path, &body.to_string())
    }

    /// Sends a request with a token of the dialect.
    pub(super) fn ask(&self, login: &Login, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("authorization", login.header()),
            ("content-type", "application/json".to_owned()),
        ];
        let headers = headers
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, path, &headers, &body)
    }

    pub(super) fn join(&self, username: &str) -> Answer {
        self.tell(
            "/auth/registration/",
            &json!({
                "username": username, "email": email_of(username),
                "password1": PASSWORD, "password2": PASSWORD,
            }),
        )
    }

    /// The code of a login, as it comes by mail.
    pub(super) fn code_for(&self, username: &str) -> String {
        let email = email_of(username);
        let sent = self.tell(
            "/twofa/send-code/",
            &json!({"username": username, "email": email}),
        );
        assert_eq!(sent.status, 200, "{sent:?}");
        self.mailed_code(&email)
    }

    pub(super) fn try_login(&self, username: &str, password: &str, code: &str) -> Answer {
        let body = json!({"username": username, "code": code, "password": password});
        self.tell("/auth/login/", &body)
    }

    /// Logs in somebody who has an account.
    pub(super) fn come_in(&self, username: &str) -> Login {
        let code = self.code_for(username);
        Login::of(&self.try_login(username, PASSWORD, &code))
    }

    /// Makes an account and logs it in.
    pub(super) fn arrive(&self, username: &str) -> Login {
        let joined = self.join(username);
        assert_eq!(joined.status, 201, "{joined:?}");
        self.come_in(username)
    }

    /// The number of the conversation of the two, who are both there.
    pub(super) fn chat_with(&self, login: &Login, username: &str) -> u64 {
        let body = json!({"username": username});
        let started = self.ask(login, "POST", "/conversations/start/", &body);
        assert_eq!(started.status, 200, "{started:?}");
        started.json()["conversation_id"].as_u64().unwrap()
    }
}

/// A chat that is followed.
pub(super) struct Chat(WebSocket<std::net::TcpStream>);

impl Chat {
    pub(super) fn open(server: &TestServer, login: &Login, id: u64) -> Self {
        Self::with(server, id, &[("authorization", &login.header())]).unwrap()
    }

    /// Opens it with these headers; the answer if it is none that switches.
    pub(super) fn with(
        server: &TestServer,
        id: u64,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Response<Option<Vec<u8>>>>> {
        let mut request = format!("ws://test/ws/chat/{id}/")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match client(request, server.connect()) {
            Ok((socket, answer)) => {
                assert_eq!(answer.status(), 101);
                Ok(Self(socket))
            }
            Err(error) => {
                let refused = match error {
                    HandshakeError::Failure(Error::Http(answer)) => Some(answer),
                    _ => None,
                };
                Err(refused.unwrap())
            }
        }
    }

    pub(super) fn say(&mut self, frame: &Value) {
        self.send(Message::text(frame.to_string()));
    }

    pub(super) fn send(&mut self, message: Message) {
        self.0.send(message).unwrap();
    }

    /// What the next text says; pings are answered.
    pub(super) fn hear(&mut self) -> Value {
        loop {
            let message = self.0.read().unwrap();
            if let Message::Text(text) = &message {
                return serde_json::from_str(text).unwrap();
            }
            assert!(message.is_ping() || message.is_pong(), "{message:?}");
        }
    }

    /// Reads to the end: how the server closed the socket.
    pub(super) fn close_code(&mut self) -> Option<u16> {
        let mut code = None;
        loop {
            match self.0.read() {
                Ok(Message::Close(frame)) => code = frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return code,
            }
        }
    }
}
