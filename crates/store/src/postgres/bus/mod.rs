//! Hints between instances on one database: PostgreSQL's LISTEN and NOTIFY.
//!
//! One thread with one connection of its own listens and notifies. What this instance has to tell is collected and told
//! together, at most fifty times a second and always after the commit, so that no unit of work ever waits for the lock that
//! PostgreSQL takes for a commit with notifications. Nothing is stored: what is lost, a look at the logs repairs.

mod letter;
mod pending;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Signal, Signals, WakeUps};

use pending::Pending;
use worker::Worker;

/// Those who hear hints of other instances.
pub trait Hearer: WakeUps + Signals {}

impl<T: WakeUps + Signals> Hearer for T {}

/// This instance's end of the hints. What is told to it reaches the other instances; what they tell reaches its hearer. When
/// it is dropped, its thread ends.
pub struct PostgresBus {
    pending: Arc<Pending>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PostgresBus {
    /// Begins to listen at `url` (libpq's `postgres://` form) in a thread of its own, which connects again whenever the
    /// connection breaks. `instance` tells this instance from the others: random and new at each start. `hearer` is told what
    /// others tell, and [`WakeUps::wake_all`] after each time in which hints may have been missed.
    ///
    /// # Errors
    /// If the system lets us have no thread.
    pub fn start(url: &str, instance: [u8; 8], hearer: Arc<dyn Hearer>) -> std::io::Result<Self> {
        let (pending, stop) = (
            Arc::new(Pending::default()),
            Arc::new(AtomicBool::new(false)),
        );
        let worker = Worker {
            url: super::open::with_timeouts(url),
            instance,
            hearer,
            pending: Arc::clone(&pending),
            stop: Arc::clone(&stop),
        };
        let thread = std::thread::Builder::new()
            .name("postgres-bus".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            pending,
            stop,
            thread: Some(thread),
        })
    }
}

impl WakeUps for PostgresBus {
    fn wake(&self, accounts: &[AccountId]) {
        self.pending.wake(accounts);
    }
}

impl Signals for PostgresBus {
    fn signal(&self, accounts: &[AccountId], signal: &Signal) {
        self.pending.signal(accounts, signal);
    }
}

impl Drop for PostgresBus {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the listener of the database ended with a panic");
        }
    }
}
