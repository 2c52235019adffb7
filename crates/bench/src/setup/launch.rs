//! How a server of our own is started, and where its data is.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::address;
use crate::error::BenchError;
use crate::seed::Seeded;

/// A data folder and a database.
pub(crate) struct Place {
    data_dir: PathBuf,
    pub(crate) database_url: Option<String>,
    /// The first process of the PostgreSQL server, if there is one and it is known.
    pub(crate) database_pid: Option<u32>,
    /// What was put into the database.
    pub(crate) seeded: Option<Seeded>,
    /// Removed with this value.
    _temporary: Option<TempDir>,
}

impl Place {
    /// A folder that goes when this value does.
    pub(super) fn temporary(url: Option<String>, pid: Option<u32>) -> Result<Self, BenchError> {
        let folder = tempfile::Builder::new()
            .prefix("sealpost-bench-")
            .tempdir()?;
        let data_dir = folder.path().join("data");
        Ok(Self {
            database_pid: pid,
            _temporary: Some(folder),
            ..Self::at(data_dir, url)
        })
    }

    /// A folder that stays.
    pub(super) const fn at(data_dir: PathBuf, database_url: Option<String>) -> Self {
        Self {
            data_dir,
            database_url,
            database_pid: None,
            seeded: None,
            _temporary: None,
        }
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}

/// A program and where its data is: can be started again and again.
#[derive(Clone)]
pub(crate) struct Launch {
    binary: PathBuf,
    pub(crate) place: Arc<Place>,
}

impl Launch {
    pub(crate) const fn new(binary: PathBuf, place: Arc<Place>) -> Self {
        Self { binary, place }
    }

    /// Starts the server on a port of the system's choice; returns when it listens. It is killed when the child is dropped.
    pub(crate) async fn spawn(&self) -> Result<(Child, String), BenchError> {
        self.spawn_at("127.0.0.1:0").await
    }

    /// The same at an address.
    pub(crate) async fn spawn_at(&self, listen: &str) -> Result<(Child, String), BenchError> {
        let mut child = self.command(listen).spawn()?;
        let url = address(&mut child).await?;
        Ok((child, url))
    }

    fn command(&self, listen: &str) -> Command {
        let mut command = Command::new(&self.binary);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("SEALPOST_") {
                command.env_remove(variable);
            }
        }
        if let Some(url) = &self.place.database_url {
            command.env("SEALPOST_DATABASE_URL", url);
        }
        command
            .env("SEALPOST_LISTEN", listen)
            .env("SEALPOST_DATA_DIR", self.place.data_dir())
            .env("SEALPOST_LIMITS", "off")
            .env("SEALPOST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}
