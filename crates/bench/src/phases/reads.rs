//! Reading: a small thing, and a page of history.

use std::sync::Arc;
use std::time::Duration;

use sealpost_client::{Order, Outgoing};

use super::Bench;
use crate::error::BenchError;

/// How many read at once.
pub(super) const READERS: usize = 16;
/// Between one page and the next, where they are asked for at a pace.
const PAUSE: Duration = Duration::from_millis(10);
/// Several pages of them.
const MESSAGES: usize = 500;

impl Bench<'_> {
    pub(super) async fn read(&mut self) -> Result<(), BenchError> {
        let mut pairs = self.crowd.pairs(1).await?;
        let Some((reader, _, conversation)) = pairs.pop() else {
            return Ok(());
        };
        for _ in 0..MESSAGES {
            let message = Outgoing::opaque(&*self.body());
            reader.client.send(conversation, &message).await?;
        }
        let client = Arc::new(reader.client);
        let small = {
            let client = Arc::clone(&client);
            move |_, _| {
                let client = Arc::clone(&client);
                async move { client.me().await.map(drop) }
            }
        };
        let report = self.phase("me", READERS).run(small).await?;
        self.done(report);
        let page = move || {
            let client = Arc::clone(&client);
            async move {
                let page = client.messages(conversation, Order::NewestFirst, None);
                page.await.map(drop)
            }
        };
        let paced = self.phase("history/100s", 1).paced(PAUSE, page.clone());
        let report = paced.await?;
        self.done(report);
        let crowded = self.phase("history", READERS).run(move |_, _| page());
        let report = crowded.await?;
        self.done(report);
        Ok(())
    }
}
