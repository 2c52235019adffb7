//! WebSockets on which nothing happens: what each keeps in memory, and what all of them cost.

use std::time::{Duration, Instant};

use sealpost_client::ClientError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::crowd::Person;
use super::delivery::listen;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::resident;
use crate::report::Idle;

/// The most of one account.
const OF_ONE: usize = 20;
/// So many are opened at once.
const OPENING: usize = 4;

impl Bench<'_> {
    /// On a server that has just started, if it is ours: what earlier phases took and gave back would count as theirs.
    pub(super) async fn sockets(&mut self) -> Result<Report, BenchError> {
        let sockets = self.load.sockets();
        let people = self.crowd.people(sockets.div_ceil(OF_ONE)).await?;
        self.target.restart().await?;
        let measured = self.target.measured;
        let memory = || measured.server.and_then(resident);
        tokio::time::sleep(self.load.settling()).await;
        let empty = memory();
        let (times, listeners) = open(&people, sockets).await?;
        tokio::time::sleep(self.load.settling()).await;
        let watch = Watch::start(measured);
        tokio::time::sleep(2 * self.load.settling()).await;
        let sample = watch.sample(times, 1);
        for mut open in listeners {
            open.shutdown().await;
        }
        let memory = sample.memory.zip(empty);
        let idle = Idle::new(sockets, memory, sample.cpu, sample.elapsed);
        Ok(Report::new(format!("sockets/{sockets}"), &sample).idle(idle))
    }
}

type Listeners = JoinSet<Result<(), ClientError>>;

/// Opens so many; how long each took, and what keeps them open.
async fn open(
    people: &[Person],
    sockets: usize,
) -> Result<(Vec<Duration>, Vec<Listeners>), BenchError> {
    let everybody = people.iter().flat_map(|person| [person; OF_ONE]);
    let everybody: Vec<_> = everybody.take(sockets).cloned().collect();
    let mut opening = JoinSet::new();
    for part in everybody.chunks(sockets.div_ceil(OPENING).max(1)) {
        let part = part.to_vec();
        opening.spawn(async move {
            // Nobody hears of what arrives: nothing does.
            let (tell, _) = mpsc::unbounded_channel();
            let (mut times, mut listeners) = (Vec::new(), JoinSet::new());
            for person in part {
                let began = Instant::now();
                listen(&person.client, tell.clone(), &mut listeners).await?;
                times.push(began.elapsed());
            }
            Ok::<_, BenchError>((times, listeners))
        });
    }
    let (mut times, mut open) = (Vec::new(), Vec::new());
    while let Some(opened) = opening.join_next().await {
        let (took, listeners) = opened??;
        times.extend(took);
        open.push(listeners);
    }
    Ok((times, open))
}
