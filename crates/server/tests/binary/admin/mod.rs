//! The operator's commands, with a running server and without, on both databases.

mod factors;
mod mail;
mod socket;
mod strangers;

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

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
    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{arguments:?} {} {}", ran.out, ran.err);
        ran.json()
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

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_to_a_disabled_account_is_no_longer() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
        let server = site.start();
        for name in ["alice", "bob"] {
            site.create(name);
        }
        let (_, alice) = log_in(&server, "alice", PASSWORD).await;
        let (_, bob) = log_in(&server, "bob", PASSWORD).await;
        let listed = site.json(&["session", "list", "alice"]);
        assert_eq!(listed["data"][0]["id"], alice["session_id"]);

        let disabled = site.json(&["user", "disable", "alice"]);
        assert_eq!(disabled["sessions_ended"], 1);
        assert_eq!(me(&server, &alice).await, 401);
        let refresh = json!({"refresh_token": alice["refresh_token"]});
        let (status, told) = post(&server, "/v1/sessions/refresh", &refresh).await;
        assert_eq!(
            (status, &told["code"]),
            (401, &json!("invalid-refresh-token"))
        );
        assert_eq!(me(&server, &bob).await, 200);

        // The same while no server runs: the next one knows.
        assert!(server.stop().0.success());
        let id = bob["session_id"].as_str().unwrap();
        assert_eq!(site.json(&["session", "revoke", id])["sessions_ended"], 1);
        let server = site.start();
        assert_eq!(me(&server, &bob).await, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_hears_of_it_within_two_seconds() {
    let Some(url) = sealpost_store::testing::postgres_url() else {
        return;
    };
    let site = |url: &str| {
        Site::new(Database::Postgres(url.to_owned()))
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
    };
    let one = site(&url);
    let first = one.start();
    let other = site(&url);
    std::fs::create_dir(other.data_dir()).unwrap();
    let key = std::fs::read_to_string(one.data_dir().join("master.key")).unwrap();
    let other = other.set("SEALPOST_MASTER_KEY", key.lines().last().unwrap());
    let second = other.start();
    one.create("alice");
    let (_, session) = log_in(&second, "alice", PASSWORD).await;
    assert_eq!(me(&second, &session).await, 200);
    one.json(&["user", "disable", "alice"]);
    let began = Instant::now();
    while me(&second, &session).await != 401 {
        assert!(began.elapsed() < Duration::from_secs(2), "it still lives");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(first);
    // Each has a channel of its own: one that is gone does not stop the other.
    assert_eq!(other.json(&["user", "show", "alice"])["sessions"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_registration_is_by_invite_the_operator_makes_accounts_and_invites() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_REGISTRATION", "invite");
        let server = site.start();
        let invite = site.json(&["invite"]);
        let body =
            |name: &str| json!({"username": name, "password": PASSWORD, "invite": invite["code"]});
        assert_eq!(post(&server, "/v1/accounts", &body("alice")).await.0, 201);
        let (status, told) = post(&server, "/v1/accounts", &body("bob")).await;
        assert_eq!((status, &told["code"]), (403, &json!("invalid-invite")));
        let id = invite["id"].as_str().unwrap();
        let shown = site.json(&["invite", "show", id]);
        assert_eq!(shown["state"], "used-up");
        assert_eq!(shown["accounts"][0]["username"], "alice");
        let listed = site.run(&["invite", "list"]);
        assert!(listed.out.contains("used-up  1 of 1"), "{}", listed.out);

        let made = site.json(&["user", "create", "bob", "--generate"]);
        let password = made["password"].as_str().unwrap();
        assert_eq!(log_in(&server, "bob", password).await.0, 201);
    }
}

#[test]
fn a_wrong_command_line_is_told_from_a_refusal() {
    let site = Site::new(Database::Sqlite);
    let _server = site.start();
    for arguments in [
        &["user"][..],
        &["user", "create", "alice"],
        &["user", "create", "alice", "--password", PASSWORD],
        &["user", "create", "a", "--generate", "--password-file", "-"],
        &["session", "revoke"],
        &["session", "revoke", "id", "--user", "alice"],
        &["invite", "--uses", "0"],
        &["invite", "--uses", "1001"],
        &["invite", "--expires", "7"],
    ] {
        let ran = site.run(arguments);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{arguments:?} {}",
            ran.err
        );
    }
    for (arguments, words) in [
        (&["invite", "--expires", "366d"][..], "365 days"),
        (&["invite", "--expires", "0s"], "a second at least"),
        (&["user", "show", "nobody"], "nobody here has this username"),
        (&["user", "create", "a b", "--generate"], "no white space"),
        (
            &["user", "create", "alice", "--password-file", "/nowhere"],
            "cannot read the password",
        ),
    ] {
        let ran = site.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let short = site.run_with(
        &["user", "create", "alice", "--password-file", "-"],
        "short\n",
    );
    assert_eq!(short.code, 1);
    assert!(short.err.contains("8 to 128"), "{}", short.err);
}

#[test]
fn long_lists_are_complete_and_for_people_aligned() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let create =
        r#"{"version":1,"request":{"command":"invite.create","uses":1,"lifetime_seconds":60}}"#;
    for _ in 0..205 {
        let answer = socket::send(&site, format!("{create}\n").as_bytes());
        assert!(answer.contains("new_invite"), "{answer}");
    }
    let listed = site.json(&["invite", "list"]);
    let ids: std::collections::BTreeSet<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invite| invite["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 205);
    drop(server);
    for name in ["a", "somebody_longer"] {
        site.create(name);
    }
    let text = site.run(&["user", "list"]).out;
    let columns: Vec<_> = text.lines().map(|line| line.find("ena")).collect();
    assert_eq!(columns, [None, Some(24), Some(24)], "{text}");
    assert!(!text.contains('\u{1B}'));
}
