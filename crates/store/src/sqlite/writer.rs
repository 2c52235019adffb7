//! The one thread that writes. It takes whatever units of work are waiting, runs them in one transaction with a
//! savepoint each, commits once, and only then acknowledges them: one fsync for many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use sealpost_domain::ports::{StoreError, Unit};
use tokio::sync::{mpsc, oneshot};

use super::backend::queries::{Ran, run_unit};
use crate::failure::{panicked, store_error};

/// At most so many units share a commit, which bounds how long the first of them waits.
const LARGEST_GROUP: usize = 64;

struct Job {
    unit: Unit,
    done: oneshot::Sender<Result<(), StoreError>>,
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(conn: SqliteConnection, queue: usize) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(queue.max(1));
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_all(conn, waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Hands a unit in and waits until its group is committed.
    pub(super) async fn run(&self, unit: Unit) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or(StoreError::Unavailable(None))?;
        let (done, outcome) = oneshot::channel();
        jobs.try_send(Job { unit, done })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded {
                    retry_after: Duration::from_secs(1),
                },
                mpsc::error::TrySendError::Closed(_) => StoreError::Unavailable(None),
            })?;
        outcome.await.map_err(|_| StoreError::Unavailable(None))?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the queue lets the thread finish what is in it and checkpoint.
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the SQLite writer ended with a panic");
        }
    }
}

fn write_all(mut conn: SqliteConnection, mut waiting: mpsc::Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        // Nobody waits for these any more, and nothing of them has begun.
        group.retain(|job| !job.done.is_closed());
        write_group(&mut conn, group);
    }
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the last checkpoint failed; the next start will do it");
    }
}

fn write_group(conn: &mut SqliteConnection, mut group: Vec<Job>) {
    if group.len() > 1 {
        match try_group(conn, &mut group) {
            Ok(outcomes) => return acknowledge(group, outcomes),
            Err(GroupFailure::Commit(error)) => return refuse_all(group, error),
            // Which unit it was cannot always be told: each runs again in a transaction of its own.
            Err(GroupFailure::Broken) => tracing::warn!(
                units = group.len(),
                "a group of writes broke; running them singly"
            ),
        }
    }
    for mut job in group {
        let outcome = write_single(conn, &mut job.unit);
        // The caller may have gone; its unit is done all the same.
        let _gone = job.done.send(outcome);
    }
}

fn acknowledge(group: Vec<Job>, outcomes: Vec<Result<(), StoreError>>) {
    for (job, outcome) in group.into_iter().zip(outcomes) {
        let _gone = job.done.send(outcome);
    }
}

fn refuse_all(group: Vec<Job>, error: DieselError) {
    tracing::error!(%error, units = group.len(), "a commit failed");
    let full = matches!(store_error(error), StoreError::Full);
    for job in group {
        let refusal = if full {
            StoreError::Full
        } else {
            StoreError::Unavailable(None)
        };
        let _gone = job.done.send(Err(refusal));
    }
}

enum GroupFailure {
    /// Nothing was kept; run the units singly.
    Broken,
    /// The commit itself failed: nothing was kept.
    Commit(DieselError),
}

/// One transaction for all. A refused unit is undone alone; its refusal too is told only after the commit, since it may
/// rest on what an earlier unit of the group has written.
fn try_group(
    conn: &mut SqliteConnection,
    group: &mut [Job],
) -> Result<Vec<Result<(), StoreError>>, GroupFailure> {
    conn.batch_execute("BEGIN IMMEDIATE")
        .map_err(GroupFailure::Commit)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        if let Ok(outcome) = run_in_savepoint(conn, &mut job.unit) {
            outcomes.push(outcome);
        } else {
            roll_back(conn);
            return Err(GroupFailure::Broken);
        }
    }
    conn.batch_execute("COMMIT").map_err(|error| {
        roll_back(conn);
        GroupFailure::Commit(error)
    })?;
    Ok(outcomes)
}

/// The group cannot go on: a panic, or a savepoint that could not be closed.
struct Broken;

fn run_in_savepoint(
    conn: &mut SqliteConnection,
    unit: &mut Unit,
) -> Result<Result<(), StoreError>, Broken> {
    conn.batch_execute("SAVEPOINT unit").map_err(|_| Broken)?;
    let ran = catch_unwind(AssertUnwindSafe(|| run_unit(conn, unit))).map_err(|_| Broken)?;
    let (close, outcome) = match ran {
        Ran::Commit => ("RELEASE unit", Ok(())),
        Ran::RollBack => ("ROLLBACK TO unit; RELEASE unit", Ok(())),
        Ran::Failed(_) => ("ROLLBACK TO unit; RELEASE unit", Err(StoreError::Ended)),
    };
    conn.batch_execute(close).map_err(|_| Broken)?;
    Ok(outcome)
}

fn write_single(conn: &mut SqliteConnection, unit: &mut Unit) -> Result<(), StoreError> {
    conn.batch_execute("BEGIN IMMEDIATE").map_err(store_error)?;
    match catch_unwind(AssertUnwindSafe(|| run_unit(conn, unit))) {
        Ok(Ran::Commit) => conn.batch_execute("COMMIT").map_err(|error| {
            roll_back(conn);
            store_error(error)
        }),
        Ok(Ran::RollBack) => {
            roll_back(conn);
            Ok(())
        }
        Ok(Ran::Failed(_)) => {
            roll_back(conn);
            Err(StoreError::Ended)
        }
        Err(payload) => {
            roll_back(conn);
            Err(panicked(&*payload))
        }
    }
}

/// Ends the transaction, if SQLite has not ended it by itself (it does after a full disk, for one).
fn roll_back(conn: &mut SqliteConnection) {
    if let Err(error) = conn.batch_execute("ROLLBACK") {
        tracing::debug!(%error, "nothing was left to roll back");
    }
}
