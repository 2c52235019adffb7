use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, ConnectionError, PgConnection, QueryResult, RunQueryDsl, sql_query};

use super::Hearer;
use super::letter::{open, read_signals, read_wake_ups, write_signals, write_wake_ups};
use super::pending::Pending;

/// Where inboxes that have grown are told.
const WAKE_UPS: &str = "sealpost_wake_ups";
/// Where signals are told.
const SIGNALS: &str = "sealpost_signals";
/// How long it rests between two looks; also what makes of many hints one. diesel's iterator never waits.
const TICK: Duration = Duration::from_millis(20);
/// How long it rests before it connects again.
const RECONNECT: Duration = Duration::from_millis(500);
/// A look at whether the connection still works, when nothing was told for so many ticks (5 s).
const QUIET: u32 = 250;

/// The thread that listens and notifies.
pub(super) struct Worker {
    pub(super) url: String,
    pub(super) instance: [u8; 8],
    pub(super) hearer: Arc<dyn Hearer>,
    pub(super) pending: Arc<Pending>,
    pub(super) stop: Arc<AtomicBool>,
}

/// Why a connection was given up.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("it cannot be made")]
    Connect(#[from] ConnectionError),
    #[error("it broke")]
    Query(#[from] diesel::result::Error),
}

impl Worker {
    /// Goes on until it is told to stop.
    pub(super) fn run(self) {
        let mut complained = false;
        while !self.stopped() {
            let Err(error) = self.connected(&mut complained) else {
                return;
            };
            if !complained {
                complained = true;
                tracing::warn!(%error, "the connection for hints of other instances is gone: trying again; until then events of others come up to a second late");
            }
            std::thread::sleep(RECONNECT);
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Listens and notifies as long as the connection lasts.
    fn connected(&self, complained: &mut bool) -> Result<(), Broken> {
        let mut conn = PgConnection::establish(&self.url)?;
        conn.batch_execute(&format!(
            "SET application_name = 'sealpost hints'; SET statement_timeout = '5s'; LISTEN {WAKE_UPS}; LISTEN {SIGNALS};"
        ))?;
        if std::mem::take(complained) {
            tracing::info!("hints of other instances come again");
        }
        // What was told before this connection listened was not heard.
        self.hearer.wake_all();
        let mut quiet = 0;
        while !self.stopped() {
            for notification in conn.notifications_iter() {
                let notification = notification?;
                self.hear(&notification.channel, &notification.payload);
            }
            if self.tell(&mut conn)? {
                quiet = 0;
            } else {
                quiet += 1;
            }
            if quiet >= QUIET {
                quiet = 0;
                conn.batch_execute("SELECT 1")?;
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    /// Tells the others what waits, as much as fits at once. Says whether there was anything.
    fn tell(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let (accounts, signals) = self.pending.take();
        if !accounts.is_empty() {
            notify(conn, WAKE_UPS, &write_wake_ups(self.instance, &accounts))?;
        }
        if !signals.is_empty() {
            notify(conn, SIGNALS, &write_signals(self.instance, &signals))?;
        }
        Ok(!(accounts.is_empty() && signals.is_empty()))
    }

    /// Passes on what others have told. What is none of theirs is passed over: anybody who may connect can notify.
    fn hear(&self, channel: &str, payload: &str) {
        let Some((from, records)) = open(payload) else {
            return;
        };
        if from == self.instance {
            return;
        }
        match channel {
            WAKE_UPS => {
                if let Some(accounts) = read_wake_ups(&records) {
                    self.hearer.wake(&accounts);
                }
            }
            SIGNALS => {
                for told in read_signals(&records).unwrap_or_default() {
                    self.hearer.signal(&told.accounts, &told.signal);
                }
            }
            _ => {}
        }
    }
}

fn notify(conn: &mut PgConnection, channel: &str, payload: &str) -> QueryResult<()> {
    sql_query("SELECT pg_notify($1, $2)")
        .bind::<Text, _>(channel)
        .bind::<Text, _>(payload)
        .execute(conn)
        .map(drop)
}
