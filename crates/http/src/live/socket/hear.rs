//! The socket hears what the client says.

use sealpost_domain::inbox::{Offset, Window};
use sealpost_domain::typing::TellTypingError;

use super::Socket;
use super::ending::{Ending, ending_of};
use super::protocol::{ClientFrame, Refusal, ServerFrame, parse};
use crate::limits::Spent;
use crate::live::feed::{Beginning, FeedError};
use crate::problem::Problem;

/// After so many frames that had no effect, the next one ends the socket.
const MAX_ERRORS: u32 = 10;

impl Socket {
    pub(super) async fn obey(&mut self, text: &str) -> Result<(), Ending> {
        match (parse(text), self.line.begun) {
            (Ok(ClientFrame::Start { from }), false) => self.start(from.into()).await,
            (Ok(ClientFrame::Resume { epoch, offset }), false) => self.resume(&epoch, offset).await,
            (Ok(ClientFrame::Start { .. } | ClientFrame::Resume { .. }), true) => {
                self.refuse(Refusal::AlreadyStarted)
            }
            (Ok(ClientFrame::Ack { offset }), true) => self.acknowledge(offset).await,
            (Ok(ClientFrame::Typing { conversation }), true) => {
                self.tell_typing(&conversation).await
            }
            (Ok(ClientFrame::Ack { .. } | ClientFrame::Typing { .. }), false) => {
                self.refuse(Refusal::NotStarted)
            }
            (Err(refusal), _) => self.refuse(refusal),
        }
    }

    async fn start(&mut self, from: Beginning) -> Result<(), Ending> {
        match self.feed.begin(None, from).await {
            Ok(offset) => {
                (self.line.begun, self.line.behind) = (true, true);
                self.line.say(&ServerFrame::Started {
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
                (self.line.begun, self.line.behind) = (true, replayed > 0);
                self.line.say(&ServerFrame::Resumed { replayed })
            }
            Err(FeedError::Gap(window)) => self.fall_into(window),
            Err(FeedError::Failed(problem)) => Err(ending_of(&problem)),
        }
    }

    /// Tells the client that part of the log is missing, and goes on at its end.
    pub(super) fn fall_into(&mut self, window: Window) -> Result<(), Ending> {
        (self.line.begun, self.line.behind) = (true, false);
        self.feed.skip_to(window.latest);
        self.line.say(&ServerFrame::gap(self.feed.epoch(), window))
    }

    async fn acknowledge(&mut self, offset: Offset) -> Result<(), Ending> {
        // A repeat costs no write.
        if offset > self.acknowledged {
            let stands = self
                .line
                .around
                .services
                .inbox
                .acknowledge(&self.line.actor, offset)
                .await;
            self.acknowledged = stands.map_err(|error| ending_of(&Problem::from(error)))?;
        }
        self.line.say(&ServerFrame::Acked {
            offset: self.acknowledged,
        })
    }

    /// Tells the others in a conversation that the client's user is writing. If all is well there is no answer.
    async fn tell_typing(&mut self, conversation: &str) -> Result<(), Ending> {
        self.line.check_session()?;
        let (actor, around) = (self.line.actor, &self.line.around);
        let Ok(conversation) = conversation.parse() else {
            return self.refuse(Refusal::UnknownConversation);
        };
        if around.limits.spend(Spent::Typing, actor.account()).is_err() {
            return self.refuse(Refusal::TooOften);
        }
        match around.services.typing.tell(&actor, conversation).await {
            Ok(()) => Ok(()),
            Err(TellTypingError::UnknownConversation) => self.refuse(Refusal::UnknownConversation),
            // A hint that cannot be told now is of no interest later.
            Err(TellTypingError::Store(_)) => Ok(()),
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> Result<(), Ending> {
        self.errors += 1;
        if self.errors > MAX_ERRORS {
            return Err(Ending::too_many_errors());
        }
        self.line.say(&refusal.frame())
    }
}
