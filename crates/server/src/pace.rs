//! How fast work goes that nobody waits for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sealpost_domain::ports::Pace;
use tokio::time::{Instant, sleep_until};

/// At most so many bytes a second, on average.
#[derive(Debug)]
pub(crate) struct Steady {
    /// None: as fast as it goes.
    bytes_per_second: Option<u64>,
    /// When there is time for more.
    due: Mutex<Instant>,
}

impl Steady {
    pub(crate) fn at(bytes_per_second: Option<u64>) -> Self {
        Self {
            bytes_per_second,
            due: Mutex::new(Instant::now()),
        }
    }

    /// When there is time for more, once so many bytes have gone.
    fn next(&self, bytes: u64, per_second: u64) -> Instant {
        let micros = bytes.saturating_mul(1_000_000) / per_second.max(1);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        // What was not used is not saved up.
        *due = (*due).max(Instant::now()) + Duration::from_micros(micros);
        *due
    }
}

#[async_trait]
impl Pace for Steady {
    async fn after(&self, bytes: u64) {
        if let Some(per_second) = self.bytes_per_second {
            sleep_until(self.next(bytes, per_second)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_than_so_much_in_a_second() {
        let began = Instant::now();
        let pace = Steady::at(Some(1_000));
        for _ in 0..4 {
            pace.after(500).await;
        }
        assert_eq!(began.elapsed().as_millis(), 2_000);
        let unhurried = Steady::at(None);
        unhurried.after(u64::MAX).await;
        assert_eq!(began.elapsed().as_millis(), 2_000);
    }
}
