//! When the database last answered, and how long that lets others wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sealpost_domain::ports::StoreError;
use tokio::time::{Instant, timeout_at};

use crate::pool::Stopped;

/// Whoever has waited so long is told that the store is unavailable, unless the database has shown in that time that it is
/// there: a connection that leads nowhere keeps its unit for much longer.
const PATIENCE: Duration = Duration::from_millis(2_200);

/// The sign of life of a database that others wait for, too.
pub(crate) struct Answers {
    began: Instant,
    /// Microseconds from `began` to the last answer.
    last: AtomicU64,
}

impl Answers {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// Notes what came of asking the database: an answer, whichever, unless it says that there was none.
    pub(crate) fn note<R>(&self, outcome: &Result<R, Stopped>) {
        use Stopped::{Dead, Failed};
        let silent = matches!(outcome, Err(Dead(_) | Failed(StoreError::Unavailable(_))));
        if !silent {
            let micros = self.began.elapsed().as_micros();
            let micros = u64::try_from(micros).unwrap_or(u64::MAX);
            self.last.fetch_max(micros, Ordering::Relaxed);
        }
    }

    /// When that was; at first, when this was made.
    pub(crate) fn last(&self) -> Instant {
        self.began + Duration::from_micros(self.last.load(Ordering::Relaxed))
    }

    /// Waits for what is done with the database, as long as the database answers anybody: until [`PATIENCE`] has passed
    /// without an answer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] then; otherwise those of `work`.
    pub(crate) async fn patiently<R>(
        &self,
        work: impl Future<Output = Result<R, StoreError>>,
    ) -> Result<R, StoreError> {
        let mut running = std::pin::pin!(work);
        let mut since = Instant::now();
        loop {
            if let Ok(outcome) = timeout_at(since + PATIENCE, running.as_mut()).await {
                return outcome;
            }
            let last = self.last();
            if last <= since {
                return Err(StoreError::Unavailable(None));
            }
            since = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::sleep;

    use super::*;

    /// How long somebody waits for what never comes, beside a database that answers others at these times.
    async fn waits(answers: &[(u64, Result<(), Stopped>)]) -> Duration {
        let heard = Answers::new();
        let waiting = async {
            let began = Instant::now();
            let outcome = heard.patiently(pending::<Result<(), StoreError>>()).await;
            assert!(matches!(outcome, Err(StoreError::Unavailable(None))));
            began.elapsed()
        };
        let answering = async {
            let began = Instant::now();
            for (millis, outcome) in answers {
                tokio::time::sleep_until(began + Duration::from_millis(*millis)).await;
                heard.note(outcome);
            }
        };
        tokio::join!(waiting, answering).0
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_patience_after_the_last_answer() {
        // The clock counts milliseconds; what was asked for is reached in the one after it.
        let near = |waited: Duration, millis: u64| {
            let wanted = Duration::from_millis(millis);
            assert!(
                (wanted..=wanted + Duration::from_millis(2)).contains(&waited),
                "{waited:?} instead of {wanted:?}"
            );
        };
        near(waits(&[]).await, 2_200);
        near(waits(&[(100, Ok(()))]).await, 2_300);
        near(
            waits(&[(100, Err(Stopped::Failed(StoreError::Full)))]).await,
            2_300,
        );
        for silence in [
            Stopped::Failed(StoreError::Unavailable(None)),
            Stopped::Dead(StoreError::Unavailable(None)),
        ] {
            near(waits(&[(100, Err(silence))]).await, 2_200);
        }
        near(waits(&[(1_000, Ok(())), (3_100, Ok(()))]).await, 5_300);
        // Too late for whoever was told already.
        near(waits(&[(2_500, Ok(()))]).await, 2_200);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_passed_on() {
        let heard = Answers::new();
        let work = async {
            sleep(Duration::from_secs(2)).await;
            Ok(7)
        };
        assert!(matches!(heard.patiently(work).await, Ok(7)));
    }
}
