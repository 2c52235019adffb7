//! Durable sends between pairs, nobody listening.

use std::sync::Arc;

use sealpost_client::Outgoing;

use super::Bench;
use crate::error::BenchError;

impl Bench<'_> {
    pub(super) async fn send(&mut self) -> Result<(), BenchError> {
        for senders in self.load.senders.clone() {
            let pairs = Arc::new(self.crowd.pairs(senders).await?);
            let body = self.body();
            let send = move |worker: usize, _| {
                let (pairs, body) = (Arc::clone(&pairs), Arc::clone(&body));
                async move {
                    // One for each worker.
                    let Some((sender, _, conversation)) = pairs.get(worker) else {
                        return Ok(());
                    };
                    let message = Outgoing::opaque(&*body);
                    sender.client.send(*conversation, &message).await.map(drop)
                }
            };
            let report = self.phase(format!("send/{senders}"), senders);
            let report = report.run(send).await?;
            self.done(report);
        }
        Ok(())
    }

    /// The body of every message.
    pub(super) fn body(&self) -> Arc<str> {
        "x".repeat(self.load.body).into()
    }
}
