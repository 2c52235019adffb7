//! The operator's commands, with a running server and without, on both databases.

pub(crate) mod factors;
mod invites;
mod mail;
mod prompt;
mod refusals;
mod sessions;
mod socket;
mod storage;
mod strangers;

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Database, Server, Site, databases, http_client};

/// Everybody's password.
const PASSWORD: &str = "canary-password-4c27";

/// What a command answered.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{} {}", self.out, self.err))
    }

    #[track_caller]
    fn refused(&self) -> Value {
        assert_eq!(self.code, 1, "{} {}", self.out, self.err);
        self.json()["error"]["code"].take()
    }
}

impl Site {
    /// Runs a command with this on its standard input.
    fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A command that wants no input may have closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs a command that must succeed; its JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{arguments:?} {} {}", ran.out, ran.err);
        ran.json()
    }

    /// Runs a command that must be refused; the code of why.
    #[track_caller]
    pub(crate) fn refuse(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).refused()
    }

    /// Makes an account with [`PASSWORD`]; the account.
    #[track_caller]
    fn create(&self, username: &str) -> Value {
        let arguments = ["user", "create", username, "--password-file", "-", "--json"];
        let ran = self.run_with(&arguments, &format!("{PASSWORD}\n"));
        assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        ran.json()
    }
}

async fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let request = http_client().post(server.url(path)).json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn log_in(server: &Server, username: &str, password: &str) -> (u16, Value) {
    let body = json!({"identifier": username, "password": password});
    post(server, "/v1/sessions", &body).await
}

async fn me(server: &Server, session: &Value) -> u16 {
    let token = session["access_token"].as_str().unwrap();
    let request = http_client().get(server.url("/v1/me")).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

/// Ids and times differ from run to run.
fn without_chance(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let chance = name == "id" || name == "code" || name.ends_with("_at");
                if chance && value.is_string() {
                    *value = json!("…");
                } else {
                    without_chance(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(without_chance),
        _ => {}
    }
}

/// Every command but those that need somebody logged in; what it answered.
fn story(site: &Site) -> Vec<Value> {
    let mut answers = vec![site.create("bob"), site.create("Alice")];
    let create = ["user", "create", "ALICE", "--generate", "--json"];
    answers.push(site.run(&create).refused());
    answers.push(site.json(&["user", "list"]));
    answers.push(site.json(&["user", "show", "alice"]));
    answers.push(site.json(&["user", "disable", "bob"]));
    answers.push(site.json(&["user", "list"]));
    answers.push(site.json(&["user", "enable", "bob"]));
    answers.push(site.json(&["user", "reset-factors", "bob"]));
    answers.push(site.json(&["session", "list", "bob"]));
    site.create("carol");
    let unsure = site.run(&["user", "delete", "carol", "--json"]);
    assert_eq!(unsure.code, 2, "{} {}", unsure.out, unsure.err);
    answers.push(site.json(&["user", "delete", "carol", "--yes"]));
    answers.push(site.run(&["user", "show", "carol", "--json"]).refused());
    answers.push(site.json(&["session", "revoke", "--user", "bob"]));
    for unknown in [
        &["user", "show", "nobody"][..],
        &["user", "disable", "no body"],
        &["session", "list", "nobody"],
        &["user", "reset-factors", "nobody"],
        &["session", "revoke", "nonsense"],
        &["invite", "show", "nonsense"],
        &["invite", "revoke", "019aa6b0-7c3a-7d52-9a5e-0242ac120002"],
        &["mail", "retry", "nonsense"],
    ] {
        answers.push(site.run(&[unknown, &["--json"]].concat()).refused());
    }
    let made = site.json(&["invite", "--uses", "3", "--expires", "12h"]);
    let id = made["id"].as_str().unwrap().to_owned();
    answers.push(made);
    answers.push(site.json(&["invite", "revoke", &id]));
    answers.push(site.json(&["invite", "show", &id]));
    answers.push(site.json(&["invite"]));
    answers.push(site.json(&["invite", "list"]));
    answers.iter_mut().for_each(without_chance);
    answers
}

#[test]
fn a_command_does_the_same_with_a_running_server_and_without() {
    let mut told = Vec::new();
    for database in databases() {
        let site = Site::new(database.clone());
        let server = site.start();
        told.push(story(&site));
        drop(server);
        let database = match database {
            Database::Sqlite => Database::Sqlite,
            Database::Postgres(_) => {
                Database::Postgres(sealpost_store::testing::postgres_url().unwrap())
            }
        };
        let site = Site::new(database);
        drop(site.start());
        told.push(story(&site));
    }
    let expected = told.pop().unwrap();
    assert!(told.iter().all(|answers| *answers == expected), "{told:#?}");
    assert_eq!(
        expected[4],
        json!({
            "id": "…", "username": "Alice", "email": null, "email_verified_at": null,
            "disabled_at": null, "created_at": "…", "sessions": 0, "second_factors": [],
        })
    );
    assert_eq!(expected[6]["data"][1]["disabled_at"], "…");
    let refusals: Vec<_> = [2, 11, 13, 14, 15, 16, 17, 18, 19, 20]
        .map(|at| &expected[at])
        .to_vec();
    assert_eq!(
        refusals,
        [
            "username-taken",
            "unknown-user",
            "unknown-user",
            "unknown-user",
            "unknown-user",
            "unknown-user",
            "unknown-session",
            "unknown-invite",
            "unknown-invite",
            "not-found",
        ]
    );
}
