//! One reader's way along the log.

use actix_web::http::StatusCode;
use sealpost_domain::DomainError as _;
use sealpost_domain::inbox::{Gap, Inbox, Offset, ReadInboxError, Window};
use sealpost_domain::sessions::Actor;

use super::readers::Readers;
use super::view::Batch;
use crate::problem::Problem;

/// Reads the log on from a cursor, in batches of bounded size. It holds no events: what does not fit is read again.
pub(crate) struct Feed {
    readers: Readers,
    actor: Actor,
    after: Offset,
    /// How many events to read at once: fewer while they are large, so that little is read in vain.
    stride: u32,
    /// The client was told how many events there are up to here: a batch ends there.
    promised: Offset,
    /// The last offset of the log, as of the last reading.
    latest: Offset,
}

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// After this offset.
    After(Offset),
    /// With the first event that is still there.
    Earliest,
    /// With what comes from now on.
    Latest,
}

/// Why a feed did not go on.
#[derive(Debug)]
pub(crate) enum FeedError {
    /// What comes next is not there. This much is.
    Gap(Window),
    /// Any other failure; the log has it already.
    Failed(Problem),
}

impl Feed {
    /// The caller's log after offset `after`.
    pub(crate) const fn new(readers: Readers, actor: Actor, after: Offset) -> Self {
        Self {
            readers,
            actor,
            after,
            stride: Inbox::MAX_PAGE,
            promised: 0,
            latest: 0,
        }
    }

    /// This life of the log.
    pub(crate) fn epoch(&self) -> &str {
        self.readers.inbox().epoch()
    }

    /// Refuses an epoch that is not this one, since offsets of another one mean nothing here.
    pub(crate) async fn check_epoch(&self, epoch: &str) -> Result<(), FeedError> {
        if epoch == self.epoch() {
            return Ok(());
        }
        Err(FeedError::Gap(
            self.readers.inbox().window(&self.actor).await?,
        ))
    }

    /// Goes to where a reader begins, of this life of the log if they name one. Returns the offset after which the next
    /// events come; whether they are there shows when they are read.
    pub(crate) async fn begin(
        &mut self,
        epoch: Option<&str>,
        beginning: Beginning,
    ) -> Result<Offset, FeedError> {
        if let Some(epoch) = epoch {
            self.check_epoch(epoch).await?;
        }
        let offset = match beginning {
            Beginning::After(offset) => offset,
            Beginning::Earliest => {
                let window = self.readers.inbox().window(&self.actor).await?;
                window.earliest.saturating_sub(1)
            }
            Beginning::Latest => self.readers.inbox().window(&self.actor).await?.latest,
        };
        self.skip_to(offset);
        Ok(offset)
    }

    /// Goes to an offset.
    pub(crate) const fn skip_to(&mut self, offset: Offset) {
        self.after = offset;
    }

    /// Goes to the cursor of a client. Returns how many events are there after it.
    pub(crate) async fn resume(&mut self, epoch: &str, offset: Offset) -> Result<u64, FeedError> {
        self.check_epoch(epoch).await?;
        let page = self.readers.inbox().read(&self.actor, offset, 1).await?;
        self.skip_to(offset);
        self.promised = page.window.latest;
        Ok(page.window.latest.saturating_sub(offset))
    }

    /// The next events, at most `limit` and together at most `bytes` large (but at least one, if there is one), and
    /// goes on after them. Empty if there are none yet. Refused once the reader's own session has ended.
    pub(crate) async fn next(&mut self, limit: u32, bytes: usize) -> Result<Batch, FeedError> {
        let missing = self.promised.saturating_sub(self.after);
        let until_promised = u32::try_from(missing).unwrap_or(u32::MAX);
        let limit = limit.min(self.stride).min(if missing == 0 {
            u32::MAX
        } else {
            until_promised
        });
        let told = self
            .readers
            .next(self.actor, self.after, (limit, bytes))
            .await?;
        let batch = told.batch;
        self.stride = next_stride(self.stride, told.read, batch.events.len());
        self.skip_to(batch.next);
        self.latest = told.latest;
        Ok(batch)
    }

    /// Whether the last reading reached the end of the log.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.after >= self.latest
    }
}

/// As many as fitted, when not all did; otherwise twice as many as before.
fn next_stride(stride: u32, read: usize, fitted: usize) -> u32 {
    let next = if fitted < read {
        u32::try_from(fitted).unwrap_or(u32::MAX)
    } else {
        stride.saturating_mul(2)
    };
    next.clamp(1, Inbox::MAX_PAGE)
}

impl FeedError {
    /// As the answer to a request.
    pub(crate) fn into_problem(self, epoch: &str) -> Problem {
        match self {
            Self::Gap(window) => {
                let error = ReadInboxError::Gap(Gap(window));
                Problem::new(StatusCode::GONE, error.code(), error.to_string())
                    .with_member("epoch", epoch)
                    .with_member("earliest", window.earliest)
                    .with_member("latest", window.latest)
            }
            Self::Failed(problem) => problem,
        }
    }
}

impl From<ReadInboxError> for FeedError {
    fn from(error: ReadInboxError) -> Self {
        match error {
            ReadInboxError::Gap(Gap(window)) => Self::Gap(window),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<serde_json::Error> for FeedError {
    fn from(error: serde_json::Error) -> Self {
        // Texts and numbers always serialize.
        tracing::error!(%error, "an event cannot be serialized");
        Self::Failed(Problem::internal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stride_follows_the_size_of_the_events() {
        for (stride, read, fitted, next) in [
            (100, 100, 100, 100),
            (100, 100, 3, 3),
            (3, 3, 3, 6),
            (6, 6, 3, 3),
            (100, 7, 7, 100),
            (1, 1, 1, 2),
        ] {
            assert_eq!(
                next_stride(stride, read, fitted),
                next,
                "{stride} {read} {fitted}"
            );
        }
    }
}
