//! The server that is measured.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use sealpost_client::Server;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::error::BenchError;
use crate::options::Options;
use crate::processes::Measured;

/// A server, and its processes as far as they are known.
pub(crate) struct Target {
    pub(crate) server: Server,
    pub(crate) measured: Measured,
    own: Option<Own>,
}

/// A server of our own: killed, and its folder removed, when this is dropped.
struct Own {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Target {
    pub(crate) async fn start(options: &Options) -> Result<Self, BenchError> {
        let (url, pid, own) = match &options.url {
            Some(url) => (url.clone(), options.pid, None),
            None => {
                let (url, own) = start_own(options).await?;
                (url, own.child.id(), Some(own))
            }
        };
        // An answer that needed a second attempt is no measurement.
        let server = Server::at(&url)?.with_patience(Duration::ZERO);
        let measured = Measured {
            server: pid,
            database: options.database_pid,
        };
        Ok(Self {
            server,
            measured,
            own,
        })
    }

    pub(crate) async fn stop(self) -> Result<(), BenchError> {
        if let Some(mut own) = self.own {
            own.child.kill().await?;
        }
        Ok(())
    }
}

async fn start_own(options: &Options) -> Result<(String, Own), BenchError> {
    let binary = match &options.server_binary {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("sealpost"),
    };
    if !binary.is_file() {
        return Err(BenchError::NoBinary(binary));
    }
    let folder = tempfile::Builder::new()
        .prefix("sealpost-bench-")
        .tempdir()?;
    let mut child = command(binary, options, folder.path().join("data")).spawn()?;
    let url = address(&mut child).await?;
    let own = Own {
        child,
        _folder: folder,
    };
    Ok((url, own))
}

fn command(binary: PathBuf, options: &Options, data_dir: PathBuf) -> Command {
    let mut command = Command::new(binary);
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("SEALPOST_") {
            command.env_remove(variable);
        }
    }
    if let Some(url) = &options.database_url {
        command.env("SEALPOST_DATABASE_URL", url);
    }
    command
        .env("SEALPOST_LISTEN", "127.0.0.1:0")
        .env("SEALPOST_DATA_DIR", data_dir)
        .env("SEALPOST_LIMITS", "off")
        .env("SEALPOST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Where the server says that it listens.
async fn address(child: &mut Child) -> Result<String, BenchError> {
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
