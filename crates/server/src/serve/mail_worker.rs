//! Those who send the mail that waits in the outbox.

use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::mail::{Delivered, Delivery, Outbox};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How many mails are sent at once: a slow recipient does not hold up everybody, and the mail server is not flooded.
const WORKERS: u32 = 2;
/// How often the outbox is looked at without a hint: mail of other instances, and what is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many failures in a row it is the mail server that is at fault, not the mails.
const FAILURES: u32 = 10;
/// Then it gets this much rest between two tries.
const REST: Duration = Duration::from_secs(15);
/// How long the end waits for the mails in hand. What is cut off then is sent again when its lease is over.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running workers; dropped, they end in the middle of a mail.
pub(super) struct MailWorkers {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl MailWorkers {
    /// Starts them. `waits` tells them of a mail.
    pub(super) fn start(outbox: &Outbox, waits: &Arc<Notify>) -> Self {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        for _ in 0..WORKERS {
            tasks.spawn(work(outbox.clone(), Arc::clone(waits), stop.subscribe()));
        }
        Self { tasks, stop }
    }

    /// Lets each finish the mail in hand and take no other.
    pub(super) async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = timeout(PATIENCE, async {
            while self.tasks.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            tracing::warn!("a mail was still being sent at the end; it will be sent again");
        }
    }
}

async fn work(outbox: Outbox, waits: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*stop.borrow() {
        let delivered = outbox.deliver_next().await;
        let idle = match &delivered {
            Ok(None) => true,
            Ok(Some(delivery)) => {
                report(delivery);
                failures = match delivery.outcome {
                    Delivered::Deferred { .. } => failures.saturating_add(1),
                    _ => 0,
                };
                false
            }
            Err(error) => {
                tracing::warn!(%error, "cannot look into the outbox; trying again in a second");
                true
            }
        };
        let pause = async {
            if failures >= FAILURES && !idle {
                sleep(REST).await;
            } else if idle {
                tokio::select! {
                    () = waits.notified() => {}
                    () = sleep(LOOK_EVERY) => {}
                }
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = pause => {}
        }
    }
}

fn report(delivery: &Delivery) {
    let (mail, template) = (delivery.id, delivery.template.name());
    let attempts = delivery.attempts;
    let outcome = match &delivery.outcome {
        Delivered::Sent => "sent",
        Delivered::Deferred { .. } => "deferred",
        Delivered::Dead { .. } => "dead",
        Delivered::Overtaken => "overtaken",
    };
    metrics::counter!("sealpost_mails_total", "outcome" => outcome).increment(1);
    match &delivery.outcome {
        Delivered::Sent => tracing::info!(%mail, template, attempts, "mail sent"),
        Delivered::Deferred { reason, next_at } => {
            tracing::warn!(%mail, template, attempts, reason, %next_at, "mail not sent yet");
        }
        Delivered::Dead { reason } => {
            tracing::error!(%mail, template, attempts, reason, "mail given up");
        }
        Delivered::Overtaken => {
            tracing::warn!(%mail, template, attempts, "a mail took so long that another worker has it now");
        }
    }
}
