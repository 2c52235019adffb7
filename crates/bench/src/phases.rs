//! What is measured, in order.

use std::sync::Arc;

use sealpost_client::{Client, ConversationId, Outgoing, Server};

use crate::error::BenchError;
use crate::load::Phase;
use crate::options::Options;
use crate::report::{Report, print};
use crate::target::Target;

const PASSWORD: &str = "a password for many";
/// Registering and logging in hash a password, one on each processor: more at once only wait.
const HASHING: usize = 4;

pub(crate) async fn run(target: &Target, options: &Options) -> Result<Vec<Report>, BenchError> {
    let phase = |name: String, workers| Phase {
        name,
        workers,
        time: options.time,
        measured: target.measured,
    };
    let mut reports = Vec::new();
    let mut done = |report: Report| {
        print(&report);
        reports.push(report);
    };
    let run = Run::new(&target.server);

    let server = run.clone();
    let register = move |worker, number| server.clone().register(format!("{worker}n{number}"));
    done(phase("register".to_owned(), HASHING).run(register).await?);

    let server = run.clone();
    run.clone().register("someone".to_owned()).await?;
    let log_in = move |_, _| server.clone().log_in("someone".to_owned());
    done(phase("login".to_owned(), HASHING).run(log_in).await?);

    for &senders in &options.senders {
        let pairs = Arc::new(run.pairs(senders).await?);
        let body: Arc<str> = "x".repeat(options.body).into();
        let send = move |worker: usize, _| {
            let (pairs, body) = (Arc::clone(&pairs), Arc::clone(&body));
            async move {
                // One for each worker.
                let Some((client, conversation)) = pairs.get(worker) else {
                    return Ok(());
                };
                let message = Outgoing::opaque(&*body);
                client.send(*conversation, &message).await.map(drop)
            }
        };
        done(phase(format!("send/{senders}"), senders).run(send).await?);
    }
    Ok(reports)
}

/// The server, and a prefix that no other run's names have.
#[derive(Clone)]
struct Run {
    server: Server,
    prefix: String,
}

impl Run {
    fn new(server: &Server) -> Self {
        // Any random text: a client id has one.
        let random = Outgoing::text("").client_id;
        Self {
            server: server.clone(),
            prefix: random.as_str().chars().take(8).collect(),
        }
    }

    fn name(&self, name: &str) -> String {
        format!("b{}-{name}", self.prefix)
    }

    async fn register(self, name: String) -> Result<(), sealpost_client::ClientError> {
        let name = self.name(&name);
        self.server.register(&name, PASSWORD, None).await.map(drop)
    }

    async fn log_in(self, name: String) -> Result<(), sealpost_client::ClientError> {
        self.server
            .log_in(&self.name(&name), PASSWORD)
            .await
            .map(drop)
    }

    /// So many people, each with a conversation of two.
    async fn pairs(&self, number: usize) -> Result<Vec<(Client, ConversationId)>, BenchError> {
        let mut pairs = Vec::with_capacity(number);
        for pair in 0..number {
            let [left, right] = [format!("{number}l{pair}"), format!("{number}r{pair}")];
            self.clone().register(left.clone()).await?;
            self.clone().register(right.clone()).await?;
            let client = self.server.log_in(&self.name(&left), PASSWORD).await?;
            let conversation = client.start_conversation(&self.name(&right)).await?;
            pairs.push((client, conversation.id));
        }
        Ok(pairs)
    }
}
