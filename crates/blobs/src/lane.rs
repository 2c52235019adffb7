//! Work on pieces that come one after the other, beside whoever brings them.
//!
//! A thread of the pool takes the first piece, goes on for as long as there are more, and is given back when there are none:
//! pieces that come quickly do not wake another thread each, and a client that is slow holds none.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::ports::BlobError;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::failure::blob_error;

/// At most so many pieces wait for their turn.
const WAITING: usize = 4;

/// What is done with each piece, to what the lane has.
type Work<S, P> = fn(&mut S, &P) -> io::Result<()>;

/// A lane, and what its pieces go to, such as a file. One at a time brings pieces and waits for them. Dropped, it ends
/// what was handed in.
pub(crate) struct Lane<S, P> {
    runtime: Handle,
    work: Work<S, P>,
    shared: Arc<Shared<S, P>>,
}

struct Shared<S, P> {
    queue: Mutex<Queue<S, P>>,
    /// There is room, or nothing is left to do.
    moved: Notify,
}

struct Queue<S, P> {
    pieces: VecDeque<P>,
    state: State<S>,
}

enum State<S> {
    /// No piece waits.
    Resting(S),
    Working,
    Failed(io::Error),
    /// Its failure was told, or what it had was taken.
    Over,
}

impl<S, P> Shared<S, P> {
    fn lock(&self) -> MutexGuard<'_, Queue<S, P>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, P> Queue<S, P> {
    /// The failure of an earlier piece, told once.
    fn check(&mut self) -> Result<(), BlobError> {
        match &self.state {
            State::Resting(_) | State::Working => Ok(()),
            State::Failed(_) | State::Over => match self.take_state() {
                State::Failed(error) => Err(blob_error(error)),
                _ => Err(BlobError::Failed("an earlier piece was lost".into())),
            },
        }
    }

    fn take_state(&mut self) -> State<S> {
        std::mem::replace(&mut self.state, State::Over)
    }
}

impl<S: Send + 'static, P: Send + 'static> Lane<S, P> {
    pub(crate) fn new(runtime: Handle, state: S, work: Work<S, P>) -> Self {
        let queue = Queue {
            pieces: VecDeque::with_capacity(WAITING),
            state: State::Resting(state),
        };
        Self {
            runtime,
            work,
            shared: Arc::new(Shared {
                queue: Mutex::new(queue),
                moved: Notify::new(),
            }),
        }
    }

    /// Hands in the next piece, once there is room for it.
    pub(crate) async fn push(&self, mut piece: P) -> Result<(), BlobError> {
        while let Some(refused) = self.offer(piece)? {
            piece = refused;
            self.shared.moved.notified().await;
        }
        Ok(())
    }

    /// Gives the piece back if there is no room for it.
    fn offer(&self, piece: P) -> Result<Option<P>, BlobError> {
        let mut queue = self.shared.lock();
        queue.check()?;
        if queue.pieces.len() >= WAITING {
            return Ok(Some(piece));
        }
        queue.pieces.push_back(piece);
        if let State::Resting(state) = std::mem::replace(&mut queue.state, State::Working) {
            let shift = Shift {
                state: Some(state),
                shared: Arc::clone(&self.shared),
                is_told: false,
            };
            let work = self.work;
            self.runtime.spawn_blocking(move || shift.run(work));
        }
        Ok(None)
    }

    /// What the pieces went to, once all are done. Nothing more can be handed in until it is [put back](Self::put_back).
    pub(crate) async fn settle(&self) -> Result<S, BlobError> {
        loop {
            {
                let mut queue = self.shared.lock();
                queue.check()?;
                if matches!(queue.state, State::Resting(_))
                    && let State::Resting(state) = queue.take_state()
                {
                    return Ok(state);
                }
            }
            self.shared.moved.notified().await;
        }
    }

    pub(crate) fn put_back(&self, state: S) {
        self.shared.lock().state = State::Resting(state);
    }
}

/// A thread's time with the lane. However it ends, who waits is told.
struct Shift<S, P> {
    state: Option<S>,
    shared: Arc<Shared<S, P>>,
    /// Whether the queue knows how it ended; another shift may have begun since.
    is_told: bool,
}

impl<S, P> Shift<S, P> {
    fn run(mut self, work: Work<S, P>) {
        while let Some((mut state, piece)) = self.next() {
            match work(&mut state, &piece) {
                Ok(()) => self.state = Some(state),
                Err(error) => self.end(State::Failed(error)),
            }
        }
    }

    /// The next piece; with none left, the lane rests.
    fn next(&mut self) -> Option<(S, P)> {
        let state = self.state.take()?;
        let mut queue = self.shared.lock();
        let Some(piece) = queue.pieces.pop_front() else {
            queue.state = State::Resting(state);
            self.is_told = true;
            return None;
        };
        drop(queue);
        self.shared.moved.notify_one();
        Some((state, piece))
    }

    fn end(&mut self, state: State<S>) {
        self.shared.lock().state = state;
        self.is_told = true;
    }
}

impl<S, P> Drop for Shift<S, P> {
    fn drop(&mut self) {
        if !self.is_told {
            // A panic, or the runtime has ended before it began.
            let given_up = io::Error::other("the work on a piece was given up");
            self.end(State::Failed(given_up));
        }
        self.shared.moved.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;

    fn lane(work: Work<Vec<u8>, Bytes>) -> Lane<Vec<u8>, Bytes> {
        Lane::new(Handle::current(), Vec::new(), work)
    }

    fn append(all: &mut Vec<u8>, piece: &Bytes) -> io::Result<()> {
        all.extend_from_slice(piece);
        Ok(())
    }

    #[tokio::test]
    async fn pieces_are_done_in_their_order() {
        let lane = lane(append);
        let mut expected = Vec::new();
        for number in 0..=200_u8 {
            expected.push(number);
            let piece = Bytes::copy_from_slice(&[number]);
            lane.push(piece).await.unwrap();
            if number == 100 {
                let so_far = lane.settle().await.unwrap();
                assert_eq!(so_far, expected);
                lane.put_back(so_far);
            }
        }
        assert_eq!(lane.settle().await.unwrap(), expected);
    }

    #[tokio::test]
    async fn whoever_is_faster_waits() {
        fn slowly(all: &mut Vec<u8>, piece: &Bytes) -> io::Result<()> {
            std::thread::sleep(Duration::from_millis(20));
            append(all, piece)
        }
        let lane = lane(slowly);
        let mut taken = 0;
        while lane.offer(Bytes::from_static(b"x")).unwrap().is_none() {
            taken += 1;
        }
        assert!((WAITING..=WAITING + 2).contains(&taken), "{taken}");
        lane.push(Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(lane.settle().await.unwrap().len(), taken + 1);
    }

    #[tokio::test]
    async fn a_failure_and_a_panic_are_told_and_end_it() {
        fn fails(_: &mut Vec<u8>, _: &Bytes) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn panics(_: &mut Vec<u8>, _: &Bytes) -> io::Result<()> {
            panic!("as the test wants it")
        }
        let full = lane(fails);
        full.push(Bytes::from_static(b"x")).await.unwrap();
        assert!(matches!(full.settle().await, Err(BlobError::Full)));
        let again = full.push(Bytes::from_static(b"x")).await;
        assert!(matches!(again, Err(BlobError::Failed(_))));
        let broken = lane(panics);
        broken.push(Bytes::from_static(b"x")).await.unwrap();
        assert!(matches!(broken.settle().await, Err(BlobError::Failed(_))));
    }
}
