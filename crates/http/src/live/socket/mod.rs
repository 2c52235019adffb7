//! One WebSocket: a task that waits for what the client says, for the inbox to grow, for the end of the session and
//! for the end of the server, and sends as much of the log as the client takes.

mod chat;
mod ending;
mod frames;
mod hear;
mod incoming;
mod listener;
mod outgoing;
mod protocol;
mod queue;

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web;
use sealpost_domain::Timestamp;
use sealpost_domain::inbox::{Inbox, Offset};
use sealpost_domain::sessions::{Actor, Session};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

pub(crate) use self::chat::{Around, ChatSocket};
use self::ending::Ending;
use self::frames::FrameLimits;
use self::incoming::Incoming;
pub(crate) use self::listener::Listener;
use self::outgoing::{Outgoing, OutgoingBody};
use self::protocol::ServerFrame;
use self::queue::Full;
use super::feed::{Feed, FeedError};
use super::hub::Watch;
use super::poll::CHECK_EVERY;
use super::seats::Seat;
use crate::Services;
use crate::problem::Problem;
use crate::readiness::Draining;
use crate::settings::SocketTimes;

/// How large the events of one frame are together, unless one alone is larger, in bytes. The rest of 256 KiB is for
/// what is around them.
const MAX_EVENTS: usize = 256 * 1024 - 64;
/// The longest time after which a client should come back when the server stops.
const MAX_RETRY: Duration = Duration::from_secs(10);

/// The server's end of a WebSocket.
pub(crate) struct Socket {
    services: web::Data<Services>,
    times: SocketTimes,
    draining: Draining,
    actor: Actor,
    expires_at: Timestamp,
    incoming: Incoming,
    outgoing: Outgoing,
    watch: Watch,
    feed: Feed,
    /// The client has said where to begin.
    begun: bool,
    /// There may be events that were not sent.
    behind: bool,
    /// The log could not be read; not again before the next check.
    paused: bool,
    acknowledged: Offset,
    errors: u32,
    opened: Instant,
    heard: Instant,
    pinged: Instant,
    _seat: Seat,
}

impl Socket {
    /// A socket of `session`, and the body of the answer that switches to it. `payload` is the rest of the connection.
    pub(crate) fn open(
        services: web::Data<Services>,
        times: SocketTimes,
        draining: Draining,
        (actor, session): (Actor, &Session),
        seat: Seat,
        payload: web::Payload,
    ) -> (Self, OutgoingBody) {
        let (outgoing, body) = outgoing::channel();
        let now = Instant::now();
        let socket = Self {
            // Before anything is read: nothing can come in between.
            watch: services.hub.watch(actor.account()),
            feed: Feed::new(services.inbox.clone(), actor, 0),
            services,
            times,
            draining,
            actor,
            expires_at: session.expires_at,
            incoming: Incoming::new(payload, FrameLimits::default()),
            outgoing,
            begun: false,
            behind: false,
            paused: false,
            acknowledged: 0,
            errors: 0,
            opened: now,
            heard: now,
            pinged: now,
            _seat: seat,
        };
        (socket, body)
    }

    /// Serves until either side ends it.
    pub(crate) async fn run(mut self) {
        let ending = self.serve().await;
        self.end(&ending).await;
    }

    /// Says goodbye.
    async fn end(self, ending: &Ending) {
        if *ending != Ending::Lost {
            let last = self.outgoing.close(ending.reason(), ending.discards());
            // A client that does not even take this loses the connection when `self` is dropped.
            let _ = timeout(self.times.farewell, last).await;
        }
        let duration_ms = self.opened.elapsed().as_millis();
        tracing::info!(target: "sealpost_http::access", code = ending.code(), duration_ms, "socket closed");
    }

    async fn serve(&mut self) -> Ending {
        let mut checks = interval(CHECK_EVERY);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                received = self.incoming.next() => self.hear(received).await,
                () = self.watch.grown() => {
                    self.behind = true;
                    Ok(())
                }
                () = self.outgoing.room(), if self.begun && self.behind && !self.paused => self.pull().await,
                _ = checks.tick() => self.check(),
                () = self.draining.begun() => Err(Ending::going_away(retry_in_ms(&self.services))),
            };
            if let Err(ending) = done {
                return ending;
            }
        }
    }

    /// Sends the next events, if there are any.
    async fn pull(&mut self) -> Result<(), Ending> {
        self.check_session()?;
        match self.feed.next(Inbox::MAX_PAGE, MAX_EVENTS).await {
            Ok(batch) => {
                self.behind = !self.feed.is_at_end();
                if batch.events.is_empty() {
                    Ok(())
                } else {
                    self.say(&ServerFrame::Events {
                        events: &batch.events,
                    })
                }
            }
            Err(FeedError::Gap(window)) => self.fall_into(window),
            Err(FeedError::Failed(problem)) => match ending_of(&problem) {
                // The events are safe where they are.
                ending if ending == Ending::busy() => {
                    self.paused = true;
                    Ok(())
                }
                ending => Err(ending),
            },
        }
    }

    /// What has to be looked at once a second.
    fn check(&mut self) -> Result<(), Ending> {
        self.paused = false;
        self.check_session()?;
        if self.outgoing.is_gone() {
            return Err(Ending::Lost);
        }
        if !self.begun && self.opened.elapsed() >= self.times.first_frame {
            return Err(Ending::no_beginning());
        }
        if self.heard.elapsed() >= self.times.silence {
            return Err(Ending::silent());
        }
        if self.outgoing.stalled_for() >= self.times.stall {
            return Err(Ending::slow());
        }
        if self.pinged.elapsed() >= self.times.ping {
            self.pinged = Instant::now();
            self.services.presence.renew(&self.actor);
            self.outgoing.ping().map_err(too_slow)?;
        }
        Ok(())
    }

    fn check_session(&self) -> Result<(), Ending> {
        let over = self.services.sessions.has_ended(self.actor.session())
            || self.services.clock.now() >= self.expires_at;
        if over {
            Err(Ending::session_ended())
        } else {
            Ok(())
        }
    }

    fn say(&self, frame: &ServerFrame<'_>) -> Result<(), Ending> {
        let text = frame.to_json().map_err(|error| {
            // Texts and numbers always serialize.
            tracing::error!(%error, "a frame cannot be serialized");
            Ending::failed()
        })?;
        self.outgoing.text(&text).map_err(too_slow)
    }
}

/// When a client should come back: spread, so that not all come at once.
fn retry_in_ms(services: &Services) -> u16 {
    let mut random = [0; 2];
    services.entropy.fill(&mut random);
    let longest = u16::try_from(MAX_RETRY.as_millis()).unwrap_or(u16::MAX);
    u16::from_be_bytes(random) % longest.saturating_add(1)
}

const fn too_slow(_: Full) -> Ending {
    Ending::slow()
}

/// How a socket ends after a use case failed with `problem`.
fn ending_of(problem: &Problem) -> Ending {
    use actix_web::ResponseError as _;
    match problem.status_code() {
        StatusCode::UNAUTHORIZED => Ending::session_ended(),
        StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::INSUFFICIENT_STORAGE => Ending::busy(),
        _ => Ending::failed(),
    }
}
