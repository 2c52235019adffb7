//! The people of a run.

use std::sync::Arc;

use sealpost_client::{Client, ClientError, ConversationId, Outgoing, Server};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::error::BenchError;
use crate::seed::{PASSWORD, Seeded};

/// Registering and logging in hash a password, one on each processor: more at once only wait.
pub(super) const HASHING: usize = 4;

/// Makes people whose names no other run has, and keeps them for all phases of a run. Cloning is cheap.
#[derive(Clone)]
pub(super) struct Crowd {
    server: Server,
    prefix: Arc<str>,
    /// The accounts that are there already; None: everybody registers.
    seeded: Option<Seeded>,
    /// Those who have logged in so far.
    here: Arc<Mutex<Vec<Person>>>,
}

/// Somebody who is logged in.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) client: Client,
}

impl Crowd {
    pub(super) fn new(server: &Server, seeded: Option<&Seeded>) -> Self {
        // Any random text: a client id ends with one.
        let name = Outgoing::text("").client_id;
        let random = name.as_str().rsplit('-').next().unwrap_or_default();
        Self {
            server: server.clone(),
            prefix: random.chars().take(8).collect::<String>().into(),
            seeded: seeded.cloned(),
            here: Arc::default(),
        }
    }

    /// What somebody new is called in this run.
    pub(super) fn name(&self, name: &str) -> String {
        format!("b{}-{name}", self.prefix)
    }

    /// Makes an account, of this name in this run.
    pub(super) async fn register(self, name: String) -> Result<(), ClientError> {
        let name = self.name(&name);
        self.server.register(&name, PASSWORD, None).await.map(drop)
    }

    /// Logs in to an account by its full name.
    pub(super) async fn log_in(self, name: String) -> Result<Client, ClientError> {
        self.server.log_in(&name, PASSWORD).await
    }

    /// Number `number` of this run, who is new unless the database has people already.
    async fn arrive(self, number: usize) -> Result<Person, ClientError> {
        let name = match &self.seeded {
            Some(seeded) => seeded.spread_name(number),
            None => {
                self.clone().register(format!("p{number}")).await?;
                self.name(&format!("p{number}"))
            }
        };
        let client = self.log_in(name.clone()).await?;
        Ok(Person { name, client })
    }

    /// So many people, the same for whoever asks.
    pub(super) async fn people(&self, number: usize) -> Result<Vec<Person>, BenchError> {
        let mut here = self.here.lock().await;
        let hashing = Arc::new(Semaphore::new(HASHING));
        let mut coming = JoinSet::new();
        for one in here.len()..number {
            let (crowd, hashing) = (self.clone(), Arc::clone(&hashing));
            coming.spawn(async move {
                let _turn = hashing.acquire().await;
                crowd.arrive(one).await
            });
        }
        while let Some(person) = coming.join_next().await {
            here.push(person??);
        }
        Ok(here.iter().take(number).cloned().collect())
    }

    /// So many people, each with somebody else and the conversation of the two.
    pub(super) async fn pairs(
        &self,
        number: usize,
    ) -> Result<Vec<(Person, Person, ConversationId)>, BenchError> {
        let mut left = self.people(2 * number).await?;
        let right = left.split_off(number);
        let mut pairs = Vec::with_capacity(number);
        for (left, right) in left.into_iter().zip(right) {
            let conversation = left.client.start_conversation(&right.name).await?;
            pairs.push((left, right, conversation.id));
        }
        Ok(pairs)
    }
}
