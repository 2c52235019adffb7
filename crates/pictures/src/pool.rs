//! A few threads behind a short queue, for work that cannot be interrupted once it has begun.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

type Job = Box<dyn FnOnce() + Send>;

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotRun {
    /// Too many wait already.
    Full,
    /// It took too long. Begun or not, nobody hears of it any more.
    TooSlow,
    /// The work panicked.
    Panicked,
}

/// The threads. They end when it is dropped, each after the work it has begun.
pub(crate) struct Pool {
    queue: SyncSender<Job>,
}

impl Pool {
    /// Starts so many threads, and lets so many pieces of work wait.
    pub(crate) fn start(threads: NonZeroUsize, places: NonZeroUsize) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(places.get());
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads.get() {
            let jobs = Arc::clone(&jobs);
            let thread = thread::Builder::new().name(format!("picture-{number}"));
            thread.spawn(move || serve(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Does `work` on one of the threads. What nobody waits for any more when its turn has come is not begun.
    pub(crate) async fn run<T, F>(&self, budget: Duration, work: F) -> Result<T, NotRun>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || {
            if !answer.is_closed() {
                // Nobody may be waiting any more by the time it is done.
                let _ = answer.send(work());
            }
        });
        self.queue.try_send(job).map_err(|_| NotRun::Full)?;
        match timeout(budget, answered).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err(NotRun::Panicked),
            Err(_) => Err(NotRun::TooSlow),
        }
    }
}

fn serve(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // One idle thread waits at the queue, the others for the lock.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A panic costs its own caller an error, not the pool a thread.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a decoder of pictures panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_what_nobody_waits_for_is_not_begun() {
        let pool = Arc::new(Pool::start(ONE, ONE).unwrap());
        let (begun, begin) = mpsc::channel();
        let (release, wait) = mpsc::channel::<()>();
        let busy = Arc::clone(&pool);
        let first = tokio::spawn(async move {
            busy.run(LONG, move || {
                begun.send(()).unwrap();
                wait.recv().is_err()
            })
            .await
        });
        while begin.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let (tell, told) = mpsc::channel::<()>();
        let impatient = pool.run(Duration::from_millis(1), move || tell.send(()));
        assert_eq!(impatient.await, Err(NotRun::TooSlow));
        // It still has the only place in the queue.
        assert_eq!(pool.run(LONG, || ()).await, Err(NotRun::Full));
        drop(release);
        assert_eq!(first.await.unwrap(), Ok(true));
        assert_eq!(told.recv(), Err(mpsc::RecvError), "never begun");
        assert_eq!(pool.run(LONG, || 1).await, Ok(1));
    }

    #[tokio::test]
    async fn a_panic_is_one_callers_error() {
        let pool = Pool::start(ONE, ONE).unwrap();
        let failed = pool.run(LONG, || panic!("as planned")).await;
        assert_eq!(failed.map(|(): ()| ()), Err(NotRun::Panicked));
        assert_eq!(pool.run(LONG, || 1).await, Ok(1));
    }
}
