//! A socket that tells what its account has not acknowledged, and then what comes. The client says nothing on it.

use sealpost_domain::inbox::Offset;
use sealpost_domain::messages::{Messages, Notice};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::frames::Received;
use super::{CHECK_EVERY, Ending, Problem, Socket, ending_of, retry_in_ms, too_slow};

/// So many texts of the client are passed over between two pings; the next one ends the socket.
const MAX_IGNORED: u32 = 100;

/// How notices are told.
type Tell = fn(&[Notice]) -> serde_json::Result<String>;

/// The server's end of such a socket.
pub(crate) struct Listener {
    socket: Socket,
    tell: Tell,
    after: Offset,
    ignored: u32,
}

impl Listener {
    /// Tells the notices of the socket's account, each once.
    pub(crate) const fn new(mut socket: Socket, tell: Tell) -> Self {
        (socket.begun, socket.behind) = (true, true);
        Self {
            socket,
            tell,
            after: 0,
            ignored: 0,
        }
    }

    /// Serves until either side ends it.
    pub(crate) async fn run(mut self) {
        let ending = self.serve().await;
        self.socket.end(&ending).await;
    }

    async fn serve(&mut self) -> Ending {
        let mut checks = interval(CHECK_EVERY);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let socket = &mut self.socket;
            let ready = socket.behind && !socket.paused;
            let done = tokio::select! {
                received = socket.incoming.next() => self.hear(received),
                () = socket.watch.grown() => {
                    socket.behind = true;
                    Ok(())
                }
                () = socket.outgoing.room(), if ready => self.pull().await,
                _ = checks.tick() => self.check(),
                () = socket.draining.begun() => {
                    Err(Ending::going_away(retry_in_ms(&socket.services)))
                },
            };
            if let Err(ending) = done {
                return ending;
            }
        }
    }

    fn hear(&mut self, received: Result<Received, Ending>) -> Result<(), Ending> {
        let received = received?;
        self.socket.heard = Instant::now();
        match received {
            Received::Text(_) if self.ignored >= MAX_IGNORED => Err(Ending::too_many_errors()),
            Received::Text(_) => {
                self.ignored += 1;
                Ok(())
            }
            Received::Binary => Err(Ending::binary()),
            Received::Ping(payload) => self.socket.outgoing.pong(&payload).map_err(too_slow),
            Received::Sign => Ok(()),
            Received::Close(code) => Err(Ending::Asked(code)),
        }
    }

    fn check(&mut self) -> Result<(), Ending> {
        let pinged = self.socket.pinged;
        self.socket.check()?;
        if self.socket.pinged != pinged {
            self.ignored = 0;
        }
        Ok(())
    }

    /// Tells the next notices, if there are any.
    async fn pull(&mut self) -> Result<(), Ending> {
        let socket = &mut self.socket;
        socket.check_session()?;
        let messages = &socket.services.messages;
        let notices = match messages.notices(&socket.actor, self.after).await {
            Ok(notices) => notices,
            Err(error) => match ending_of(&Problem::from(error)) {
                // They are safe where they are.
                ending if ending == Ending::busy() => {
                    socket.paused = true;
                    return Ok(());
                }
                ending => return Err(ending),
            },
        };
        let told = u32::try_from(notices.len()).unwrap_or(u32::MAX);
        socket.behind = told >= Messages::MAX_NOTICES;
        let Some(last) = notices.last() else {
            return Ok(());
        };
        self.after = last.number;
        let text = (self.tell)(&notices).map_err(|error| {
            // Texts and numbers always serialize.
            tracing::error!(%error, "a notice cannot be serialized");
            Ending::failed()
        })?;
        socket.outgoing.text(&text).map_err(too_slow)
    }
}
