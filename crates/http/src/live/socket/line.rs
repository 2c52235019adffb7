//! What every socket does, whatever is said on it: a task that waits for what the client says, for the inbox to grow, for
//! the end of the session and for the end of the server, and that sends no more than the client takes.

use actix_web::web;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::Signal;
use sealpost_domain::sessions::{Actor, Session};
use serde::Serialize;
use tokio::time::{Instant, Interval, timeout};
use tracing::Instrument as _;

use super::around::Around;
use super::ending::{Ending, retry_in_ms, too_slow};
use super::frames::{FrameLimits, Received};
use super::incoming::Incoming;
use super::outgoing::{self, Outgoing, OutgoingBody};
use crate::live::checks::{SOON, checks};
use crate::live::hub::{News, Watch};
use crate::live::seats::Seat;
use crate::live::trust::Trust;

/// One socket's connection, and the session it lives as long as.
pub(super) struct Line {
    pub(super) around: Around,
    pub(super) actor: Actor,
    expires_at: Timestamp,
    incoming: Incoming,
    pub(super) outgoing: Outgoing,
    watch: Watch,
    checks: Interval,
    /// The client has said where to begin.
    pub(super) begun: bool,
    /// There may be something that was not sent.
    pub(super) behind: bool,
    /// The store could not be read; not again before the next check.
    pub(super) paused: bool,
    trust: Trust,
    opened: Instant,
    heard: Instant,
    pinged: Instant,
    _seat: Seat,
}

/// What is said on a socket.
pub(super) trait View {
    /// Its line.
    fn line(&mut self) -> &mut Line;

    /// The client has said this.
    async fn hear(&mut self, text: &str) -> Result<(), Ending>;

    /// The client has sent something that is no text.
    async fn hear_binary(&mut self) -> Result<(), Ending> {
        Err(Ending::binary())
    }

    /// There is room: sends what comes next, if there is anything.
    async fn pull(&mut self) -> Result<(), Ending>;

    /// Passes a signal on, if the view shows any.
    fn pass_on(&mut self, _: &Signal) -> Result<(), Ending> {
        Ok(())
    }

    /// The client was just asked whether it is there.
    fn pinged(&mut self) {}
}

/// What a socket woke up for.
enum Woken {
    Received(Result<Received, Ending>),
    Told(News),
    Room,
    Check,
    Stopping,
}

impl Line {
    /// A line of `session`, and the body of the answer that switches to it. `watch` has begun before anything was read
    /// for it; `payload` is the rest of the connection.
    pub(super) fn open(
        around: Around,
        (actor, session): (Actor, &Session),
        (watch, seat): (Watch, Seat),
        (payload, limits): (web::Payload, FrameLimits),
    ) -> (Self, OutgoingBody) {
        let (outgoing, body) = outgoing::channel();
        let checks = checks(around.times);
        let now = Instant::now();
        let line = Self {
            around,
            actor,
            expires_at: session.expires_at,
            incoming: Incoming::new(payload, limits),
            outgoing,
            watch,
            checks,
            begun: false,
            behind: false,
            paused: false,
            trust: Trust::default(),
            opened: now,
            heard: now,
            pinged: now,
            _seat: seat,
        };
        (line, body)
    }

    /// Says goodbye. `what` names the socket in the log.
    async fn end(&mut self, ending: &Ending, what: &'static str) {
        if *ending != Ending::Lost {
            let last = self.outgoing.close(ending.reason(), ending.discards());
            // A client that does not even take this loses the connection when `self` is dropped.
            let _ = timeout(self.around.times.farewell, last).await;
        }
        let duration_ms = self.opened.elapsed().as_millis();
        tracing::info!(target: "sealpost_http::access", code = ending.code(), duration_ms, "{what} closed");
    }

    /// Whether there may be something to send, and it is time to.
    const fn is_ready(&self) -> bool {
        self.begun && self.behind && !self.paused
    }

    async fn wake(&mut self) -> Woken {
        let ready = self.is_ready();
        tokio::select! {
            received = self.incoming.next() => Woken::Received(received),
            news = self.watch.news() => Woken::Told(news),
            () = self.outgoing.room(), if ready => Woken::Room,
            _ = self.checks.tick() => Woken::Check,
            () = self.around.draining.begun() => Woken::Stopping,
        }
    }

    /// Answers what needs no view, and gives back what does.
    fn take(&mut self, received: Received) -> Result<Option<Received>, Ending> {
        self.heard = Instant::now();
        match received {
            Received::Text(_) | Received::Binary(_) => return Ok(Some(received)),
            Received::Ping(payload) => self.outgoing.pong(&payload).map_err(too_slow)?,
            Received::Sign => {}
            Received::Close(code) => return Err(Ending::Asked(code)),
        }
        Ok(None)
    }

    /// What has to be looked at now and then. Says whether the client was asked whether it is there.
    fn check(&mut self) -> Result<bool, Ending> {
        self.paused = false;
        self.check_session()?;
        if self.trust.is_lost(&self.around.services) {
            return Err(Ending::cut_off());
        }
        if self.outgoing.is_gone() {
            return Err(Ending::Lost);
        }
        let times = self.around.times;
        if !self.begun && self.opened.elapsed() >= times.first_frame {
            return Err(Ending::no_beginning());
        }
        if self.heard.elapsed() >= times.silence {
            return Err(Ending::silent());
        }
        if self.outgoing.stalled_for() >= times.stall {
            return Err(Ending::slow());
        }
        if self.pinged.elapsed() < times.ping {
            return Ok(false);
        }
        self.pinged = Instant::now();
        self.around.services.presence.renew(&self.actor);
        self.outgoing.ping().map_err(too_slow)?;
        Ok(true)
    }

    /// Refuses to go on once the session has ended.
    pub(super) fn check_session(&self) -> Result<(), Ending> {
        let services = &self.around.services;
        let over = services.sessions.has_ended(self.actor.session())
            || services.clock.now() >= self.expires_at;
        if over {
            Err(Ending::session_ended())
        } else {
            Ok(())
        }
    }

    /// What could not be read is safe where it is if the store is busy: it is tried again soon.
    pub(super) fn pause_or(&mut self, ending: Ending) -> Result<(), Ending> {
        if ending == Ending::busy() {
            self.paused = true;
            self.checks.reset_after(SOON);
            return Ok(());
        }
        Err(ending)
    }

    /// Sends a frame.
    pub(super) fn say(&self, frame: &impl Serialize) -> Result<(), Ending> {
        let text = serde_json::to_string(frame).map_err(|error| {
            // Texts and numbers always serialize.
            tracing::error!(%error, "a frame cannot be serialized");
            Ending::failed()
        })?;
        self.outgoing.text(&text).map_err(too_slow)
    }
}

/// Serves, in a task of its own, until either side ends it. `what` names the socket in the log.
pub(super) fn serve(mut view: impl View + 'static, what: &'static str) {
    let serving = async move {
        let ending = until_the_end(&mut view).await;
        view.line().end(&ending, what).await;
    };
    actix_web::rt::spawn(serving.in_current_span());
}

async fn until_the_end(view: &mut impl View) -> Ending {
    loop {
        let woken = view.line().wake().await;
        if let Err(ending) = act(view, woken).await {
            return ending;
        }
    }
}

async fn act(view: &mut impl View, woken: Woken) -> Result<(), Ending> {
    match woken {
        Woken::Received(received) => {
            return match view.line().take(received?)? {
                // Boxed: answering takes more room than waiting, which sockets do nearly all of the time.
                Some(Received::Text(text)) => Box::pin(view.hear(&text)).await,
                Some(Received::Binary(_)) => view.hear_binary().await,
                _ => Ok(()),
            };
        }
        Woken::Told(news) => {
            let line = view.line();
            line.behind |= news.grown;
            // Hints: whoever has not begun or is slow does without them.
            let shown = line.begun && line.outgoing.has_room();
            let mut shown = news.signals.iter().filter(|_| shown);
            shown.try_for_each(|signal| view.pass_on(signal))?;
            if news.check {
                look(view)?;
            }
            let line = view.line();
            if !(news.grown && line.is_ready() && line.outgoing.has_room()) {
                return Ok(());
            }
        }
        Woken::Room => {}
        Woken::Check => return look(view),
        Woken::Stopping => {
            let services = &view.line().around.services;
            return Err(Ending::going_away(retry_in_ms(services)));
        }
    }
    view.line().check_session()?;
    view.pull().await
}

fn look(view: &mut impl View) -> Result<(), Ending> {
    if view.line().check()? {
        view.pinged();
    }
    Ok(())
}
