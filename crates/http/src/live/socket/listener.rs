//! A socket that tells what its account has not acknowledged, and then what comes. The client says nothing on it.

use actix_web::web;
use sealpost_domain::inbox::Offset;
use sealpost_domain::messages::{Messages, Notice};
use sealpost_domain::sessions::{Actor, Session};

use super::around::Around;
use super::ending::{Ending, ending_of, too_slow};
use super::frames::FrameLimits;
use super::line::{self, Line, View};
use super::outgoing::OutgoingBody;
use crate::live::seats::Seat;
use crate::problem::Problem;

/// So many texts of the client are passed over between two pings; the next one ends the socket.
const MAX_IGNORED: u32 = 100;

/// How notices are told.
type Tell = fn(&[Notice]) -> serde_json::Result<String>;

/// The server's end of such a socket.
pub(crate) struct Listener {
    line: Line,
    tell: Tell,
    after: Offset,
    ignored: u32,
}

impl Listener {
    /// A socket of `session` that tells the notices of its account, each once, and the body of the answer that switches
    /// to it. `payload` is the rest of the connection.
    pub(crate) fn open(
        around: Around,
        (actor, session): (Actor, &Session),
        seat: Seat,
        payload: web::Payload,
        tell: Tell,
    ) -> (Self, OutgoingBody) {
        // Before anything is read: nothing can come in between.
        let watch = around.services.hub.watch(actor.account());
        let connection = (payload, FrameLimits::default());
        let (mut line, body) = Line::open(around, (actor, session), (watch, seat), connection);
        (line.begun, line.behind) = (true, true);
        let listener = Self {
            line,
            tell,
            after: 0,
            ignored: 0,
        };
        (listener, body)
    }

    /// Serves, in a task of its own, until either side ends it.
    pub(crate) fn serve(self) {
        line::serve(self, "socket of notifications");
    }
}

impl View for Listener {
    fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    async fn hear(&mut self, _: &str) -> Result<(), Ending> {
        if self.ignored >= MAX_IGNORED {
            return Err(Ending::too_many_errors());
        }
        self.ignored += 1;
        Ok(())
    }

    fn pinged(&mut self) {
        self.ignored = 0;
    }

    async fn pull(&mut self) -> Result<(), Ending> {
        let line = &mut self.line;
        let messages = &line.around.services.messages;
        let notices = match messages.notices(&line.actor, self.after).await {
            Ok(notices) => notices,
            Err(error) => return line.pause_or(ending_of(&Problem::from(error))),
        };
        let told = u32::try_from(notices.len()).unwrap_or(u32::MAX);
        line.behind = told >= Messages::MAX_NOTICES;
        let Some(last) = notices.last() else {
            return Ok(());
        };
        self.after = last.number;
        let text = (self.tell)(&notices).map_err(|error| {
            // Texts and numbers always serialize.
            tracing::error!(%error, "a notice cannot be serialized");
            Ending::failed()
        })?;
        line.outgoing.text(&text).map_err(too_slow)
    }
}
