//! The people of a run.

use std::sync::Arc;

use sealpost_client::{Client, ClientError, ConversationId, Outgoing, Server};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::error::BenchError;

const PASSWORD: &str = "a password for many";
/// Registering and logging in hash a password, one on each processor: more at once only wait.
pub(super) const HASHING: usize = 4;

/// Makes people whose names no other run has. Cloning is cheap.
#[derive(Clone)]
pub(super) struct Crowd {
    server: Server,
    prefix: Arc<str>,
}

/// Somebody who is logged in.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) client: Client,
}

impl Crowd {
    pub(super) fn new(server: &Server) -> Self {
        // Any random text: a client id has one.
        let random = Outgoing::text("").client_id;
        Self {
            server: server.clone(),
            prefix: random.as_str().chars().take(8).collect::<String>().into(),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("b{}-{name}", self.prefix)
    }

    pub(super) async fn register(self, name: String) -> Result<(), ClientError> {
        let name = self.name(&name);
        self.server.register(&name, PASSWORD, None).await.map(drop)
    }

    pub(super) async fn log_in(self, name: String) -> Result<Client, ClientError> {
        self.server.log_in(&self.name(&name), PASSWORD).await
    }

    /// Somebody new, who is logged in.
    pub(super) async fn somebody(self, name: String) -> Result<Person, ClientError> {
        self.clone().register(name.clone()).await?;
        let full = self.name(&name);
        let client = self.log_in(name).await?;
        Ok(Person { name: full, client })
    }

    /// So many new people, whose names begin with `group`.
    pub(super) async fn people(
        &self,
        group: &str,
        number: usize,
    ) -> Result<Vec<Person>, BenchError> {
        let hashing = Arc::new(Semaphore::new(HASHING));
        let mut coming = JoinSet::new();
        for one in 0..number {
            let (crowd, hashing) = (self.clone(), Arc::clone(&hashing));
            let name = format!("{group}{one}");
            coming.spawn(async move {
                let _turn = hashing.acquire().await;
                crowd.somebody(name).await
            });
        }
        let mut people = Vec::with_capacity(number);
        while let Some(person) = coming.join_next().await {
            people.push(person??);
        }
        Ok(people)
    }

    /// So many new people, each with somebody else and the conversation of the two.
    pub(super) async fn pairs(
        &self,
        group: &str,
        number: usize,
    ) -> Result<Vec<(Person, Person, ConversationId)>, BenchError> {
        let left = self.people(&format!("{group}l"), number).await?;
        let right = self.people(&format!("{group}r"), number).await?;
        let mut pairs = Vec::with_capacity(number);
        for (left, right) in left.into_iter().zip(right) {
            let conversation = left.client.start_conversation(&right.name).await?;
            pairs.push((left, right, conversation.id));
        }
        Ok(pairs)
    }
}
