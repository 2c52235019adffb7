//! A few threads that hash, behind a bounded queue.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_channel::oneshot;
use sealpost_domain::ports::HashError;

use super::Failure;
use super::argon::Scratch;

/// What a full queue tells the client: by then it has been worked off several times over.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a thread without work keeps the memory of its last hash.
const KEPT_IDLE: Duration = Duration::from_secs(5);

/// How many passwords are hashed at once, and how many may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSize {
    /// Threads; each keeps the memory of one hash while there is work.
    pub threads: NonZeroUsize,
    /// Places in the queue, besides the hashes in work.
    pub queue: NonZeroUsize,
}

impl Default for PoolSize {
    /// A thread for each core and 32 places.
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            queue: NonZeroUsize::MIN.saturating_add(31),
        }
    }
}

type Job = Box<dyn FnOnce(&mut Scratch) + Send>;

/// The threads. Dropping it waits for the hashes in work; those in the queue have no callers any more by then
/// (a caller borrows the pool), so they are skipped.
pub(crate) struct Pool {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts the threads; each will keep `blocks` blocks of memory once it has hashed.
    pub(crate) fn start(size: PoolSize, blocks: usize) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(size.queue.get());
        let jobs = Arc::new(Mutex::new(jobs));
        let mut pool = Self {
            queue: Some(queue),
            threads: Vec::new(),
        };
        for number in 0..size.threads.get() {
            let jobs = Arc::clone(&jobs);
            let thread = thread::Builder::new().name(format!("argon2-{number}"));
            pool.threads
                .push(thread.spawn(move || serve(&jobs, Scratch::new(blocks)))?);
        }
        Ok(pool)
    }

    /// Computes `work` on one of the threads. Dropping the future before its turn has come spares the work.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scratch) -> T + Send + 'static,
    {
        let answer = self.submit(work)?.await;
        answer.map_err(|oneshot::Canceled| Failure::Thread.into())
    }

    fn submit<T, F>(&self, work: F) -> Result<oneshot::Receiver<T>, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scratch) -> T + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job: Job = Box::new(move |scratch| {
            if !answer.is_canceled() {
                // Nobody waits any more: nothing to do about it.
                let _ = answer.send(work(scratch));
            }
        });
        let queue = self.queue.as_ref().ok_or(Failure::Thread)?;
        match queue.try_send(job) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(HashError::Overloaded {
                retry_after: RETRY_AFTER,
            }),
            Err(TrySendError::Disconnected(_)) => Err(Failure::Thread.into()),
        }
    }
}

fn serve(jobs: &Mutex<Receiver<Job>>, mut scratch: Scratch) {
    loop {
        // One idle thread waits at the queue, the others for the lock.
        let next = jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(KEPT_IDLE);
        match next {
            // A panic costs its own caller an error, not the pool a thread.
            Ok(job) => drop(catch_unwind(AssertUnwindSafe(|| job(&mut scratch)))),
            Err(RecvTimeoutError::Timeout) => {
                scratch.give_back();
                // Lets another thread have the lock, and give back its own.
                thread::sleep(Duration::from_millis(1));
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_executor::block_on;

    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;

    /// Somebody who waits for a thread that is busy until this is dropped.
    struct Busy {
        _release: mpsc::Sender<()>,
        _caller: oneshot::Receiver<()>,
    }

    /// A pool of one thread, which is busy, and one place, which is free.
    fn busy_pool() -> (Pool, Busy) {
        let pool = Pool::start(
            PoolSize {
                threads: ONE,
                queue: ONE,
            },
            8,
        )
        .unwrap();
        let (started, begin) = mpsc::channel();
        let (release, wait) = mpsc::channel();
        let caller = pool
            .submit(move |_| {
                started.send(()).unwrap();
                let _ = wait.recv();
            })
            .unwrap();
        begin.recv().unwrap();
        (
            pool,
            Busy {
                _release: release,
                _caller: caller,
            },
        )
    }

    #[test]
    fn a_full_queue_refuses_at_once() {
        let (pool, busy) = busy_pool();
        let waiting = pool.submit(|_| "done").unwrap();
        let refusal = block_on(pool.run(|_| ())).unwrap_err();
        assert!(
            matches!(refusal, HashError::Overloaded { retry_after } if retry_after == RETRY_AFTER)
        );
        drop(busy);
        assert_eq!(block_on(waiting), Ok("done"));
    }

    #[test]
    fn dropped_work_is_never_begun() {
        let (pool, busy) = busy_pool();
        let (tell, told) = mpsc::channel::<()>();
        drop(pool.submit(move |_| tell.send(())).unwrap());
        drop(busy);
        // The closure goes unused, and its sender with it.
        assert_eq!(told.recv(), Err(mpsc::RecvError));
    }

    #[test]
    fn a_panic_is_one_callers_error() {
        let pool = Pool::start(
            PoolSize {
                threads: ONE,
                queue: ONE,
            },
            8,
        )
        .unwrap();
        let failed = block_on(pool.run(|_| panic!("as planned"))).map(|(): ()| ());
        assert!(matches!(failed, Err(HashError::Internal(_))));
        assert_eq!(block_on(pool.run(|_| 1)).unwrap(), 1);
    }

    #[test]
    fn threads_are_named_and_end_with_the_pool() {
        let (pool, busy) = busy_pool();
        let name = pool
            .submit(|_| thread::current().name().map(str::to_owned))
            .unwrap();
        let (held, end) = mpsc::channel::<()>();
        drop(busy);
        assert_eq!(block_on(name), Ok(Some("argon2-0".to_owned())));
        let last = pool.submit(move |_| drop(held)).unwrap();
        drop(pool);
        assert_eq!(end.recv(), Err(mpsc::RecvError));
        assert!(block_on(last).is_ok());
    }
}
