//! Durable sends between pairs, nobody listening.

use std::sync::Arc;

use sealpost_client::Outgoing;

use super::{Bench, Report, done};
use crate::error::BenchError;

impl Bench<'_> {
    pub(super) async fn send(&self, reports: &mut Vec<Report>) -> Result<(), BenchError> {
        for &senders in &self.options.senders {
            let pairs = Arc::new(self.crowd.pairs(&format!("s{senders}"), senders).await?);
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
            let name = format!("send/{senders}");
            done(reports, self.phase(name, senders).run(send).await?);
        }
        Ok(())
    }

    /// The body of every message.
    pub(super) fn body(&self) -> Arc<str> {
        "x".repeat(self.options.body).into()
    }
}
