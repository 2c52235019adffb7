//! Level 4: the built binary as a process, on a database of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Which database a test runs on.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite,
    Postgres(String),
}

/// SQLite, and PostgreSQL where there is one (under `CI` there must be).
pub(crate) fn databases() -> Vec<Database> {
    let mut all = vec![Database::Sqlite];
    all.extend(sealpost_store::testing::postgres_url().map(Database::Postgres));
    all
}

/// Whether there is a Python that has these modules. If not, says so loudly; under `CI` there must be one.
pub(crate) fn has_python(modules: &[&str]) -> bool {
    let import = format!("import {}", modules.join(", "));
    let found = Command::new("python3")
        .args(["-c", &import])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        let missing = format!("no python3 with {}: pip install them", modules.join(", "));
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must run this test: {missing}"
        );
        println!("!!! {missing}; the test is SKIPPED");
    }
    found
}

/// Plays a script of `tests/binary` with the built program, whose last words are `moral`; what went wrong, if something did.
pub(crate) fn play(script: &str, database: &Database, moral: &str) -> Result<(), String> {
    play_with(script, database, moral, &[])
}

/// The same, with these variables.
pub(crate) fn play_with(
    script: &str,
    database: &Database,
    moral: &str,
    environment: &[(&str, &OsStr)],
) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary");
    let mut command = Command::new("python3");
    command
        .args([
            &folder.join(script),
            Path::new(env!("CARGO_BIN_EXE_sealpost")),
        ])
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(environment.iter().copied());
    if let Database::Postgres(url) = database {
        command.arg(url);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && said.ends_with(&format!("{moral}\n")) {
        return Ok(());
    }
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(format!("{database:?}\n{said}\n{complained}"))
}

/// Runs a command with somebody at its terminal, who types these lines when they are asked; fails if the terminal shows any.
pub(crate) fn at_a_terminal(command: &Command, lines: [&str; 2]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/admin/typist.py");
    // The command as every test runs it, by a typist who has its terminal.
    let mut typist = Command::new("python3");
    typist.arg(script).args(lines).arg(command.get_program());
    typist.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => typist.env(name, value),
            None => typist.env_remove(name),
        };
    }
    let folder = command.get_current_dir().unwrap();
    let output = typist.current_dir(folder).stdin(Stdio::null()).output();
    output.unwrap()
}

/// A place for a server's data, which is there as long as it or a server of it, and the settings it starts with.
pub(crate) struct Site {
    folder: Arc<tempfile::TempDir>,
    database: Database,
    settings: Vec<(String, String)>,
    runner: Vec<String>,
}

impl Site {
    pub(crate) fn new(database: Database) -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            database,
            settings: Vec::new(),
            runner: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, variable: &str, value: &str) -> Self {
        self.settings.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// With the settings of another site, too.
    pub(crate) fn like(mut self, other: &Self) -> Self {
        self.settings.extend(other.settings.iter().cloned());
        self
    }

    /// Has another program run ours, as `ip netns exec` does.
    pub(crate) fn run_by(mut self, runner: &[&str]) -> Self {
        self.runner = runner.iter().map(|&word| word.to_owned()).collect();
        self
    }

    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The program with this site's settings and no other `SEALPOST_` variables.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_sealpost");
        let mut command = match self.runner.split_first() {
            None => Command::new(program),
            Some((runner, words)) => {
                let mut command = Command::new(runner);
                command.args(words).arg(program);
                command
            }
        };
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("SEALPOST_") {
                command.env_remove(variable);
            }
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("SEALPOST_LISTEN", "127.0.0.1:0")
            .env("SEALPOST_DATA_DIR", self.data_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Database::Postgres(url) = &self.database {
            command.env("SEALPOST_DATABASE_URL", url);
        }
        for (variable, value) in &self.settings {
            command.env(variable, value);
        }
        command
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn start(&self) -> Server {
        let mut child = self.command(&[]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let Some(line) = lines.next() else {
                panic!("the server did not start: {}", rest(child.stderr.take()));
            };
            if let Some(url) = line.unwrap().trim().strip_prefix("listening on ") {
                break url.to_owned();
            }
        };
        // Both pipes are drained, or the server would stop at a full one.
        std::thread::spawn(move || lines.for_each(drop));
        let stderr = child.stderr.take();
        let log = std::thread::spawn(move || rest(stderr));
        let server = Server {
            child,
            url,
            log: Some(log),
            _folder: Arc::clone(&self.folder),
        };
        server.wait_until_ready();
        server
    }

    /// Starts the server where it must refuse; returns its exit status and what it said on standard error.
    pub(crate) fn refused(&self, arguments: &[&str]) -> (ExitStatus, String) {
        let output = self.command(arguments).output().unwrap();
        (output.status, String::from_utf8(output.stderr).unwrap())
    }
}

/// An address nobody listens on.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A client for plain HTTP: made for each request, it must not read the system's certificates each time.
pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .tls_certs_only([])
        .build()
        .unwrap()
}

fn rest(stderr: Option<ChildStderr>) -> String {
    let mut text = String::new();
    stderr.unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A running server; killed if the test forgets it.
pub(crate) struct Server {
    child: Child,
    url: String,
    log: Option<std::thread::JoinHandle<String>>,
    /// Its data stay while it runs, even where nobody keeps its site.
    _folder: Arc<tempfile::TempDir>,
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn base(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        while !get_is_ok(&self.url, "/readyz") {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "the server is not ready after a minute"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGTERM; returns the exit status, how long it took, and the whole log.
    pub(crate) fn stop(mut self) -> (ExitStatus, Duration, String) {
        let began = Instant::now();
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let status = self.child.wait().unwrap();
        (
            status,
            began.elapsed(),
            self.log.take().unwrap().join().unwrap(),
        )
    }

    /// SIGKILL; returns the log up to there.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_reaped = self.child.wait();
        // What a test cannot explain, the server may.
        if std::thread::panicking()
            && let Some(Ok(log)) = self.log.take().map(std::thread::JoinHandle::join)
        {
            println!("the server's log:\n{log}");
        }
    }
}

/// A GET without a client library, so that waiting needs no runtime.
fn get_is_ok(base: &str, path: &str) -> bool {
    use std::io::Write;
    let address = base.strip_prefix("http://").unwrap();
    let Ok(mut stream) = std::net::TcpStream::connect(address) else {
        return false;
    };
    let mut answer = String::new();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// Whether any file below `folder` holds `needle`.
pub(crate) fn found_in_files(folder: &Path, needle: &[u8]) -> Option<PathBuf> {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if let Some(found) = found_in_files(&path, needle) {
                return Some(found);
            }
        } else if path.is_file() // and no socket
            && std::fs::read(&path)
            .unwrap()
            .windows(needle.len())
            .any(|window| window == needle)
        {
            return Some(path);
        }
    }
    None
}
