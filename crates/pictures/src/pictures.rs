use std::io;
use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sealpost_domain::ports::{PictureError, PictureProcessor};

use crate::draw;
use crate::pool::{NotRun, Pool};

/// How many pictures are drawn at once: each takes up to 64 MiB for its pixels, and as much again while it is decoded.
const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
/// How many may wait.
const QUEUE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
/// How long a picture may take, the wait included.
const BUDGET: Duration = Duration::from_secs(5);
/// What those hear who come when too many wait.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Draws squares, two at once; 16 more may wait.
pub struct Pictures {
    pool: Pool,
}

impl Pictures {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start() -> io::Result<Self> {
        Ok(Self {
            pool: Pool::start(THREADS, QUEUE)?,
        })
    }
}

#[async_trait]
impl PictureProcessor for Pictures {
    async fn draw_square(&self, upload: Bytes) -> Result<Vec<u8>, PictureError> {
        let drawn = self.pool.run(BUDGET, move || draw::square(&upload));
        drawn.await.unwrap_or_else(|failure| Err(failure.into()))
    }
}

impl From<NotRun> for PictureError {
    fn from(failure: NotRun) -> Self {
        match failure {
            NotRun::Full | NotRun::TooSlow => Self::Overloaded {
                retry_after: RETRY_AFTER,
            },
            // A decoder that panics is a defect of ours to find, but nothing more than damage to its caller.
            NotRun::Panicked => Self::Damaged,
        }
    }
}
