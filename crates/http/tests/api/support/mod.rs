//! A server on a free port, and the least client that can ask it anything, also what no library would send.

mod answer;
mod blobs;
mod idp;
mod log;
mod mail;
mod people;
mod services;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use sealpost_domain::accounts::{AccountId, HumanCheck, RegistrationPolicy, Username};
use sealpost_domain::channels::{ChannelRules, Channels};
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::files::Files;
use sealpost_domain::inbox::{Inbox, Offset};
use sealpost_domain::invites::{CreateInvite, InviteCode, InviteId, Invites};
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::links::FileLinks;
use sealpost_domain::mail::Outbox;
use sealpost_domain::messages::Messages;
use sealpost_domain::operators::{Operator, Operators};
use sealpost_domain::ports::{Pace, Store, StoreError, StoreExt, TokenSigner, Tx};
use sealpost_domain::presence::Presence;
use sealpost_domain::sessions::Sessions;
use sealpost_domain::storage::{QuotaChoice, Storage};
use sealpost_domain::testing::FixedClock;
use sealpost_domain::uploads::{SweptUploads, Uploads};
use sealpost_http::{Hub, RateClock, Settings, SocketTimes, TrustedProxies, serve};
use sealpost_mailer::testing::MemoryMailer;
use tempfile::TempDir;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

pub(crate) use answer::Answer;
pub(crate) use log::logged;
pub(crate) use people::{PASSWORD, access_token};
use services::Doors;
pub(crate) use services::{EPOCH, ISSUER, MAX_ATTACHMENT, MAX_FILE, NOW, QUOTA, UPLOAD_RETENTION};

/// How requests are counted.
#[derive(Clone, Copy, Default)]
struct Rates {
    /// Also those that are counted in the store.
    stored: bool,
    /// By the server's own clock.
    ticking: bool,
}

/// Reads as fast as it goes.
struct Unhurried;

#[async_trait]
impl Pace for Unhurried {
    async fn after(&self, _: u64) {}
}

/// Stops when it is dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    /// The server's clock, which stands still until it is told to move ([`TestServer::advance`]).
    pub(crate) clock: Arc<FixedClock>,
    /// Signs what the server takes for its own.
    pub(crate) signer: Arc<dyn TokenSigner>,
    /// Who waits for events.
    pub(crate) hub: Arc<Hub>,
    /// What passwords travel under.
    pub(crate) data_keys: DataKeys,
    /// Keeps what is sent.
    pub(crate) mailer: MemoryMailer,
    outbox: Outbox,
    sessions: Sessions,
    /// Who is there.
    pub(crate) presence: Presence,
    channels: Channels,
    messages: Messages,
    links: FileLinks,
    uploads: Uploads,
    key_log: KeyLog,
    inbox: Inbox,
    operators: Operators,
    files: Files,
    storage: Storage,
    invites: Invites,
    store: Arc<dyn Store>,
    good_reads: Arc<AtomicI64>,
    runtime: Handle,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::start_with(RegistrationPolicy::Open, Duration::ZERO)
    }

    /// A server that counts no requests.
    pub(crate) fn start_unlimited() -> Self {
        Self::start_patient(SocketTimes::default())
    }

    /// A server that is so patient with WebSockets, and counts no requests.
    pub(crate) fn start_patient(sockets: SocketTimes) -> Self {
        let settings = Settings {
            drain_delay: Duration::ZERO,
            limits: false,
            sockets,
            ..Settings::default()
        };
        Self::start_set(RegistrationPolicy::Open, settings)
    }

    pub(crate) fn start_with(registration: RegistrationPolicy, drain_delay: Duration) -> Self {
        let settings = Settings {
            drain_delay,
            ..Settings::default()
        };
        Self::start_set(registration, settings)
    }

    /// A server set like this.
    pub(crate) fn start_set(registration: RegistrationPolicy, settings: Settings) -> Self {
        Self::start_ruled(registration, settings, ChannelRules::default())
    }

    /// A server set like this, whose dialect `channel` has these rules.
    pub(crate) fn start_ruled(
        registration: RegistrationPolicy,
        settings: Settings,
        channel: ChannelRules,
    ) -> Self {
        Self::start_whole(registration.into(), settings, channel, Rates::default())
    }

    /// A server that counts what it counts in the store, too.
    pub(crate) fn start_counting() -> Self {
        let settings = Settings {
            drain_delay: Duration::ZERO,
            ..Settings::default()
        };
        let channel = ChannelRules::default();
        let rates = Rates {
            stored: true,
            ..Rates::default()
        };
        Self::start_whole(RegistrationPolicy::Open.into(), settings, channel, rates)
    }

    /// A server whose rates follow its clock: what takes an hour takes no time.
    pub(crate) fn start_ticking() -> Self {
        let settings = Settings {
            drain_delay: Duration::ZERO,
            ..Settings::default()
        };
        let channel = ChannelRules::default();
        let rates = Rates {
            ticking: true,
            ..Rates::default()
        };
        Self::start_whole(RegistrationPolicy::Open.into(), settings, channel, rates)
    }

    /// A server behind a proxy that wants a sentence completed by whoever signs up.
    pub(crate) fn start_asking() -> Self {
        let settings = Settings {
            drain_delay: Duration::ZERO,
            trusted_proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()]),
            ..Settings::default()
        };
        let doors = Doors {
            registration: RegistrationPolicy::Open,
            human_check: HumanCheck::Sentence,
        };
        Self::start_whole(doors, settings, ChannelRules::default(), Rates::default())
    }

    fn start_whole(
        doors: Doors,
        mut settings: Settings,
        channel: ChannelRules,
        rates: Rates,
    ) -> Self {
        log::capture();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (send_parts, parts) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (services, parts) = services::assemble(doors, channel, rates.stored).await;
                if rates.ticking {
                    settings.rate_clock = RateClock::following(parts.clock.clone());
                }
                send_parts.send((parts, Handle::current())).unwrap();
                let shutdown = async { stopped.await.unwrap_or_default() };
                serve(vec![listener], services, settings, shutdown)
                    .await
                    .unwrap();
            });
        });
        let (parts, runtime) = parts.recv().unwrap();
        Self {
            address,
            clock: parts.clock,
            signer: parts.signer,
            sessions: parts.sessions,
            presence: parts.presence,
            channels: parts.channels,
            messages: parts.messages,
            links: parts.links,
            uploads: parts.uploads,
            key_log: parts.key_log,
            inbox: parts.inbox,
            operators: parts.operators,
            files: parts.files,
            storage: parts.storage,
            invites: parts.invites,
            store: parts.store,
            good_reads: parts.good_reads,
            hub: parts.hub,
            data_keys: parts.data_keys,
            outbox: parts.outbox,
            mailer: parts.mailer,
            runtime,
            folder: parts.folder,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// After so many more reads every one fails, as from a damaged disk; None: none does.
    pub(crate) fn break_reads_after(&self, good: Option<u32>) {
        let good = good.map_or(-1, i64::from);
        self.good_reads.store(good, Ordering::SeqCst);
    }

    /// Moves the server's clock on, and has it read the list of ended sessions, as it would have done meanwhile.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        let read = self.sessions.sync_revocations();
        self.runtime.block_on(read).unwrap();
    }

    /// What the server does of its own accord about presence every second; how many leases it renewed.
    pub(crate) fn flush_presence(&self) -> u64 {
        self.runtime.block_on(self.presence.flush()).unwrap()
    }

    /// What the operator does: an invite for so many accounts that is good for an hour.
    pub(crate) fn invite(&self, uses: u32) -> (InviteId, InviteCode) {
        let lifetime = Duration::from_secs(60 * 60);
        let command = CreateInvite { uses, lifetime };
        let made = self.invites.create(Operator::for_tests(), command);
        let (invite, code) = self.runtime.block_on(made).unwrap();
        (invite.id, code)
    }

    /// What the operator does: no further account comes of this invite.
    pub(crate) fn revoke_invite(&self, id: InviteId) {
        let revoked = self.invites.revoke(Operator::for_tests(), id);
        self.runtime.block_on(revoked).unwrap();
    }

    /// What the operator does: nobody is logged in to this account, and nobody logs in.
    pub(crate) fn disable(&self, username: &str) {
        let username = Username::parse(username).unwrap();
        let disabled = self.operators.disable(Operator::for_tests(), username);
        self.runtime.block_on(disabled).unwrap();
    }

    /// What the operator does: whoever has this token may store so many bytes.
    pub(crate) fn set_quota(&self, token: &str, bytes: u64) {
        let account = self.get_as(token, "/v1/me").json();
        let account: AccountId = account["id"].as_str().unwrap().parse().unwrap();
        self.change(move |tx| tx.storage().set_quota(account, QuotaChoice::Bytes(bytes)));
    }

    /// What whoever has this token stores.
    pub(crate) fn used(&self, token: &str) -> u64 {
        let account = self.get_as(token, "/v1/me").json();
        account["storage"]["used"].as_u64().unwrap()
    }

    /// What the server does of its own accord about uploads that were cut off; how many there were.
    pub(crate) fn release_abandoned(&self) -> u64 {
        let released = self.storage.release_abandoned();
        self.runtime.block_on(released).unwrap()
    }

    /// What reading all files again finds damaged, and how.
    pub(crate) fn damaged(&self) -> Vec<(String, &'static str)> {
        let checked = self
            .runtime
            .block_on(self.files.check(None, 500, &Unhurried));
        let damaged = checked.unwrap().damaged.into_iter();
        damaged
            .map(|file| (file.id.to_string(), file.damage.name()))
            .collect()
    }

    /// What the server does of its own accord about orphans: how many blobs went, and which files have none.
    pub(crate) fn sweep_files(&self) -> (u64, Vec<String>) {
        let swept = self.runtime.block_on(self.files.sweep()).unwrap();
        let named = swept.named.iter().map(|file| file.id.to_string());
        (swept.orphans, named.collect())
    }

    /// Whether the server knows this account to be there, whoever may see it.
    pub(crate) fn is_online(&self, account: &str) -> bool {
        let account: AccountId = account.parse().unwrap();
        let online = self.presence.is_online(account);
        self.runtime.block_on(online).unwrap()
    }

    /// What the server does of its own accord about messages whose time is over; how many there were.
    pub(crate) fn sweep_messages(&self) -> u64 {
        self.runtime.block_on(self.messages.sweep()).unwrap()
    }

    /// What the server does of its own accord about links; how many went.
    pub(crate) fn sweep_links(&self) -> u64 {
        self.runtime.block_on(self.links.sweep()).unwrap()
    }

    /// What the server does of its own accord about unfinished uploads.
    pub(crate) fn sweep_uploads(&self) -> SweptUploads {
        self.runtime.block_on(self.uploads.sweep()).unwrap()
    }

    /// What the server does of its own accord about the key log; by how many leaves it grew.
    pub(crate) fn sequence(&self) -> u64 {
        self.runtime.block_on(self.key_log.sequence()).unwrap()
    }

    /// Begins the chains of those who had keys before there was a log; how many it were.
    pub(crate) fn begin_chains(&self) -> u64 {
        let (mut begun, mut last) = (0, None);
        while let Some(account) = self
            .runtime
            .block_on(self.key_log.begin_chains(last))
            .unwrap()
        {
            (begun, last) = (begun + 1, Some(account));
        }
        begun
    }

    /// What the server does of its own accord about secure channels; how many went.
    pub(crate) fn sweep_channels(&self) -> u64 {
        self.runtime.block_on(self.channels.sweep()).unwrap()
    }

    /// What the server does of its own accord about events that nobody needs; how many went.
    pub(crate) fn sweep_inboxes(&self) -> u64 {
        self.runtime.block_on(self.inbox.sweep()).unwrap()
    }

    /// What the server does of its own accord about the data keys.
    pub(crate) fn maintain(&self) {
        self.runtime.block_on(self.data_keys.maintain()).unwrap();
    }

    /// Deletes the events up to and including `through` from the log of whose token this is.
    pub(crate) fn trim(&self, token: &str, through: Offset) {
        let account = self.get_as(token, "/v1/me").json();
        let account: AccountId = account["id"].as_str().unwrap().parse().unwrap();
        let trim = self
            .store
            .write(move |tx| tx.inbox().trim(account, through));
        let trimmed: Result<(), StoreError> = self.runtime.block_on(trim);
        trimmed.unwrap();
    }

    /// Changes the database behind the server's back.
    pub(crate) fn change<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store.write(rule)).unwrap()
    }

    /// Every byte of the database, its journal included.
    pub(crate) fn stored(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
            .flat_map(|path| std::fs::read(path).unwrap())
            .collect()
    }

    /// Tells the server to stop, and does not wait.
    pub(crate) fn tell_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends these bytes and reads until the server closes.
    pub(crate) fn send_raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.send_bytes(method, path, headers, body.as_bytes())
    }

    pub(crate) fn send_bytes(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("content-length: {}\r\n", body.len());
        }
        self.send_raw(&[request.as_bytes(), b"\r\n", body].concat())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let ended = self.thread.take().unwrap().join();
        // A second panic while the test already fails would hide the first.
        assert!(
            ended.is_ok() || std::thread::panicking(),
            "the server panicked"
        );
    }
}
