//! What instances tell one another of the rates they count in memory.

use std::convert::Infallible;
use std::time::Duration;

use sealpost_domain::ports::StoreError;
use sealpost_domain::throttle::SharedRates;

use super::Limits;

/// The least time between two exchanges: what comes meanwhile goes together.
const REST: Duration = Duration::from_millis(20);
/// The same after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// Tells the other instances who has spent much here, and hears what was spent elsewhere. Runs until it is dropped.
pub(crate) async fn share(limits: &Limits, rates: &SharedRates) -> Infallible {
    let mut complained = false;
    loop {
        limits.bell.notified().await;
        let rest = match limits.exchange(rates).await {
            Ok(()) => {
                complained = false;
                REST
            }
            Err(error) => {
                if !complained {
                    tracing::warn!(%error, "cannot tell other servers who asks too often; until then each counts for itself");
                }
                complained = true;
                limits.bell.notify_one();
                RETRY
            }
        };
        tokio::time::sleep(rest).await;
    }
}

impl Limits {
    /// Tells everything that is due, in as many units of work as it takes.
    async fn exchange(&self, rates: &SharedRates) -> Result<(), StoreError> {
        loop {
            let mut told = Vec::new();
            for rate in self.all() {
                let room = SharedRates::MOST - told.len();
                told.extend(rate.take_due(room).into_iter().map(|told| (rate, told)));
            }
            if told.is_empty() {
                return Ok(());
            }
            let spent = told.iter().map(|(_, told)| told.spending.clone()).collect();
            match rates.settle(spent).await {
                Ok(ahead) => {
                    for ((rate, told), ahead) in told.iter().zip(ahead) {
                        rate.settle(told, ahead);
                    }
                }
                Err(error) => {
                    for (rate, told) in told {
                        rate.put_back(told);
                    }
                    return Err(error);
                }
            }
        }
    }
}
