//! One message to a group of people who all listen: how long until the last one has it.

use std::time::{Duration, Instant};

use sealpost_client::{NewGroup, Outgoing};

use super::audience::Audience;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Watch;

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
        let mut audience = Audience::gather(self.target.server.url(), &people).await?;
        let watch = Watch::start(self.target.measured);
        let mut times = Vec::new();
        while watch.began.elapsed() < self.load.time() {
            let message = Outgoing::opaque(&*self.body());
            let sent_at = Instant::now();
            owner.client.send(group.id, &message).await?;
            times.push(audience.last().await? - sent_at);
            tokio::time::sleep(PAUSE).await;
        }
        Ok(watch.report(format!("fan-out/{members}"), times, members))
    }
}
