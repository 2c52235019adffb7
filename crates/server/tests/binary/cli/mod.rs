//! The client's commands, as the people type them: a configuration folder for each, on both databases.

mod files;
mod groups;
mod listen;
mod login;
mod talk;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::Server;

/// Everybody's password.
const PASSWORD: &str = "canary-password-7d31";

/// What a command answered.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    #[track_caller]
    fn from(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        // Whatever a command says, it tells no password and no token.
        // The last is how our JWTs begin; three letters of it may come by chance in a key.
        for secret in [PASSWORD, "spr_", "spt_", "eyJ0eXAi"] {
            assert!(!ran.out.contains(secret), "{}", ran.out);
            assert!(!ran.err.contains(secret), "{}", ran.err);
        }
        ran
    }
}

impl Ran {
    /// The lines of a command that must succeed.
    #[track_caller]
    fn lines(&self) -> Vec<Value> {
        assert_eq!(self.code, 0, "{} {}", self.out, self.err);
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The code with which a command failed that was asked for JSON.
    #[track_caller]
    fn refused(&self) -> Value {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{}", self.err);
        let mut said: Value = serde_json::from_str(&self.err).unwrap();
        assert!(said["error"]["detail"].is_string());
        said["error"]["code"].take()
    }
}

/// Somebody with an account and a computer of their own.
struct Person {
    name: &'static str,
    home: tempfile::TempDir,
    server: String,
}

impl Person {
    /// With an account, and not logged in.
    async fn register(server: &Server, name: &'static str) -> Self {
        let place = sealpost_client::Server::at(server.base()).unwrap();
        place.register(name, PASSWORD, None).await.unwrap();
        Self {
            name,
            home: tempfile::tempdir().unwrap(),
            server: server.base().to_owned(),
        }
    }

    /// Without an account.
    fn nobody(server: &Server) -> Self {
        Self {
            name: "nobody",
            home: tempfile::tempdir().unwrap(),
            server: server.base().to_owned(),
        }
    }

    /// With an account, and logged in.
    async fn join(server: &Server, name: &'static str) -> Self {
        let person = Self::register(server, name).await;
        let ran = person.log_in(&[]);
        assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        person
    }

    fn log_in(&self, more: &[&str]) -> Ran {
        let arguments = ["login", &self.server, self.name, "--password-file", "-"];
        self.run_with(&[&arguments, more].concat(), &format!("{PASSWORD}\n"))
    }

    /// The program with this person's configuration and none of the server's.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealpost"));
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("SEALPOST_") {
                command.env_remove(variable);
            }
        }
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            // A server's setting that is wrong is no affair of the client's.
            .env("SEALPOST_LISTEN", "nonsense")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A command that wants no input may have closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// The lines of a command that must succeed.
    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        self.run(&[arguments, &["--json"]].concat()).lines()
    }

    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).refused()
    }

    fn profile(&self) -> PathBuf {
        self.home.path().join("config/sealpost/default")
    }

    fn session_file(&self) -> PathBuf {
        self.profile().join("session.json")
    }

    /// The next message that `listen` tells.
    #[track_caller]
    fn next_message(&self) -> Value {
        loop {
            let [mut event]: [Value; 1] = self
                .json(&["listen", "--once", "--timeout", "30s"])
                .try_into()
                .unwrap();
            if event["type"] == "message.created" {
                return event["data"].take();
            }
        }
    }
}
