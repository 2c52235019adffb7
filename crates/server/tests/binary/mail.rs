//! Outgoing mail, with a mail server on loopback: the server is killed (SIGKILL) in each state that a mail can be in, and
//! every committed mail arrives once or more under one `Message-ID`, or is a dead letter.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sealpost_crypto::{Keyring, MasterSealer, OsEntropy, SystemClock};
use sealpost_domain::accounts::Email;
use sealpost_domain::mail::{Mail, MailId, MailMessage, MailState, MailSummary, Outbox, enqueue};
use sealpost_domain::ports::{MailError, Mailer, OutgoingMail, Store, StoreError, StoreExt as _};
use sealpost_domain::{Environment, Secret};
use sealpost_mailer::testing::{Act, ReceivedMail, Script, SmtpServer};
use sealpost_store::testing::Nobody;
use sealpost_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

use crate::support::{Database, Server, Site, databases};

/// Delivers nothing: the test only writes into the outbox and looks at it.
struct NoMailer;

#[async_trait::async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &OutgoingMail) -> Result<(), MailError> {
        Err(MailError::Temporary("not here".to_owned()))
    }
}

/// A site whose mail goes to `mail_server`, and its outbox, opened beside the server.
struct Post {
    site: Arc<Site>,
    mail_server: SmtpServer,
    env: Environment,
    outbox: Outbox,
}

impl Post {
    /// The site, and its server, running.
    async fn open(database: Database) -> (Self, Server) {
        let mail_server = SmtpServer::start(Script::default()).await;
        let url = format!("smtp://127.0.0.1:{}", mail_server.port());
        let site = Site::new(database)
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
            .set("SEALPOST_MAIL_URL", &url)
            .set("SEALPOST_MAIL_FROM", "Post <post@sealpost.test>")
            .set("SEALPOST_MAIL_SUBJECT_PREFIX", "(post)")
            .set("SEALPOST_STORE_POOL_SIZE", "2")
            .set("SEALPOST_DIALECTS_MESSENGER_ENABLED", "false");
        let (site, server) = started(Arc::new(site)).await;
        let env = Environment {
            store: store(&site).await,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
        };
        let key = std::fs::read_to_string(site.data_dir().join("master.key")).unwrap();
        let keyring = Keyring::parse(&key).unwrap();
        let sealer = Arc::new(MasterSealer::new(&keyring, Arc::new(OsEntropy)));
        let outbox = Outbox::new(env.clone(), sealer, Arc::new(NoMailer));
        let post = Self {
            site,
            mail_server,
            env,
            outbox,
        };
        (post, server)
    }

    /// Commits a mail to `NAME@mail.example` that is worth sending for so long.
    async fn commit(&self, name: &str, lifetime: Duration) -> MailId {
        let mail = self.outbox.seal(&Mail {
            to: Email::parse(&format!("{name}@mail.example")).unwrap(),
            username: name.to_owned(),
            message: MailMessage::LoginCode {
                code: Secret::new("246810".to_owned()),
            },
            not_after: self.env.now() + lifetime,
        });
        let id = mail.id;
        let committed = self.env.store.write(move |tx| enqueue(tx, &mail));
        let committed: Result<(), StoreError> = committed.await;
        committed.unwrap();
        id
    }

    /// From now on the mail server does this at that step, and nothing else out of the ordinary.
    fn at(&self, step: &'static str, act: Act) {
        self.mail_server
            .change(|script| script.at = [(step, act)].into());
    }

    async fn find(&self, id: MailId) -> Option<MailSummary> {
        let mails = self.outbox.list(None, 100).await.unwrap().mails;
        mails.into_iter().find(|mail| mail.id == id)
    }

    async fn until(&self, id: MailId, reached: impl Fn(Option<&MailSummary>) -> bool) {
        let began = Instant::now();
        loop {
            let found = self.find(id).await;
            if reached(found.as_ref()) {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(100),
                "it came no further than {found:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn arrived(&self) -> Vec<ReceivedMail> {
        self.mail_server.taken()
    }
}

/// Starts the server. The other tests' mail servers go on meanwhile.
async fn started(site: Arc<Site>) -> (Arc<Site>, Server) {
    let starting = tokio::task::spawn_blocking(move || {
        let server = site.start();
        (site, server)
    });
    starting.await.unwrap()
}

async fn store(site: &Arc<Site>) -> Arc<dyn Store> {
    let site = Arc::clone(site);
    let opening = tokio::task::spawn_blocking(move || open_store(&site));
    opening.await.unwrap()
}

fn open_store(site: &Site) -> Arc<dyn Store> {
    match site.database() {
        Database::Sqlite => {
            let path = site.data_dir().join("sealpost.db");
            let options = SqliteOptions::default();
            Arc::new(SqliteStore::open(&path, &options, Arc::new(Nobody)).unwrap())
        }
        Database::Postgres(url) => {
            let options = PostgresOptions {
                connections: 2,
                ..PostgresOptions::default()
            };
            Arc::new(PostgresStore::open(url, &options, Arc::new(Nobody)).unwrap())
        }
    }
}

fn freeze(server: &Server) {
    let id = server.process_id().to_string();
    let frozen = Command::new("kill").args(["-STOP", &id]).status();
    assert!(frozen.unwrap().success());
}

const HOUR: Duration = Duration::from_secs(3_600);

fn is_dead(mail: Option<&MailSummary>) -> bool {
    mail.is_some_and(|mail| mail.state == MailState::Dead)
}

/// What a mail has come to when the server is killed.
#[derive(Debug, Clone, Copy)]
enum Killed {
    /// Committed, and never looked at.
    Untouched,
    /// Tried once, waiting for the second time.
    Waiting,
    /// In a worker's hands, at this step of the conversation with the mail server.
    At(&'static str),
    /// The mail server has said that it took it, and the worker has not heard that.
    Accepted,
}

impl Killed {
    /// Commits a mail, lets it come so far and kills the server.
    async fn happen(self, post: &Post, server: Server, lifetime: Duration) -> MailId {
        let id = match self {
            Self::Untouched => {
                server.kill();
                return post.commit("alice", lifetime).await;
            }
            Self::Waiting => {
                post.at("RCPT", Act::Answer("450 4.2.0 not now".to_owned()));
                let id = post.commit("alice", lifetime).await;
                let deferred = |mail: Option<&MailSummary>| {
                    mail.is_some_and(|mail| mail.state == MailState::Waiting && mail.attempts >= 1)
                };
                post.until(id, deferred).await;
                id
            }
            Self::At(step) => post.commit_until(step, lifetime).await,
            Self::Accepted => {
                let id = post.commit_until("content", lifetime).await;
                freeze(&server);
                post.mail_server.release();
                tokio::time::sleep(Duration::from_millis(300)).await;
                id
            }
        };
        server.kill();
        post.mail_server.release();
        post.mail_server.change(|script| script.at.clear());
        id
    }
}

impl Post {
    /// Commits a mail and waits until the mail server holds the worker at this step.
    async fn commit_until(&self, step: &'static str, lifetime: Duration) -> MailId {
        self.at(step, Act::Hold);
        let id = self.commit("alice", lifetime).await;
        self.mail_server.until_held(1).await;
        assert_eq!(self.find(id).await.unwrap().state, MailState::Leased);
        id
    }
}

async fn arrives(database: Database, killed: Killed) {
    let (post, server) = Post::open(database).await;
    let id = killed.happen(&post, server, HOUR).await;
    let (_, _server) = started(Arc::clone(&post.site)).await;
    post.until(id, |mail| mail.is_none()).await;
    let arrived = post.arrived();
    // What had been taken before the kill comes again: nobody could know.
    let twice = matches!(killed, Killed::At("content") | Killed::Accepted);
    assert_eq!(arrived.len(), if twice { 2 } else { 1 }, "{killed:?}");
    for mail in arrived {
        let expected = format!("<{id}@sealpost.test>");
        assert_eq!(mail.header("Message-ID"), Some(expected), "{killed:?}");
        let subject = mail.header("Subject");
        assert_eq!(subject.as_deref(), Some("(post) Your login code"));
        assert!(mail.content.contains("246810"));
    }
}

/// The code of a mail expires while the lease of the killed server still runs.
async fn is_not_sent_after_its_end(database: Database) {
    let (post, server) = Post::open(database).await;
    let soon = Duration::from_secs(20);
    let id = Killed::At("MAIL").happen(&post, server, soon).await;
    let (_, _server) = started(Arc::clone(&post.site)).await;
    post.until(id, is_dead).await;
    assert_eq!(post.arrived(), []);
}

async fn stays_a_dead_letter(database: Database) {
    let (post, server) = Post::open(database).await;
    post.at(
        "RCPT",
        Act::Answer("550 5.1.1 <alice@mail.example>".to_owned()),
    );
    let id = post.commit("alice", HOUR).await;
    post.until(id, is_dead).await;
    server.kill();
    post.mail_server.change(|script| script.at.clear());
    let (_, _server) = started(Arc::clone(&post.site)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let dead = post.find(id).await.unwrap();
    assert_eq!(dead.state, MailState::Dead);
    let reason = "RCPT: the mail server answered 550 5.1.1";
    assert_eq!(dead.reason.as_deref(), Some(reason));
    assert_eq!(post.arrived(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_committed_mail_arrives_or_is_a_dead_letter() {
    // All at once: a lease takes a minute to run out.
    let mut runs = tokio::task::JoinSet::new();
    for killed in [
        Killed::Untouched,
        Killed::Waiting,
        Killed::At("connect"),
        Killed::At("MAIL"),
        Killed::At("DATA"),
        Killed::At("content"),
        Killed::Accepted,
    ] {
        for database in databases() {
            runs.spawn(arrives(database, killed));
        }
    }
    for database in databases() {
        runs.spawn(is_not_sent_after_its_end(database));
    }
    for database in databases() {
        runs.spawn(stays_a_dead_letter(database));
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_in_hand_is_finished_at_the_end() {
    let (post, server) = Post::open(Database::Sqlite).await;
    let id = post.commit_until("content", HOUR).await;
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(post.find(id).await.unwrap().state, MailState::Leased);
    post.mail_server.release();
    let (status, _, log) = stopping.await.unwrap();
    assert!(status.success(), "{log}");
    assert_eq!(post.find(id).await, None);
    assert_eq!(post.arrived().len(), 1);
    for secret in ["246810", "alice@mail.example"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_mail_becomes_files() {
    let (mut post, server) = Post::open(Database::Sqlite).await;
    drop(server);
    let folder = post.site.data_dir().join("letters");
    let url = format!("file://{}", folder.display());
    let site = Arc::into_inner(post.site).unwrap();
    post.site = Arc::new(site.set("SEALPOST_MAIL_URL", &url));
    let (_, _server) = started(Arc::clone(&post.site)).await;
    let id = post.commit("alice", HOUR).await;
    post.until(id, |mail| mail.is_none()).await;
    let mail = std::fs::read_to_string(folder.join(format!("{id}.eml"))).unwrap();
    assert!(mail.contains("To: alice@mail.example\r\n"), "{mail}");
}
