//! From sending to the other's WebSocket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealpost_client::{Client, ClientError, ClientId, ConversationId, EventData, Outgoing, Update};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::crowd::Person;
use super::{Bench, PATIENCE, Report};
use crate::error::BenchError;
use crate::load::Watch;

/// At the stated load, so many are sent a second, by turns of so many pairs.
const A_SECOND: u32 = 50;
const PAIRS: usize = 10;
/// How many send at once when everybody sends as fast as they can.
const AT_ONCE: usize = 64;

/// What arrived, and when.
pub(super) type Arrival = (ClientId, Instant);

/// Tells of every message that reaches this person's socket, for as long as somebody wants to know. Returns when the
/// socket is open.
pub(super) async fn listen(
    client: &Client,
    arrivals: mpsc::UnboundedSender<Arrival>,
    listeners: &mut JoinSet<Result<(), ClientError>>,
) -> Result<(), BenchError> {
    let mut inbox = client.follow().await?;
    listeners.spawn(async move {
        loop {
            if let Update::Event(event) = inbox.next().await?
                && let EventData::MessageCreated(message) = event.data
                && arrivals.send((message.client_id, Instant::now())).is_err()
            {
                return Ok(());
            }
        }
    });
    Ok(())
}

impl Bench<'_> {
    pub(super) async fn deliver(&mut self) -> Result<(), BenchError> {
        let report = self.at_a_pace().await?;
        self.done(report);
        let report = self.at_full_speed().await?;
        self.done(report);
        Ok(())
    }

    /// One message each 20 ms, whether the one before has arrived or not.
    async fn at_a_pace(&self) -> Result<Report, BenchError> {
        let pairs = self.crowd.pairs(PAIRS).await?;
        let (mut listeners, mut arrivals) = self.listeners(&pairs).await?;
        let watch = Watch::start(self.target.measured);
        let mut sending = JoinSet::new();
        let mut sent = Vec::new();
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
        for (sender, _, conversation) in pairs.iter().cycle() {
            ticks.tick().await;
            if watch.began.elapsed() >= self.load.time() {
                break;
            }
            let message = Outgoing::opaque(&*self.body());
            sent.push((message.client_id.clone(), Instant::now()));
            let (client, conversation) = (sender.client.clone(), *conversation);
            sending.spawn(async move { client.send(conversation, &message).await.map(drop) });
        }
        while let Some(one) = sending.join_next().await {
            one??;
        }
        let times = match_up(&sent, &mut arrivals).await?;
        let report = watch.report(format!("delivery/{A_SECOND}s"), times, 1);
        listeners.shutdown().await;
        Ok(report)
    }

    /// Everybody sends the next message when the one before is answered.
    async fn at_full_speed(&self) -> Result<Report, BenchError> {
        let pairs = self.crowd.pairs(AT_ONCE).await?;
        let (mut listeners, mut arrivals) = self.listeners(&pairs).await?;
        let watch = Watch::start(self.target.measured);
        let until = watch.began + self.load.time();
        let mut sending = JoinSet::new();
        for (sender, _, conversation) in &pairs {
            let (client, body) = (sender.client.clone(), self.body());
            sending.spawn(send_until(client, *conversation, body, until));
        }
        let mut sent = Vec::new();
        while let Some(one) = sending.join_next().await {
            sent.extend(one??);
        }
        let times = match_up(&sent, &mut arrivals).await?;
        let report = watch.report(format!("delivery/{AT_ONCE}"), times, 1);
        listeners.shutdown().await;
        Ok(report)
    }

    async fn listeners(
        &self,
        pairs: &[(Person, Person, ConversationId)],
    ) -> Result<
        (
            JoinSet<Result<(), ClientError>>,
            mpsc::UnboundedReceiver<Arrival>,
        ),
        BenchError,
    > {
        let (tell, arrivals) = mpsc::unbounded_channel();
        let mut listeners = JoinSet::new();
        for (_, receiver, _) in pairs {
            listen(&receiver.client, tell.clone(), &mut listeners).await?;
        }
        Ok((listeners, arrivals))
    }
}

async fn send_until(
    client: Client,
    conversation: ConversationId,
    body: Arc<str>,
    until: Instant,
) -> Result<Vec<Arrival>, ClientError> {
    let mut sent = Vec::new();
    while Instant::now() < until {
        let message = Outgoing::opaque(&*body);
        sent.push((message.client_id.clone(), Instant::now()));
        client.send(conversation, &message).await?;
    }
    Ok(sent)
}

/// How long each took. What was sent and answered arrives, or the server is broken: that is waited for.
async fn match_up(
    sent: &[Arrival],
    arrivals: &mut mpsc::UnboundedReceiver<Arrival>,
) -> Result<Vec<Duration>, BenchError> {
    let mut waiting: std::collections::HashMap<ClientId, Instant> = sent.iter().cloned().collect();
    let mut times = Vec::with_capacity(sent.len());
    while !waiting.is_empty() {
        let arrival = tokio::time::timeout(PATIENCE, arrivals.recv()).await;
        let Ok(Some((id, at))) = arrival else {
            return Err(BenchError::Missing(waiting.len()));
        };
        if let Some(sent_at) = waiting.remove(&id) {
            times.push(at - sent_at);
        }
    }
    Ok(times)
}
