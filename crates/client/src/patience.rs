//! How long something is tried again, and at what distance.

use std::time::Duration;

use sealpost_crypto::OsEntropy;
use sealpost_domain::ports::Entropy;
use tokio::time::Instant;

use crate::ClientError;

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses between attempts: each about twice as long as the one before, and never the same for two clients.
#[derive(Debug)]
pub(crate) struct Pauses {
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            next: Duration::from_millis(50),
        }
    }
}

impl Pauses {
    /// How long to wait now.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        // Half of it, and a random part of the other half.
        let mut random = [0];
        OsEntropy.fill(&mut random);
        let [random] = random.map(u32::from);
        pause / 2 + pause * random / 512
    }
}

/// Attempts until a moment.
#[derive(Debug)]
pub(crate) struct Attempts {
    until: Instant,
    pauses: Pauses,
}

impl Attempts {
    pub(crate) fn within(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
            pauses: Pauses::default(),
        }
    }

    /// Waits before the next attempt; hands the error back if there is none.
    pub(crate) async fn after(&mut self, error: ClientError) -> Result<(), ClientError> {
        let asked = error.problem().and_then(|problem| problem.retry_after);
        let pause = self.pauses.next().max(asked.unwrap_or_default());
        if !error.is_temporary() || Instant::now() + pause > self.until {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_growing() {
        let mut pauses = Pauses::default();
        let mut longest = Duration::from_millis(50);
        for _ in 0..20 {
            let pause = pauses.next();
            assert!(pause >= longest / 2 && pause <= longest, "{pause:?}");
            longest = (longest * 2).min(LONGEST);
        }
    }
}
