//! Sends are coalesced: those that come while others are being committed wait for these, and are then carried out together
//! in one transaction, by statements that they share (ADR 0020). Nobody waits for company: whoever comes alone goes at once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::PgConnection;
use sealpost_domain::ports::{Sending, StoreError, Unit, Verdict, WakeUps};
use tokio::sync::oneshot;

use super::backend::queries::{Ran, run_sending, write_sends};
use super::bulk::foresee;
use super::{ATTEMPTS, Purpose, Undone, in_transaction, pause, write};
use crate::failure::{Failure, QueryError, store_error};
use crate::news::News;
use crate::pool::{Pool, Stopped};
use crate::sends::Heads;

/// At most so many units share a transaction, which bounds how long the first of them waits.
const LARGEST_GROUP: usize = 64;
/// So many groups are on their way at once: one is being made ready while the other's commit waits for the disk.
const GROUPS: usize = 2;
/// So many units may wait; who comes then is told to come back.
const QUEUE: usize = 1_024;

struct Job {
    sending: Sending,
    unit: Unit,
    done: oneshot::Sender<Result<(), StoreError>>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// How many groups are on their way.
    groups: usize,
}

pub(super) struct Sender {
    waiting: Mutex<Waiting>,
    pool: Arc<Pool<PgConnection>>,
    wake_ups: Arc<dyn WakeUps>,
}

impl Sender {
    pub(super) fn new(pool: Arc<Pool<PgConnection>>, wake_ups: Arc<dyn WakeUps>) -> Self {
        Self {
            waiting: Mutex::default(),
            pool,
            wake_ups,
        }
    }

    /// Hands a unit in and waits until its group is committed.
    pub(super) async fn run(
        self: &Arc<Self>,
        sending: Sending,
        unit: Unit,
    ) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        let panicked = Arc::new(AtomicBool::new(false));
        let unit = unwinding_into(Arc::clone(&panicked), unit);
        let job = Job {
            sending,
            unit,
            done,
        };
        if self.enqueue(job)? {
            let sender = Arc::clone(self);
            // On its own: whoever began it may go, the others of the group have not.
            self.pool
                .spawn(async move { while sender.carry_out().await {} });
        }
        let answers = self.pool.answers();
        answers
            .patiently(async { outcome.await.map_err(|_| StoreError::Unavailable(None))? })
            .await?;
        if panicked.load(Ordering::SeqCst) {
            return Err(StoreError::Internal("a unit of work panicked".into()));
        }
        Ok(())
    }

    /// Whether another group may set out.
    fn enqueue(&self, job: Job) -> Result<bool, StoreError> {
        let mut waiting = self.lock();
        if waiting.jobs.len() >= QUEUE {
            return Err(StoreError::Overloaded {
                retry_after: Duration::from_secs(1),
            });
        }
        waiting.jobs.push_back(job);
        let sets_out = waiting.groups < GROUPS;
        waiting.groups += usize::from(sets_out);
        Ok(sets_out)
    }

    /// Carries out one group; false, and there is one group less on its way, if nobody waits.
    async fn carry_out(self: &Arc<Self>) -> bool {
        {
            let mut waiting = self.lock();
            if waiting.jobs.is_empty() {
                waiting.groups -= 1;
                return false;
            }
        }
        let sender = Arc::clone(self);
        let mut group = None;
        let ran = self.pool.enter(move |conn| {
            // Only now: whoever came while there was no connection goes along.
            sender.write_group(conn, group.get_or_insert_with(|| sender.take()))
        });
        if let Err(error) = ran.await {
            self.refuse(&error);
        }
        true
    }

    fn take(&self) -> Vec<Job> {
        let mut waiting = self.lock();
        let number = waiting.jobs.len().min(LARGEST_GROUP);
        let mut group: Vec<Job> = waiting.jobs.drain(..number).collect();
        drop(waiting);
        // Nobody waits for these any more, and nothing of them has begun.
        group.retain(|job| !job.done.is_closed());
        group
    }

    /// There is no connection to be had: nobody who waits for one gets further.
    fn refuse(&self, error: &StoreError) {
        for job in self.take() {
            let _gone = job.done.send(Err(error.duplicate()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out those of the group and answers them. If the connection is dead, they are all still there.
    fn write_group(&self, conn: &mut PgConnection, group: &mut Vec<Job>) -> Result<(), Stopped> {
        if group.is_empty() {
            // The other group took them all. The database has not been asked: this is no answer of it.
            return Ok(());
        }
        if let Some(news) = try_group(conn, group)? {
            self.pool.answers().note(&Ok(()));
            // Wakes first and answers then, as the SQLite writer does.
            news.tell(&*self.wake_ups);
            for job in group.drain(..) {
                let _gone = job.done.send(Ok(()));
            }
            return Ok(());
        }
        // Which unit it was cannot always be told: each runs in a transaction of its own.
        for mut job in group.drain(..) {
            let outcome = write(conn, &mut job.unit).map(|news| news.tell(&*self.wake_ups));
            self.pool.answers().note(&outcome);
            let _gone = job.done.send(outcome.map_err(StoreError::from));
        }
        Ok(())
    }
}

/// A unit that panics keeps nothing, and harms neither those beside it nor the connection.
fn unwinding_into(panicked: Arc<AtomicBool>, mut unit: Unit) -> Unit {
    Box::new(move |tx| {
        let ran = catch_unwind(AssertUnwindSafe(|| unit(tx)));
        ran.unwrap_or_else(|_| {
            panicked.store(true, Ordering::SeqCst);
            Verdict::RollBack
        })
    })
}

/// Carries the group out; None if nothing of it was kept. Contention is tried again.
fn try_group(conn: &mut PgConnection, group: &mut [Job]) -> Result<Option<News>, Stopped> {
    for number in 1..=ATTEMPTS {
        let tried = catch_unwind(AssertUnwindSafe(|| attempt(conn, group)));
        match tried {
            Ok(Ok(news)) => return Ok(Some(news)),
            Ok(Err(Undone::Dead(error))) => return Err(Stopped::Dead(store_error(error))),
            Ok(Err(Undone::Failed(Failure::Contention | Failure::Collision, _)))
                if number < ATTEMPTS =>
            {
                std::thread::sleep(pause(number));
            }
            Ok(Err(_)) | Err(_) => break,
        }
    }
    tracing::warn!(
        units = group.len(),
        "a group of sends broke; running them singly"
    );
    Ok(None)
}

/// One transaction for all. A refused unit leaves nothing; its refusal too is told only after the commit, since it may rest
/// on what an earlier unit of the group has left.
fn attempt(conn: &mut PgConnection, group: &mut [Job]) -> Result<News, Undone> {
    in_transaction(conn, &Purpose::Write, |conn| {
        let mut news = News::default();
        let asked = group.iter().map(|job| &job.sending);
        let mut sends = foresee(conn, asked).map_err(undone)?;
        for job in &mut *group {
            match run_sending(conn, &mut job.unit, &mut sends) {
                Ran::Commit(own) => news = news.and(own),
                Ran::RollBack => {}
                Ran::Failed(failure, error) => return Err(Undone::Failed(failure, error)),
            }
        }
        let written = write_sends(conn, sends, &mut Heads::default()).map_err(undone)?;
        Ok(news.and(written))
    })
}

fn undone(error: QueryError) -> Undone {
    Undone::Failed(error.failure(), error.into_store_error())
}

#[cfg(test)]
mod tests {
    use sealpost_domain::accounts::AccountId;
    use sealpost_domain::conversations::ConversationId;
    use sealpost_domain::messages::ClientId;

    use super::*;
    use crate::PostgresStore;
    use crate::postgres::PostgresOptions;
    use crate::testing::{Nobody, postgres_url};

    fn job() -> Job {
        let sending = Sending {
            conversation: ConversationId::from_bytes([1; 16]),
            sender: AccountId::from_bytes([2; 16]),
            client_id: ClientId::parse("a").unwrap(),
        };
        Job {
            sending,
            unit: Box::new(|_| Verdict::RollBack),
            done: oneshot::channel().0,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_group_whose_units_went_with_another_is_no_answer_of_the_database() {
        let Some(url) = postgres_url() else { return };
        let store = PostgresStore::open(&url, &PostgresOptions::default(), Arc::new(Nobody));
        let sender = store.unwrap().sender;
        let answered = async |mut group: Vec<Job>| {
            let (before, writer) = (sender.pool.answers().last(), Arc::clone(&sender));
            let wrote = sender
                .pool
                .enter(move |conn| writer.write_group(conn, &mut group));
            wrote.await.unwrap();
            sender.pool.answers().last() > before
        };
        assert!(!answered(vec![]).await);
        assert!(answered(vec![job()]).await);
    }
}
