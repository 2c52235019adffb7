//! The one thread that writes. It takes whatever units of work are waiting, runs them in one transaction, commits once,
//! and only then acknowledges them: one fsync for many. Units that send come first and write together; each of the others
//! has a savepoint of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use sealpost_domain::ports::{Sending, StoreError, Unit, WakeUps};
use tokio::sync::{mpsc, oneshot};

use super::backend::queries::{Ran, run_sending, run_unit, write_sends};
use super::bulk::foresee;
use super::checkpoint::Checkpointer;
use super::known::Known;
use super::recent::Recent;
use crate::failure::{Failure, panicked, store_error};
use crate::news::News;

/// At most so many units share a commit, which bounds how long the first of them waits.
const LARGEST_GROUP: usize = 64;

struct Job {
    unit: Unit,
    /// What it asks first, if it sends.
    sending: Option<Sending>,
    done: oneshot::Sender<Result<(), StoreError>>,
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        conn: SqliteConnection,
        checkpointer: Checkpointer,
        queue: usize,
        wake_ups: Arc<dyn WakeUps>,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(queue.max(1));
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_all(conn, waiting, checkpointer, &*wake_ups))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Hands a unit in and waits until its group is committed.
    pub(super) async fn run(&self, unit: Unit, sending: Option<Sending>) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or(StoreError::Unavailable(None))?;
        let (done, outcome) = oneshot::channel();
        let job = Job {
            unit,
            sending,
            done,
        };
        jobs.try_send(job).map_err(|error| match error {
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

fn write_all(
    mut conn: SqliteConnection,
    mut waiting: mpsc::Receiver<Job>,
    checkpointer: Checkpointer,
    wake_ups: &dyn WakeUps,
) {
    let mut known = Known::default();
    let mut recent = Recent::new();
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        // Nobody waits for these any more, and nothing of them has begun.
        group.retain(|job| !job.done.is_closed());
        group.sort_by_key(|job| job.sending.is_none());
        let added = write_group(&mut conn, &mut known, group, wake_ups);
        recent.look_after(&mut conn, added);
        checkpointer.look_after(&mut conn);
    }
    drop(checkpointer);
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the last checkpoint failed; the next start will do it");
    }
}

/// Returns how many events it has added to logs.
fn write_group(
    conn: &mut SqliteConnection,
    known: &mut Known,
    mut group: Vec<Job>,
    wake_ups: &dyn WakeUps,
) -> usize {
    // Whoever sends goes by the statements of a group, which stay prepared, alone as well.
    if group.len() > 1 || group.iter().any(|job| job.sending.is_some()) {
        let tried = try_group(conn, known, &mut group);
        if tried.is_err() {
            known.forget();
        }
        match tried {
            Ok(outcomes) => return acknowledge(group, outcomes, wake_ups),
            Err(GroupFailure::Commit(error)) => {
                refuse_all(group, error);
                return 0;
            }
            // Which unit it was cannot always be told: each runs again in a transaction of its own.
            Err(GroupFailure::Broken) => {
                tracing::warn!(
                    units = group.len(),
                    "a group of writes broke; running them singly"
                );
            }
        }
    }
    let singly = group.into_iter().map(|mut job| {
        let outcome = write_single(conn, &mut job.unit);
        forget_moved(known, &outcome);
        acknowledge(vec![job], vec![outcome], wake_ups)
    });
    singly.sum()
}

/// What a unit of a committed transaction came to: its news, or why it was not kept.
type Outcome = Result<News, StoreError>;

/// Wakes first and answers then: whoever sent a message has the answer soon enough, whoever waits for it has not. Returns how many
/// events were added to logs.
fn acknowledge(group: Vec<Job>, mut outcomes: Vec<Outcome>, wake_ups: &dyn WakeUps) -> usize {
    let all = outcomes.iter_mut().flatten().map(std::mem::take);
    let news = all.fold(News::default(), News::and);
    let added = news.grown.len();
    news.tell(wake_ups);
    for (job, outcome) in group.into_iter().zip(outcomes) {
        // The caller may have gone; its unit is done all the same.
        let _gone = job.done.send(outcome.map(drop));
    }
    added
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
    known: &mut Known,
    group: &mut [Job],
) -> Result<Vec<Outcome>, GroupFailure> {
    conn.batch_execute("BEGIN IMMEDIATE")
        .map_err(GroupFailure::Commit)?;
    let Ok(outcomes) = run_all(conn, known, group) else {
        roll_back(conn);
        return Err(GroupFailure::Broken);
    };
    conn.batch_execute("COMMIT").map_err(|error| {
        roll_back(conn);
        GroupFailure::Commit(error)
    })?;
    Ok(outcomes)
}

/// First those that send, then the others, as they stand in `group`.
fn run_all(
    conn: &mut SqliteConnection,
    known: &mut Known,
    group: &mut [Job],
) -> Result<Vec<Outcome>, Broken> {
    let sending = group.partition_point(|job| job.sending.is_some());
    let (sending, others) = group.split_at_mut(sending);
    let mut outcomes = Vec::with_capacity(sending.len() + others.len());
    if !sending.is_empty() {
        run_sends(conn, known, sending, &mut outcomes)?;
    }
    for job in others {
        let outcome = run_in_savepoint(conn, &mut job.unit)?;
        forget_moved(known, &outcome);
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// After a unit that does not go by what is known.
fn forget_moved(known: &mut Known, outcome: &Outcome) {
    if outcome.as_ref().is_ok_and(|news| !news.grown.is_empty()) {
        known.forget_ends();
    }
}

/// Nothing is written before each of them has its verdict: none needs a savepoint.
fn run_sends(
    conn: &mut SqliteConnection,
    known: &mut Known,
    group: &mut [Job],
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Broken> {
    let asked = group.iter().filter_map(|job| job.sending.as_ref());
    known.look(conn).map_err(|_| Broken)?;
    let mut sends = foresee(conn, asked, known).map_err(|_| Broken)?;
    for job in &mut *group {
        let ran = AssertUnwindSafe(|| run_sending(conn, &mut job.unit, &mut sends));
        match catch_unwind(ran).map_err(|_| Broken)? {
            Ran::Commit(news) => outcomes.push(Ok(news)),
            Ran::RollBack => outcomes.push(Ok(News::default())),
            Ran::Failed(..) => return Err(Broken),
        }
    }
    known.note_senders(conn, &sends).map_err(|_| Broken)?;
    known.move_on(&sends);
    let news = write_sends(conn, sends, known.heads()).map_err(|_| Broken)?;
    if let Some(Ok(first)) = outcomes.first_mut() {
        *first = std::mem::take(first).and(news);
    }
    Ok(())
}

/// The group cannot go on: a panic, a savepoint that could not be closed, or another process in the way.
struct Broken;

fn run_in_savepoint(conn: &mut SqliteConnection, unit: &mut Unit) -> Result<Outcome, Broken> {
    conn.batch_execute("SAVEPOINT unit").map_err(|_| Broken)?;
    let ran = catch_unwind(AssertUnwindSafe(|| run_unit(conn, unit))).map_err(|_| Broken)?;
    let (close, outcome) = match ran {
        Ran::Commit(news) => ("RELEASE unit", Ok(news)),
        Ran::RollBack => ("ROLLBACK TO unit; RELEASE unit", Ok(News::default())),
        Ran::Failed(Failure::Contention, _) => return Err(Broken),
        Ran::Failed(Failure::Collision | Failure::Lost | Failure::Final, error) => {
            ("ROLLBACK TO unit; RELEASE unit", Err(error))
        }
    };
    conn.batch_execute(close).map_err(|_| Broken)?;
    Ok(outcome)
}

/// How often a unit runs while another process is in the way; each time SQLite waits for its busy timeout.
const ATTEMPTS: u32 = 3;

fn write_single(conn: &mut SqliteConnection, unit: &mut Unit) -> Outcome {
    for _ in 1..ATTEMPTS {
        match attempt(conn, unit)? {
            Attempt::Kept(news) => return Ok(news),
            Attempt::Contention(error) => {
                tracing::warn!(%error, "another process holds the database; trying again");
            }
        }
    }
    match attempt(conn, unit)? {
        Attempt::Kept(news) => Ok(news),
        Attempt::Contention(error) => Err(error),
    }
}

enum Attempt {
    /// Kept, or refused by its rule.
    Kept(News),
    /// Rolled back; another run may succeed.
    Contention(StoreError),
}

fn attempt(conn: &mut SqliteConnection, unit: &mut Unit) -> Result<Attempt, StoreError> {
    conn.batch_execute("BEGIN IMMEDIATE").map_err(store_error)?;
    let ran = catch_unwind(AssertUnwindSafe(|| run_unit(conn, unit)));
    if let Ok(Ran::Commit(news)) = ran {
        return match conn.batch_execute("COMMIT") {
            Ok(()) => Ok(Attempt::Kept(news)),
            Err(error) => {
                roll_back(conn);
                Err(store_error(error))
            }
        };
    }
    roll_back(conn);
    match ran {
        Ok(Ran::Commit(_) | Ran::RollBack) => Ok(Attempt::Kept(News::default())),
        Ok(Ran::Failed(Failure::Contention, error)) => Ok(Attempt::Contention(error)),
        Ok(Ran::Failed(Failure::Collision | Failure::Lost | Failure::Final, error)) => Err(error),
        Err(payload) => Err(panicked(&*payload)),
    }
}

/// Ends the transaction, if SQLite has not ended it by itself (it does after a full disk, for one).
pub(super) fn roll_back(conn: &mut SqliteConnection) {
    if let Err(error) = conn.batch_execute("ROLLBACK") {
        tracing::debug!(%error, "nothing was left to roll back");
    }
}
