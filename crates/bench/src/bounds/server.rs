//! The bare handlers in a process of their own, so that their CPU time is theirs alone.

use std::process::Stdio;
use std::time::Duration;

use sealpost_client::Server;
use tokio::process::{Child, Command};

use crate::error::BenchError;
use crate::processes::Measured;
use crate::setup::address;

/// A running one; killed when this is dropped.
pub(crate) struct BoundServer {
    pub(crate) server: Server,
    pub(crate) measured: Measured,
    _child: Child,
}

impl BoundServer {
    /// Starts this program again, as a server.
    pub(crate) async fn start() -> Result<Self, BenchError> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("bound-server")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let url = address(&mut child).await?;
        Ok(Self {
            server: Server::at(&url)?.with_patience(Duration::ZERO),
            measured: Measured {
                server: child.id(),
                database: None,
            },
            _child: child,
        })
    }
}
