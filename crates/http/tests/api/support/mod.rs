//! A server on a free port, and the least client that can ask it anything, also what no library would send.

mod answer;
mod log;
mod services;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_domain::ports::TokenSigner;
use sealpost_domain::testing::FixedClock;
use sealpost_http::{Settings, serve};
use tokio::sync::oneshot;

pub(crate) use answer::Answer;
pub(crate) use log::logged;
pub(crate) use services::{ISSUER, NOW};

/// Stops when it is dropped.
pub(crate) struct TestServer {
    address: SocketAddr,
    /// The server's clock, which stands still until it is told to move.
    pub(crate) clock: Arc<FixedClock>,
    /// Signs what the server takes for its own.
    pub(crate) signer: Arc<dyn TokenSigner>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::start_with(RegistrationPolicy::Open, Duration::ZERO)
    }

    pub(crate) fn start_with(registration: RegistrationPolicy, drain_delay: Duration) -> Self {
        log::capture();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (send_parts, parts) = mpsc::channel();
        let settings = Settings {
            drain_delay,
            ..Settings::default()
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let (services, parts, _database) = services::assemble(registration).await;
                send_parts.send(parts).unwrap();
                let shutdown = async { stopped.await.unwrap_or_default() };
                serve(vec![listener], services, settings, shutdown)
                    .await
                    .unwrap();
            });
        });
        let (clock, signer) = parts.recv().unwrap();
        Self {
            address,
            clock,
            signer,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Tells the server to stop, and does not wait.
    pub(crate) fn tell_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends these bytes and reads until the server closes.
    pub(crate) fn send_raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("content-length: {}\r\n", body.len());
        }
        self.send_raw(format!("{request}\r\n{body}").as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(
            "GET",
            path,
            &[("authorization", &format!("Bearer {token}"))],
            "",
        )
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body)
    }

    /// Makes an account and logs it in; the access token.
    pub(crate) fn log_in(&self, username: &str) -> String {
        let password = "correct horse battery";
        let made = self.post(
            "/v1/accounts",
            &format!(r#"{{"username":"{username}","password":"{password}"}}"#),
        );
        assert_eq!(made.status, 201, "{made:?}");
        let opened = self.post(
            "/v1/sessions",
            &format!(r#"{{"identifier":"{username}","password":"{password}"}}"#),
        );
        assert_eq!(opened.status, 201, "{opened:?}");
        opened.json()["access_token"].as_str().unwrap().to_owned()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let ended = self.thread.take().unwrap().join();
        // A second panic while the test already fails would hide the first.
        assert!(
            ended.is_ok() || std::thread::panicking(),
            "the server panicked"
        );
    }
}
