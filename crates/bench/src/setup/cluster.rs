//! A throw-away PostgreSQL cluster from the installed programs.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tokio::process::{Child, Command};

use crate::error::BenchError;

/// `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// Runs the server as a child and waits for the end of its own standard input, which comes when the bench ends in
/// whatever way; then it stops the server and removes the folder. All settings that matter are PostgreSQL's own: fsync
/// stays on, as in production.
const KEEPER: &str = r#"
set -e
"$1/initdb" --no-sync --username=sealpost --auth=trust --encoding=UTF8 --locale=C -D "$2/data" >"$2/log" 2>&1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 >>"$2/log" 2>&1 </dev/null &
cat >/dev/null || true
kill -QUIT $! || true
wait || true
rm -rf "$2"
"#;

/// A running cluster. It ends when this is dropped.
pub(crate) struct Cluster {
    folder: PathBuf,
    pid: u32,
    databases: AtomicU32,
    _keeper: Child,
}

impl Cluster {
    /// Starts one.
    pub(crate) async fn start() -> Result<Self, BenchError> {
        let nothing = || BenchError::Postgres("initdb and postgres are not installed".to_owned());
        let programs = find_programs().ok_or_else(nothing)?;
        let folder = tempfile::Builder::new()
            .prefix("sealpost-bench-pg-")
            .tempdir()?
            .keep();
        let mut command = Command::new("sh");
        command.arg("-c").arg(KEEPER).arg("keeper");
        command.arg(&programs).arg(&folder);
        if std::fs::metadata("/proc/self")?.uid() == 0 {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY))?;
            command.uid(NOBODY).gid(NOBODY);
        }
        let keeper = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let pid = wait_until_ready(&folder).await?;
        Ok(Self {
            folder,
            pid,
            databases: AtomicU32::new(0),
            _keeper: keeper,
        })
    }

    /// Its first process, whose children do its work.
    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Makes a database and returns its URL.
    pub(crate) async fn new_database(&self) -> Result<String, BenchError> {
        let name = format!("b{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let (admin, order) = (
            url(&self.folder, "postgres"),
            format!("CREATE DATABASE {name}"),
        );
        let made = tokio::task::spawn_blocking(move || execute(&admin, &order));
        made.await?.map_err(BenchError::Postgres)?;
        Ok(url(&self.folder, &name))
    }
}

/// Runs one statement on a connection of its own.
pub(crate) fn execute(url: &str, order: &str) -> Result<(), String> {
    let mut conn = PgConnection::establish(url).map_err(|error| error.to_string())?;
    conn.batch_execute(order).map_err(|error| error.to_string())
}

fn url(folder: &Path, name: &str) -> String {
    format!("postgres:///{name}?host={}&user=sealpost", folder.display())
}

async fn wait_until_ready(folder: &Path) -> Result<u32, BenchError> {
    let began = Instant::now();
    loop {
        let admin = url(folder, "postgres");
        let answered = tokio::task::spawn_blocking(move || execute(&admin, "SELECT 1")).await?;
        let pid = std::fs::read_to_string(folder.join("data/postmaster.pid"));
        let pid = pid.ok().and_then(|text| text.lines().next()?.parse().ok());
        match (answered, pid) {
            (Ok(()), Some(pid)) => return Ok(pid),
            (Err(error), _) if began.elapsed() > PATIENCE => {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                return Err(BenchError::Postgres(format!("{error}\n{log}")));
            }
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The newest installed PostgreSQL that has both programs.
fn find_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok();
    let mut folders: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}
