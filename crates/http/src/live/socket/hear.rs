//! The socket hears what the client says.

use sealpost_domain::inbox::{Offset, Window};

use super::frames::Received;
use super::protocol::{ClientFrame, Refusal, ServerFrame, parse};
use super::{Ending, FeedError, Problem, Socket, ending_of, too_slow};

/// After so many frames that had no effect, the next one ends the socket.
const MAX_ERRORS: u32 = 10;

impl Socket {
    pub(super) async fn hear(&mut self, received: Result<Received, Ending>) -> Result<(), Ending> {
        let received = received?;
        self.heard = tokio::time::Instant::now();
        match received {
            Received::Text(text) => self.obey(&text).await,
            Received::Binary => Err(Ending::binary()),
            Received::Ping(payload) => self.outgoing.pong(&payload).map_err(too_slow),
            Received::Sign => Ok(()),
            Received::Close(code) => Err(Ending::Asked(code)),
        }
    }

    async fn obey(&mut self, text: &str) -> Result<(), Ending> {
        match (parse(text), self.begun) {
            (Ok(ClientFrame::Start {}), false) => self.start().await,
            (Ok(ClientFrame::Resume { epoch, offset }), false) => self.resume(&epoch, offset).await,
            (Ok(ClientFrame::Start {} | ClientFrame::Resume { .. }), true) => {
                self.refuse(Refusal::AlreadyStarted)
            }
            (Ok(ClientFrame::Ack { offset }), true) => self.acknowledge(offset).await,
            (Ok(ClientFrame::Ack { .. }), false) => self.refuse(Refusal::NotStarted),
            (Err(refusal), _) => self.refuse(refusal),
        }
    }

    async fn start(&mut self) -> Result<(), Ending> {
        match self.feed.skip_to_end().await {
            Ok(offset) => {
                self.begun = true;
                self.say(&ServerFrame::Started {
                    epoch: self.feed.epoch(),
                    offset,
                })
            }
            Err(FeedError::Gap(window)) => self.fall_into(window),
            Err(FeedError::Failed(problem)) => Err(ending_of(&problem)),
        }
    }

    async fn resume(&mut self, epoch: &str, offset: Offset) -> Result<(), Ending> {
        match self.feed.resume(epoch, offset).await {
            Ok(replayed) => {
                (self.begun, self.behind) = (true, replayed > 0);
                self.say(&ServerFrame::Resumed { replayed })
            }
            Err(FeedError::Gap(window)) => self.fall_into(window),
            Err(FeedError::Failed(problem)) => Err(ending_of(&problem)),
        }
    }

    /// Tells the client that part of the log is missing, and goes on at its end.
    pub(super) fn fall_into(&mut self, window: Window) -> Result<(), Ending> {
        (self.begun, self.behind) = (true, false);
        self.feed.skip_to(window.latest);
        self.say(&ServerFrame::gap(self.feed.epoch(), window))
    }

    async fn acknowledge(&mut self, offset: Offset) -> Result<(), Ending> {
        // A repeat costs no write.
        if offset > self.acknowledged {
            let stands = self.services.inbox.acknowledge(&self.actor, offset).await;
            self.acknowledged = stands.map_err(|error| ending_of(&Problem::from(error)))?;
        }
        self.say(&ServerFrame::Acked {
            offset: self.acknowledged,
        })
    }

    fn refuse(&mut self, refusal: Refusal) -> Result<(), Ending> {
        self.errors += 1;
        if self.errors > MAX_ERRORS {
            return Err(Ending::too_many_errors());
        }
        self.say(&refusal.frame())
    }
}
