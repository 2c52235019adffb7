//! The server that is measured.

use std::time::{Duration, Instant};

use sealpost_client::Server;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;

use super::Launch;
use crate::error::BenchError;
use crate::processes::{Measured, terminate};
use crate::seed::Seeded;

/// How long a server may take to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between one question whether it is ready and the next.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(1);

/// A server, and its processes as far as they are known.
pub(crate) struct Target {
    pub(crate) server: Server,
    pub(crate) measured: Measured,
    own: Option<Own>,
}

/// A server of our own: killed when this is dropped.
struct Own {
    child: Child,
    launch: Launch,
}

impl Target {
    /// One that runs already.
    pub(super) fn running(
        url: &str,
        pid: Option<u32>,
        database: Option<u32>,
    ) -> Result<Self, BenchError> {
        let measured = Measured {
            server: pid,
            database,
        };
        Self::new(url, measured, None)
    }

    pub(super) async fn start(launch: Launch) -> Result<Self, BenchError> {
        let (child, url) = launch.spawn().await?;
        // The first start makes a key that takes a second or so: no phase is to pay for that.
        until_ready(address_in(&url)).await?;
        let measured = Measured {
            server: child.id(),
            database: launch.place.database_pid,
        };
        Self::new(&url, measured, Some(Own { child, launch }))
    }

    fn new(url: &str, measured: Measured, own: Option<Own>) -> Result<Self, BenchError> {
        Ok(Self {
            // An answer that needed a second attempt is no measurement.
            server: Server::at(url)?.with_patience(Duration::ZERO),
            measured,
            own,
        })
    }

    /// What was in its database from the start.
    pub(crate) fn seeded(&self) -> Option<&Seeded> {
        self.own.as_ref()?.launch.place.seeded.as_ref()
    }

    /// The PostgreSQL database it uses, if it is ours and uses one.
    pub(crate) fn database_url(&self) -> Option<&str> {
        self.own.as_ref()?.launch.place.database_url.as_deref()
    }

    /// Ends it and starts it again on the same data and at the same address, so that whoever is logged in stays it. How
    /// long that took, from the start of the process until it is ready; None if it is not ours.
    pub(crate) async fn restart(&mut self) -> Result<Option<Duration>, BenchError> {
        let Some(own) = &mut self.own else {
            return Ok(None);
        };
        let address = address_in(self.server.url()).to_owned();
        end(&mut own.child).await?;
        let began = Instant::now();
        let (child, _) = own.launch.spawn_at(&address).await?;
        until_ready(&address).await?;
        let took = began.elapsed();
        self.measured.server = child.id();
        own.child = child;
        Ok(Some(took))
    }

    pub(crate) async fn stop(mut self) -> Result<(), BenchError> {
        match &mut self.own {
            Some(own) => end(&mut own.child).await,
            None => Ok(()),
        }
    }
}

fn address_in(url: &str) -> &str {
    let address = url.trim_start_matches("http://");
    address.trim_end_matches('/')
}

/// Ends a server as an operator does.
pub(crate) async fn end(child: &mut Child) -> Result<(), BenchError> {
    if let Some(pid) = child.id() {
        terminate(pid)?;
    }
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}

/// Waits until it says that it is ready. Each question is the smallest request, on a connection of its own.
async fn until_ready(address: &str) -> Result<(), BenchError> {
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let began = Instant::now();
    loop {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        if answer.ends_with(b"200") {
            return Ok(());
        }
        if !answer.ends_with(b"503") || began.elapsed() > PATIENCE {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            return Err(BenchError::NotStarted(format!("it answered {answer}")));
        }
        tokio::time::sleep(BETWEEN_QUESTIONS).await;
    }
}

/// Where the server says that it listens.
pub(crate) async fn address(child: &mut Child) -> Result<String, BenchError> {
    let silent = || BenchError::NotStarted("it says nothing".to_owned());
    let mut lines = BufReader::new(child.stdout.take().ok_or_else(silent)?).lines();
    let mut errors = child.stderr.take().ok_or_else(silent)?;
    while let Some(line) = lines.next_line().await? {
        if let Some(url) = line.trim().strip_prefix("listening on ") {
            // Both pipes are drained, or the server would stop at a full one.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            tokio::spawn(async move { tokio::io::copy(&mut errors, &mut tokio::io::sink()).await });
            return Ok(url.to_owned());
        }
    }
    let mut said = String::new();
    errors.read_to_string(&mut said).await?;
    Err(BenchError::NotStarted(said.trim().to_owned()))
}
