//! What was in the database before: sending in many of its conversations, and reading them.

use std::sync::{Arc, Mutex, PoisonError};

use sealpost_client::{Client, ClientError, ConversationId, Order, Outgoing};

use super::Bench;
use super::reads::READERS;
use crate::error::BenchError;

/// How many send at once.
const SENDERS: usize = 64;

/// Somebody, and conversations they are in.
type Correspondence = (Client, Vec<ConversationId>);

impl Bench<'_> {
    /// Nothing in a database that began empty.
    pub(super) async fn grown(&mut self) -> Result<(), BenchError> {
        let Some(seeded) = self.target.seeded().cloned() else {
            return Ok(());
        };
        let mut people = Vec::new();
        for person in self.crowd.people(SENDERS).await? {
            let page = person.client.conversations(None).await?;
            let ids = page.data.iter().map(|one| one.id).collect();
            people.push((person.client, ids));
        }
        let people: Arc<[Correspondence]> = people.into();
        self.spread_sends(&people).await?;
        self.first_pages(&people).await?;
        let owner = self.crowd.clone().log_in(seeded.owner_of_long()).await?;
        self.long_history(owner, seeded.long).await?;
        let list = move |worker: usize, number| {
            let client = chosen(&people, worker, number).map(|(client, _)| client);
            async move {
                match client {
                    Some(client) => client.conversations(None).await.map(drop),
                    None => Ok(()),
                }
            }
        };
        let report = self.phase("conversations", READERS).run(list).await?;
        self.done(report);
        Ok(())
    }

    /// Each of many sends in all conversations they have.
    async fn spread_sends(&mut self, people: &Arc<[Correspondence]>) -> Result<(), BenchError> {
        let (people, body) = (Arc::clone(people), self.body());
        let send = move |worker: usize, number: u64| {
            let place = people.get(worker).and_then(|(client, ids)| {
                let turn = usize::try_from(number).ok()? % ids.len().max(1);
                Some((client.clone(), *ids.get(turn)?))
            });
            let message = Outgoing::opaque(&*body);
            async move {
                match place {
                    Some((client, id)) => client.send(id, &message).await.map(drop),
                    None => Ok(()),
                }
            }
        };
        let report = self.phase(format!("send/{SENDERS} spread"), SENDERS);
        let report = report.run(send).await?;
        self.done(report);
        Ok(())
    }

    /// The newest page of any conversation.
    async fn first_pages(&mut self, people: &Arc<[Correspondence]>) -> Result<(), BenchError> {
        let people = Arc::clone(people);
        let read = move |worker: usize, number| {
            let place = chosen(&people, worker, number);
            async move {
                match place {
                    Some((client, id)) => client
                        .messages(id, Order::NewestFirst, None)
                        .await
                        .map(drop),
                    None => Ok(()),
                }
            }
        };
        let report = self.phase("history of any", READERS).run(read).await?;
        self.done(report);
        Ok(())
    }

    /// Page by page back through the long conversation, everybody on their own.
    async fn long_history(
        &mut self,
        owner: Client,
        long: ConversationId,
    ) -> Result<(), BenchError> {
        let places: Arc<[Mutex<Option<String>>]> = (0..READERS).map(|_| Mutex::default()).collect();
        let read = move |worker: usize, _| {
            let (owner, places) = (owner.clone(), Arc::clone(&places));
            async move {
                let place = || {
                    let place = places.get(worker)?;
                    Some(place.lock().unwrap_or_else(PoisonError::into_inner))
                };
                let cursor = place().and_then(|mut cursor| cursor.take());
                let page = owner.messages(long, Order::NewestFirst, cursor.as_deref());
                let next = page.await?.next_cursor;
                if let Some(mut cursor) = place() {
                    *cursor = next;
                }
                Ok::<_, ClientError>(())
            }
        };
        let report = self
            .phase("history of the long one", READERS)
            .run(read)
            .await?;
        self.done(report);
        Ok(())
    }
}

/// One of all conversations, for each worker and call another one.
fn chosen(
    people: &[Correspondence],
    worker: usize,
    number: u64,
) -> Option<(Client, ConversationId)> {
    let turn = usize::try_from(number).ok()?.wrapping_add(worker);
    let (client, ids) = people.get(turn % people.len().max(1))?;
    let id = ids.get((turn / people.len().max(1)) % ids.len().max(1))?;
    Some((client.clone(), *id))
}
