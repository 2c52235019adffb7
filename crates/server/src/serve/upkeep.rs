//! What the server does of its own accord while it runs.

use std::time::Duration;

use sealpost_domain::accounts::Accounts;
use sealpost_domain::audit::AuditTrail;
use sealpost_domain::authentication::Authentication;
use sealpost_domain::challenges::Challenges;
use sealpost_domain::channels::Channels;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::federation::Federation;
use sealpost_domain::files::Files;
use sealpost_domain::idempotency::Idempotency;
use sealpost_domain::inbox::Inbox;
use sealpost_domain::invites::Invites;
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::links::FileLinks;
use sealpost_domain::mail::Outbox;
use sealpost_domain::master_keys::{MasterKeys, Work};
use sealpost_domain::messages::Messages;
use sealpost_domain::ports::StoreError;
use sealpost_domain::presence::Presence;
use sealpost_domain::recovery::Recoveries;
use sealpost_domain::sessions::Sessions;
use sealpost_domain::storage::Storage;
use sealpost_http::Services;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// So long after one task the next one begins.
const BETWEEN_TASKS: Duration = Duration::from_millis(50);
/// How often the key log takes what has come: so long may a change be without a leaf.
const KEY_LOG_EVERY: Duration = Duration::from_secs(1);
/// How often ended sessions are read: what another instance ends is dead here within this time.
const REVOCATIONS_EVERY: Duration = Duration::from_secs(1);
/// How often the data keys are looked after.
const DATA_KEYS_EVERY: Duration = Duration::from_secs(30);
/// The same after a failure.
const DATA_KEYS_RETRY: Duration = Duration::from_secs(2);
/// How often it is asked whether values are to be sealed anew.
const REWRAP_EVERY: Duration = Duration::from_secs(1);
/// At every how many of these the key file is read again.
const KEY_FILE_EVERY: u32 = 10;
/// The longest rest between two batches of values sealed anew.
const LONGEST_REST: Duration = Duration::from_millis(250);
/// How often signs of life are brought to the store: so long may another instance not know that somebody has come.
const PRESENCE_EVERY: Duration = Duration::from_secs(1);
/// How often the room of uploads that broke off is given back.
const ROOM_EVERY: Duration = Duration::from_secs(1);
/// How often expired rows are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// What is looked after, until this is dropped.
#[derive(Default)]
pub(super) struct Upkeep {
    tasks: JoinSet<()>,
    begun: u32,
}

impl Upkeep {
    /// Begins a task that somebody waits for, at once.
    pub(super) fn begin(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Begins any other task, a moment after the one before: together they would want all connections to the store at once, and those that look
    /// every second would want them again every second.
    pub(super) fn begin_later(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        let wait = BETWEEN_TASKS * self.begun;
        self.begun += 1;
        self.tasks.spawn(async move {
            sleep(wait).await;
            task.await;
        });
    }
}

/// Reads, every second, which sessions have ended. Runs until it is dropped.
pub(super) async fn follow_revocations(sessions: Sessions) {
    let mut ticks = interval(REVOCATIONS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = sessions.sync_revocations().await {
            tracing::warn!(%error, "cannot read which sessions have ended; after five seconds no token is vouched for");
        }
    }
}

/// Makes the keys that passwords travel under ahead of need, and reads those of other instances. Runs until it is dropped.
pub(super) async fn keep_data_keys(data_keys: DataKeys) {
    loop {
        let wait = match data_keys.maintain().await {
            Ok(()) => DATA_KEYS_EVERY,
            Err(error) => {
                tracing::warn!(%error, "cannot look after the data keys (dialect messenger); trying again");
                DATA_KEYS_RETRY
            }
        };
        sleep(wait).await;
    }
}

/// Reads the key file now and then, and seals anew what is to rest under another key. Runs until it is dropped.
pub(super) async fn keep_master_keys(keys: MasterKeys) {
    let mut ticks = interval(REWRAP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0_u32.. {
        ticks.tick().await;
        if number.is_multiple_of(KEY_FILE_EVERY)
            && let Err(error) = keys.attend().await
        {
            tracing::warn!(%error, "cannot look after the master keys; going on with those there are");
        }
        rewrap(&keys).await;
    }
}

/// Half of the time at most, so that everybody else has the store in between.
async fn rewrap(keys: &MasterKeys) {
    loop {
        let begun = Instant::now();
        match keys.work().await {
            Ok(Work::Nothing) => return,
            Ok(Work::Batch) => sleep(begun.elapsed().min(LONGEST_REST)).await,
            Ok(Work::Pass) => sleep(REWRAP_EVERY).await,
            Ok(Work::Done(done)) => {
                tracing::info!(
                    key = %done.key,
                    rewrapped = done.rewrapped,
                    unopened = done.unopened,
                    "everything rests under the master key that seals"
                );
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot seal values anew; trying again");
                return;
            }
        }
    }
}

/// Brings to the store, every second, who has shown a sign of life. Runs until it is dropped.
pub(super) async fn keep_presence(presence: Presence) {
    let mut ticks = interval(PRESENCE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = presence.flush().await {
            tracing::warn!(%error, "cannot note who is there; trying again in a second");
        }
    }
}

/// Gives accounts that had keys before there was a log their first link, and makes leaves, every second, of all links that have come. Runs until it
/// is dropped.
pub(super) async fn keep_key_log(log: KeyLog) {
    let mut ticks = interval(KEY_LOG_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut begun, mut last) = (false, None);
    loop {
        ticks.tick().await;
        while !begun {
            match log.begin_chains(last).await {
                Ok(Some(account)) => last = Some(account),
                Ok(None) => begun = true,
                Err(error) => {
                    tracing::warn!(%error, "cannot begin chains in the key log; trying again in a second");
                    break;
                }
            }
        }
        loop {
            match log.sequence().await {
                Ok(grown) if grown < u64::from(KeyLog::BATCH) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot let the key log grow; trying again in a second");
                    break;
                }
            }
        }
    }
}

/// Gives back, every second, the room that was reserved for uploads that broke off. Runs until it is dropped.
pub(super) async fn keep_room(storage: Storage) {
    let mut ticks = interval(ROOM_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = storage.release_abandoned().await {
            tracing::warn!(%error, "cannot give back the room of uploads that broke off; trying again in a second");
        }
    }
}

/// Everything that has rows which are over one day.
pub(super) struct Sweepers {
    accounts: Accounts,
    sessions: Sessions,
    authentication: Authentication,
    presence: Presence,
    recoveries: Recoveries,
    channels: Channels,
    audit: AuditTrail,
    outbox: Outbox,
    federation: Federation,
    invites: Invites,
    challenges: Challenges,
    idempotency: Idempotency,
    messages: Messages,
    inbox: Inbox,
    storage: Storage,
    files: Files,
    links: FileLinks,
}

impl Sweepers {
    pub(super) fn of(services: &Services) -> Self {
        Self {
            accounts: services.accounts.clone(),
            sessions: services.sessions.clone(),
            authentication: services.authentication.clone(),
            presence: services.presence.clone(),
            recoveries: services.recoveries.clone(),
            channels: services.channels.clone(),
            audit: services.audit.clone(),
            outbox: services.outbox.clone(),
            federation: services.federation.clone(),
            invites: services.invites.clone(),
            challenges: services.challenges.clone(),
            idempotency: services.idempotency.clone(),
            messages: services.messages.clone(),
            inbox: services.inbox.clone(),
            storage: services.storage.clone(),
            files: services.files.clone(),
            links: services.links.clone(),
        }
    }
}

/// Deletes what is over, now and then. Runs until it is dropped.
pub(super) async fn sweep(sweepers: Sweepers) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        report("expired sessions", sweepers.sessions.sweep().await);
        report(
            "expired tickets for sockets",
            sweepers.sessions.sweep_socket_tickets().await,
        );
        report(
            "tickets and counters of logins",
            sweepers.authentication.sweep().await,
        );
        report(
            "usernames that are free again",
            sweepers.accounts.sweep_retired_usernames().await,
        );
        match sweepers.accounts.fill_skeletons().await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "computed what usernames look like"),
            Err(error) => {
                tracing::warn!(%error, "cannot compute what usernames look like; trying again in a minute");
            }
        }
        report("leases of presence", sweepers.presence.sweep().await);
        report(
            "expired recoveries and mailed codes",
            sweepers.recoveries.sweep().await,
        );
        report("expired secure channels", sweepers.channels.sweep().await);
        report("old events of audit trails", sweepers.audit.sweep().await);
        report(
            "logins begun at a provider",
            sweepers.federation.sweep().await,
        );
        report("old invites", sweepers.invites.sweep().await);
        report(
            "answers of people who signed up",
            sweepers.challenges.sweep().await,
        );
        report("old idempotency keys", sweepers.idempotency.sweep().await);
        report(
            "messages whose time is over",
            sweepers.messages.sweep().await,
        );
        report("links that are over", sweepers.links.sweep().await);
        report(
            "ids of files that nobody has stored",
            sweepers.files.sweep_reserved_ids().await,
        );
        report("old events of inboxes", sweepers.inbox.sweep().await);
        report("old dead letters", sweepers.outbox.sweep().await);
        report(
            "room reserved for uploads of processes that died",
            sweepers.storage.sweep().await,
        );
    }
}

fn report(what: &str, swept: Result<u64, StoreError>) {
    match swept {
        Ok(0) => {}
        Ok(rows) => tracing::debug!(rows, "deleted {what}"),
        Err(error) => {
            tracing::warn!(%error, "cannot delete {what}; trying again in a minute");
        }
    }
}
