//! The inbox as a stream of server-sent events (the HTML standard, section 9.2). It pulls, like the other views: nothing is
//! read of the log before the connection has room for it.

use std::convert::Infallible;

use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use sealpost_domain::Timestamp;
use sealpost_domain::inbox::{Inbox, Offset, Window};
use sealpost_domain::ports::Signal;
use sealpost_domain::sessions::{Actor, Session};
use serde::Serialize;
use tokio::time::{Instant, Interval};

use super::checks::{SOON, checks};
use super::feed::{Beginning, Feed, FeedError};
use super::hub::{News, Watch};
use super::seats::Seat;
use super::signal::SignalView;
use super::socket::{Around, is_busy, retry_in_ms};
use super::trust::Trust;
use super::view::Batch;
use crate::problem::Problem;

/// How large the events are together that are handed to the connection at once, unless one alone is larger, in bytes.
const MAX_EVENTS: usize = 256 * 1024;
/// A comment: it says that the server is there, and finds out whether the client is.
const PING: &[u8] = b":\n\n";

/// Where a stream begins: the cursor of a client, or what it says in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamFrom {
    /// The life of the log, if the client names one.
    pub(crate) epoch: Option<String>,
    /// Where in it.
    pub(crate) beginning: Beginning,
}

/// One client's stream.
pub(crate) struct EventStream {
    around: Around,
    actor: Actor,
    expires_at: Timestamp,
    watch: Watch,
    feed: Feed,
    /// What is said before anything else.
    first: Option<Bytes>,
    /// There may be events that were not sent.
    behind: bool,
    /// The log could not be read; not again before the next check.
    paused: bool,
    /// Nothing follows.
    over: bool,
    checks: Interval,
    trust: Trust,
    spoke: Instant,
    _seat: Seat,
}

/// Where the stream stands.
#[derive(Serialize)]
struct Cursor<'a> {
    epoch: &'a str,
    offset: Offset,
}

/// What of the log is there.
#[derive(Serialize)]
struct Gap<'a> {
    epoch: &'a str,
    earliest: Offset,
    latest: Offset,
}

impl EventStream {
    /// A stream of the caller's events. Whoever asks for what is no longer there is told so in the stream: clients of
    /// streams do not see the body of a refusal.
    pub(crate) async fn open(
        around: Around,
        (actor, session): (Actor, &Session),
        seat: Seat,
        from: StreamFrom,
    ) -> Result<Self, Problem> {
        let checks = checks(around.times);
        let mut stream = Self {
            // Before anything is read: nothing can come in between.
            watch: around.services.hub.watch(actor.account()),
            feed: Feed::new(around.services.readers.clone(), actor, 0),
            around,
            actor,
            expires_at: session.expires_at,
            first: None,
            behind: true,
            paused: false,
            over: false,
            checks,
            trust: Trust::default(),
            spoke: Instant::now(),
            _seat: seat,
        };
        stream.first = Some(stream.begin(&from).await?);
        Ok(stream)
    }

    /// As the body of an answer.
    pub(crate) fn into_body(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        unfold(self, |mut stream| async move {
            let bytes = stream.next().await?;
            Some((Ok(bytes), stream))
        })
    }

    async fn begin(&mut self, from: &StreamFrom) -> Result<Bytes, Problem> {
        match self.feed.begin(from.epoch.as_deref(), from.beginning).await {
            Ok(offset) => {
                let epoch = self.feed.epoch();
                Ok(render(
                    "started",
                    Some((epoch, offset)),
                    &Cursor { epoch, offset },
                ))
            }
            Err(FeedError::Gap(window)) => Ok(self.fall_into(window)),
            Err(FeedError::Failed(problem)) => Err(problem),
        }
    }

    /// The next bytes; None at the end. Dropping the future loses nothing but old signals.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            if self.over {
                return None;
            }
            let ready = self.behind && !self.paused;
            let said = tokio::select! {
                () = self.around.draining.begun() => Some(self.stop()),
                news = self.watch.news() => self.hear(&news),
                _ = self.checks.tick() => self.check(),
                () = std::future::ready(()), if ready => self.pull().await,
            };
            if said.is_some() {
                self.spoke = Instant::now();
                return said;
            }
        }
    }

    fn hear(&mut self, news: &News) -> Option<Bytes> {
        self.behind |= news.grown;
        if news.check {
            self.check_session();
            if self.trust.is_lost(&self.around.services) {
                return Some(self.stop());
            }
        }
        let signals: Vec<u8> = news.signals.iter().flat_map(render_signal).collect();
        (!signals.is_empty()).then(|| signals.into())
    }

    /// What has to be looked at now and then.
    fn check(&mut self) -> Option<Bytes> {
        self.paused = false;
        self.check_session();
        if self.trust.is_lost(&self.around.services) {
            return Some(self.stop());
        }
        if self.over || self.spoke.elapsed() < self.around.times.ping {
            return None;
        }
        self.around.services.presence.renew(&self.actor);
        Some(Bytes::from_static(PING))
    }

    /// Ends the stream once the session has ended: whoever comes back is told why.
    fn check_session(&mut self) {
        let services = &self.around.services;
        self.over |= services.sessions.has_ended(self.actor.session())
            || services.clock.now() >= self.expires_at;
    }

    async fn pull(&mut self) -> Option<Bytes> {
        self.check_session();
        if self.over {
            return None;
        }
        match self.feed.next(Inbox::MAX_PAGE, MAX_EVENTS).await {
            Ok(batch) => {
                self.behind = !self.feed.is_at_end();
                (!batch.events.is_empty()).then(|| render_events(self.feed.epoch(), &batch))
            }
            Err(FeedError::Gap(window)) => Some(self.fall_into(window)),
            Err(FeedError::Failed(problem)) => {
                // The events are safe where they are.
                self.paused = is_busy(&problem);
                self.checks.reset_after(SOON);
                self.over = !self.paused;
                None
            }
        }
    }

    /// Says that part of the log is missing, and ends: a client that comes back by itself goes on at the end of the log.
    fn fall_into(&mut self, window: Window) -> Bytes {
        self.over = true;
        let epoch = self.feed.epoch();
        let gap = Gap {
            epoch,
            earliest: window.earliest,
            latest: window.latest,
        };
        render("gap", Some((epoch, window.latest)), &gap)
    }

    /// Says when to come back, since the server stops or cannot reach its store.
    fn stop(&mut self) -> Bytes {
        self.over = true;
        format!("retry: {}\n\n", retry_in_ms(&self.around.services)).into()
    }
}

fn render_signal(signal: &Signal) -> Bytes {
    render("signal", None, &SignalView::from(signal))
}

fn render_events(epoch: &str, batch: &Batch) -> Bytes {
    let mut text = String::new();
    for event in &batch.events {
        text += &render_text(event.kind, Some((epoch, event.offset)), event);
    }
    text.into()
}

/// One event of the stream, with the cursor after it if it has one.
fn render(kind: &str, cursor: Option<(&str, Offset)>, data: &impl Serialize) -> Bytes {
    render_text(kind, cursor, data).into()
}

fn render_text(kind: &str, cursor: Option<(&str, Offset)>, data: &impl Serialize) -> String {
    let id = cursor.map(|(epoch, offset)| format!("id: {epoch}:{offset}\n"));
    let id = id.unwrap_or_default();
    match serde_json::to_string(data) {
        // JSON in this form has no line breaks.
        Ok(data) => format!("{id}event: {kind}\ndata: {data}\n\n"),
        Err(error) => {
            // Texts and numbers always serialize.
            tracing::error!(%error, "an event of a stream cannot be serialized");
            String::new()
        }
    }
}
