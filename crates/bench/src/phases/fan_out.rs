//! One message to a group of people who all listen: how long until the last one has it.

use std::time::{Duration, Instant};

use sealpost_client::{NewGroup, Outgoing};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::delivery::listen;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Watch;

/// How long what was sent may take to arrive before it counts as lost.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Between one message and the next: nothing of the last is under way.
const PAUSE: Duration = Duration::from_millis(100);

impl Bench<'_> {
    pub(super) async fn fan_out(&mut self) -> Result<(), BenchError> {
        for members in self.load.members.clone() {
            let report = self.fan_out_to(members).await?;
            self.done(report);
        }
        Ok(())
    }

    async fn fan_out_to(&self, members: usize) -> Result<Report, BenchError> {
        let mut people = self.crowd.people(members + 1).await?;
        let Some(owner) = people.pop() else {
            return Err(BenchError::Missing(members));
        };
        let group = NewGroup {
            members: people.iter().map(|person| person.name.clone()).collect(),
            ..NewGroup::default()
        };
        let group = owner.client.create_group(&group).await?;
        let (tell, mut arrivals) = mpsc::unbounded_channel();
        let mut listeners = JoinSet::new();
        for person in &people {
            listen(&person.client, tell.clone(), &mut listeners).await?;
        }
        let watch = Watch::start(self.target.measured);
        let mut times = Vec::new();
        while watch.began.elapsed() < self.load.time() {
            let message = Outgoing::opaque(&*self.body());
            let sent_at = Instant::now();
            owner.client.send(group.id, &message).await?;
            let mut last = sent_at;
            for missing in (1..=members).rev() {
                let arrival = tokio::time::timeout(PATIENCE, arrivals.recv()).await;
                let Ok(Some((_, at))) = arrival else {
                    return Err(BenchError::Missing(missing));
                };
                last = last.max(at);
            }
            times.push(last - sent_at);
            tokio::time::sleep(PAUSE).await;
        }
        let report = watch.report(format!("fan-out/{members}"), times, members);
        listeners.shutdown().await;
        Ok(report)
    }
}
