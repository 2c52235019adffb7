//! One conversation of the test server (RFC 5321, RFC 3207, RFC 4954).

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

use super::smtp_server::{Act, ReceivedMail, Script, Shared};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

struct Session {
    stream: BufStream<Box<dyn Stream>>,
    shared: Arc<Shared>,
    encrypted: bool,
    logged_in: bool,
    from: String,
    to: Vec<String>,
}

/// Serves until the client goes; how it went is told by the mails that were taken.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let encrypted = shared.script.lock().unwrap().implicit_tls;
    let stream: Box<dyn Stream> = if encrypted {
        let Ok(stream) = shared.tls.accept(stream).await else {
            return;
        };
        Box::new(stream)
    } else {
        Box::new(stream)
    };
    let session = Session {
        stream: BufStream::new(stream),
        shared,
        encrypted,
        logged_in: false,
        from: String::new(),
        to: Vec::new(),
    };
    let _gone = session.converse().await;
}

impl Session {
    async fn converse(mut self) -> io::Result<()> {
        if !self.step("connect", "220 mail.test ESMTP").await? {
            return Ok(());
        }
        while let Some(line) = self.line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.hello().await?,
                "STARTTLS" => {
                    if !self.step("STARTTLS", "220 go ahead").await? {
                        return Ok(());
                    }
                    self = self.upgrade().await?;
                }
                "AUTH" => self.log_in(&line).await?,
                "MAIL" => {
                    self.from = path(&line);
                    let may = self.logged_in || self.script().login.is_none();
                    let usual = if may {
                        "250 ok"
                    } else {
                        "530 5.7.0 log in first"
                    };
                    if !self.step("MAIL", usual).await? {
                        return Ok(());
                    }
                }
                "RCPT" => {
                    self.to.push(path(&line));
                    if !self.step("RCPT", "250 ok").await? {
                        return Ok(());
                    }
                }
                "DATA" => {
                    let go_on = self.step("DATA", "354 go ahead").await?;
                    if !go_on || !self.content().await? {
                        return Ok(());
                    }
                }
                "QUIT" => return self.answer("221 bye").await,
                _ => self.answer("502 5.5.1 what?").await?,
            }
        }
        Ok(())
    }

    fn script(&self) -> Script {
        self.shared.script.lock().unwrap().clone()
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn answer(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    /// Answers as usual or as the script says; false if the connection is to be closed.
    async fn step(&mut self, name: &str, usual: &str) -> io::Result<bool> {
        match self.script().at.get(name) {
            Some(Act::Close) => return Ok(false),
            Some(Act::Answer(line)) => self.answer(line).await?,
            Some(Act::Hold) => {
                let mut released = self.shared.released.subscribe();
                released.mark_unchanged();
                self.shared.held.send_modify(|count| *count += 1);
                released.changed().await.map_err(io::Error::other)?;
                self.answer(usual).await?;
            }
            None => self.answer(usual).await?,
        }
        Ok(true)
    }

    async fn hello(&mut self) -> io::Result<()> {
        let script = self.script();
        let mut offers = vec!["mail.test".to_owned(), "8BITMIME".to_owned()];
        if script.starttls && !self.encrypted {
            offers.push("STARTTLS".to_owned());
        }
        if script.smtputf8 {
            offers.push("SMTPUTF8".to_owned());
        }
        if script.login.is_some() {
            offers.push("AUTH PLAIN".to_owned());
        }
        let last = offers.len() - 1;
        let lines: Vec<String> = offers
            .iter()
            .enumerate()
            .map(|(at, offer)| format!("250{}{offer}", if at == last { ' ' } else { '-' }))
            .collect();
        self.answer(&lines.join("\r\n")).await
    }

    async fn upgrade(self) -> io::Result<Self> {
        let stream = self.shared.tls.accept(self.stream.into_inner()).await?;
        Ok(Self {
            stream: BufStream::new(Box::new(stream)),
            encrypted: true,
            ..self
        })
    }

    async fn log_in(&mut self, line: &str) -> io::Result<()> {
        let wanted = self.script().login.map(|(user, password)| {
            let response = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
            format!("AUTH PLAIN {response}")
        });
        self.logged_in = wanted.as_deref() == Some(line);
        let usual = if self.logged_in {
            "235 2.7.0 welcome"
        } else {
            "535 5.7.8 who are you?"
        };
        self.answer(usual).await
    }

    async fn content(&mut self) -> io::Result<bool> {
        let mut content = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Ok(false);
            }
            if line == ".\r\n" {
                break;
            }
            content.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let refuses = |act: &Act| matches!(act, Act::Answer(line) if !line.starts_with('2'));
        let refused = self.script().at.get("content").is_some_and(refuses);
        if !refused {
            let mail = ReceivedMail {
                from: std::mem::take(&mut self.from),
                to: std::mem::take(&mut self.to),
                content,
                encrypted: self.encrypted,
                logged_in: self.logged_in,
            };
            self.shared.taken.lock().unwrap().push(mail);
        }
        self.step("content", "250 2.0.0 taken").await
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let path = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    path.map(|(path, _)| path.to_owned()).unwrap_or_default()
}
