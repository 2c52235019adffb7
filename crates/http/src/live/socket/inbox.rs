//! The inbox over a WebSocket: as much of the log as the client takes, and signals beside it.

use actix_web::web;
use sealpost_domain::inbox::{Inbox, Offset};
use sealpost_domain::ports::Signal;
use sealpost_domain::sessions::{Actor, Session};

use super::around::Around;
use super::ending::{Ending, ending_of};
use super::frames::FrameLimits;
use super::line::{self, Line, View};
use super::outgoing::OutgoingBody;
use super::protocol::ServerFrame;
use crate::live::feed::{Feed, FeedError};
use crate::live::seats::Seat;
use crate::live::signal::SignalView;

/// How large the events of one frame are together, unless one alone is larger, in bytes. The rest of 256 KiB is for
/// what is around them.
const MAX_EVENTS: usize = 256 * 1024 - 64;

/// The server's end of a WebSocket that shows an inbox.
pub(crate) struct Socket {
    pub(super) line: Line,
    pub(super) feed: Feed,
    pub(super) acknowledged: Offset,
    pub(super) errors: u32,
}

impl Socket {
    /// A socket of `session`, and the body of the answer that switches to it. `payload` is the rest of the connection.
    pub(crate) fn open(
        around: Around,
        (actor, session): (Actor, &Session),
        seat: Seat,
        payload: web::Payload,
    ) -> (Self, OutgoingBody) {
        // Before anything is read: nothing can come in between.
        let watch = around.services.hub.watch(actor.account());
        let feed = Feed::new(around.services.readers.clone(), actor, 0);
        let connection = (payload, FrameLimits::default());
        let (line, body) = Line::open(around, (actor, session), (watch, seat), connection);
        let socket = Self {
            line,
            feed,
            acknowledged: 0,
            errors: 0,
        };
        (socket, body)
    }

    /// Serves, in a task of its own, until either side ends it.
    pub(crate) fn serve(self) {
        line::serve(self, "socket");
    }
}

impl View for Socket {
    fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    async fn hear(&mut self, text: &str) -> Result<(), Ending> {
        self.obey(text).await
    }

    async fn pull(&mut self) -> Result<(), Ending> {
        match self.feed.next(Inbox::MAX_PAGE, MAX_EVENTS).await {
            Ok(batch) => {
                self.line.behind = !self.feed.is_at_end();
                if batch.events.is_empty() {
                    Ok(())
                } else {
                    self.line.say(&ServerFrame::Events {
                        events: &batch.events,
                    })
                }
            }
            Err(FeedError::Gap(window)) => self.fall_into(window),
            Err(FeedError::Failed(problem)) => self.line.pause_or(ending_of(&problem)),
        }
    }

    fn pass_on(&mut self, signal: &Signal) -> Result<(), Ending> {
        let signal = SignalView::from(signal);
        self.line.say(&ServerFrame::Signal { signal })
    }
}
