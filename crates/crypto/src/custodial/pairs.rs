//! Pairs that lie ready, and the one thread that makes them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use futures_channel::oneshot;
use sealpost_domain::Secret;
use sealpost_domain::ports::{CustodialPair, CustodialPairs, NoPair};

use crate::keys::spki_to_pem;

/// How many may wait for a pair: the last of them for about four seconds.
const QUEUE: usize = 8;
/// What those are told for whom there is no place.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long the thread rests after the library failed.
const REST: Duration = Duration::from_secs(1);

/// How long the thread rests before each pair that nobody waits for: what is asked of the server comes first.
const PAUSE: Duration = Duration::from_secs(2);

type Waiter = oneshot::Sender<CustodialPair>;

/// RSA-3072 pairs. One thread makes one at a time, first for those who wait and then until so many lie ready: making
/// keys never takes more than one core. Before the first is asked for, none is made: many installations need none.
pub struct CustodialPairPool {
    shared: Arc<Shared>,
}

struct Shared {
    size: usize,
    state: Mutex<State>,
    wanted: Condvar,
}

#[derive(Default)]
struct State {
    ready: VecDeque<CustodialPair>,
    waiting: VecDeque<Waiter>,
    /// Somebody has asked for one.
    needed: bool,
    closed: bool,
}

impl CustodialPairPool {
    /// Starts the thread, which keeps `size` pairs ready; with 0 it makes them on demand.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start(size: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            size,
            state: Mutex::default(),
            wanted: Condvar::new(),
        });
        let maker = Arc::clone(&shared);
        thread::Builder::new()
            .name("custodial-pairs".to_owned())
            .spawn(move || maker.keep_making())?;
        Ok(Self { shared })
    }
}

impl Drop for CustodialPairPool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wanted.notify_one();
    }
}

#[async_trait]
impl CustodialPairs for CustodialPairPool {
    async fn take(&self) -> Result<CustodialPair, NoPair> {
        let promised = {
            let mut state = self.shared.lock();
            state.needed = true;
            let taken = state.ready.pop_front();
            self.shared.wanted.notify_one();
            if let Some(pair) = taken {
                return Ok(pair);
            }
            state.waiting.retain(|waiter| !waiter.is_canceled());
            if state.waiting.len() >= QUEUE {
                return Err(NoPair::Exhausted {
                    retry_after: RETRY_AFTER,
                });
            }
            let (waiter, promised) = oneshot::channel();
            state.waiting.push_back(waiter);
            promised
        };
        promised.await.map_err(|oneshot::Canceled| NoPair::Failed)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_making(&self) {
        while self.wait_until_wanted() {
            match make() {
                Some(pair) => self.lock().hand_out(pair),
                None => {
                    // Whoever waits is told; the next one may have more luck.
                    self.lock().waiting.clear();
                    thread::sleep(REST);
                }
            }
        }
    }

    /// False if nobody will want one any more.
    fn wait_until_wanted(&self) -> bool {
        let state = self.lock();
        let state = self
            .wanted
            .wait_while(state, |state| {
                let stocked = !state.needed || state.ready.len() >= self.size;
                stocked && state.waiting.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .wanted
            .wait_timeout_while(state, PAUSE, |state| {
                state.waiting.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        !state.closed
    }
}

impl State {
    fn hand_out(&mut self, mut pair: CustodialPair) {
        while let Some(waiter) = self.waiting.pop_front() {
            match waiter.send(pair) {
                Ok(()) => return,
                // Gone meanwhile.
                Err(back) => pair = back,
            }
        }
        self.ready.push_back(pair);
    }
}

fn make() -> Option<CustodialPair> {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa3072).ok()?;
    let private: Pkcs8V1Der<'_> = key.as_der().ok()?;
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().ok()?;
    Some(CustodialPair {
        public_pem: spki_to_pem(public.as_ref())?,
        private: Secret::new(private.as_ref().to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    /// A pool whose thread never makes anything.
    fn idle() -> CustodialPairPool {
        CustodialPairPool {
            shared: Arc::new(Shared {
                size: 0,
                state: Mutex::default(),
                wanted: Condvar::new(),
            }),
        }
    }

    #[test]
    fn gives_each_pair_once() {
        let pool = CustodialPairPool::start(1).unwrap();
        let (first, second) = block_on(async {
            let first = pool.take().await.unwrap();
            (first, pool.take().await.unwrap())
        });
        assert_ne!(first.public_pem, second.public_pem);
        let body: String = first
            .public_pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        // An SPKI of 422 bytes is one of 3072 bits.
        assert_eq!(body.trim_end_matches('=').len() * 3 / 4, 422);
    }

    #[test]
    fn nothing_is_made_before_the_first_is_asked_for() {
        let pool = CustodialPairPool::start(1).unwrap();
        thread::sleep(PAUSE + REST * 2);
        assert!(pool.shared.lock().ready.is_empty());
        drop(block_on(pool.take()).unwrap());
        // A slow machine may take long.
        let stocked = (0..2_400).any(|_| {
            thread::sleep(Duration::from_millis(50));
            !pool.shared.lock().ready.is_empty()
        });
        assert!(stocked);
    }

    #[test]
    fn the_ninth_who_waits_is_refused_at_once() {
        let pool = idle();
        let mut waiting: Vec<_> = (0..QUEUE).map(|_| pool.take()).collect();
        for take in &mut waiting {
            assert!(block_on(poll_once(take)).is_none());
        }
        let refused = block_on(pool.take());
        assert!(matches!(refused, Err(NoPair::Exhausted { .. })));
        // Whoever gives up makes room.
        waiting.pop();
        let mut take = pool.take();
        assert!(block_on(poll_once(&mut take)).is_none());
    }

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let mut future = std::pin::Pin::new(future);
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }
}
