//! One WebSocket of the dialect `social`: a conversation as it goes on. What is said on it goes through the store like
//! every message, and comes back from there to everybody who follows, the sender included.

use actix_web::web;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::Timestamp;
use sealpost_domain::chats::{Chats, Extension, NewAttachment, Room, Say};
use sealpost_domain::sessions::{Actor, Session};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::ending::Ending;
use super::frames::{FrameLimits, Received};
use super::incoming::Incoming;
use super::outgoing::{self, Outgoing, OutgoingBody};
use super::{Problem, Seat, ending_of, retry_in_ms, too_slow};
use crate::Services;
use crate::dialects::social::MessageBody;
use crate::limits::{Limits, Spent};
use crate::live::hub::Watch;
use crate::live::poll::CHECK_EVERY;
use crate::readiness::Draining;
use crate::settings::SocketTimes;

/// What a text and what is around it may take at most of a frame, in bytes: every character escaped.
const AROUND_ATTACHMENT: usize = 12 * Chats::MAX_TEXT + 16 * 1024;

/// What a client says.
#[derive(Deserialize)]
struct ClientFrame {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    attachment: Option<ClientAttachment>,
}

#[derive(Deserialize)]
struct ClientAttachment {
    /// base64 (RFC 4648, section 4), perhaps as a data URL (RFC 2397).
    data: String,
    /// How the file's name would end.
    format: String,
}

/// The client's last frame had no effect.
#[derive(Serialize)]
struct ErrorFrame<'a> {
    error: &'a str,
}

/// The server's end of a chat.
pub(crate) struct ChatSocket {
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    times: SocketTimes,
    draining: Draining,
    actor: Actor,
    expires_at: Timestamp,
    room: Room,
    incoming: Incoming,
    outgoing: Outgoing,
    watch: Watch,
    /// The number of the last message that was sent on.
    after: u64,
    /// There may be messages that were not sent on.
    behind: bool,
    /// The store could not be read; not again before the next check.
    paused: bool,
    opened: Instant,
    heard: Instant,
    pinged: Instant,
    _seat: Seat,
}

/// What all sockets of this kind share.
pub(crate) struct Around {
    pub(crate) services: web::Data<Services>,
    pub(crate) limits: web::Data<Limits>,
    pub(crate) times: SocketTimes,
    pub(crate) draining: Draining,
}

impl ChatSocket {
    /// A socket of `session` in a conversation that the caller is in, and the body of the answer that switches to it.
    /// `watch` has begun before the conversation was looked at; `payload` is the rest of the connection.
    pub(crate) fn open(
        around: Around,
        (actor, session): (Actor, &Session),
        (room, watch): (Room, Watch),
        seat: Seat,
        payload: web::Payload,
    ) -> (Self, OutgoingBody) {
        let (outgoing, body) = outgoing::channel();
        let Around {
            services,
            limits,
            times,
            draining,
        } = around;
        // base64 has four letters for three bytes.
        let attachment = services.chats.max_attachment().div_ceil(3) * 4;
        let largest = attachment + AROUND_ATTACHMENT;
        let frames = FrameLimits {
            frame: largest,
            message: largest,
        };
        let now = Instant::now();
        let socket = Self {
            services,
            limits,
            times,
            draining,
            actor,
            expires_at: session.expires_at,
            after: room.last_seq,
            room,
            incoming: Incoming::new(payload, frames),
            outgoing,
            watch,
            behind: true,
            paused: false,
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
        if ending != Ending::Lost {
            let last = self.outgoing.close(ending.reason(), ending.discards());
            // A client that does not even take this loses the connection when `self` is dropped.
            let _ = timeout(self.times.farewell, last).await;
        }
        let duration_ms = self.opened.elapsed().as_millis();
        tracing::info!(target: "sealpost_http::access", code = ending.code(), duration_ms, "chat socket closed");
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
                () = self.outgoing.room(), if self.behind && !self.paused => self.pull().await,
                _ = checks.tick() => self.check(),
                () = self.draining.begun() => Err(Ending::going_away(retry_in_ms(&self.services))),
            };
            if let Err(ending) = done {
                return ending;
            }
        }
    }

    async fn hear(&mut self, received: Result<Received, Ending>) -> Result<(), Ending> {
        let received = received?;
        self.heard = Instant::now();
        match received {
            Received::Text(text) => self.take(&text).await,
            Received::Binary => {
                self.check_session()?;
                self.refuse("only text frames are taken")
            }
            Received::Ping(payload) => self.outgoing.pong(&payload).map_err(too_slow),
            Received::Sign => Ok(()),
            Received::Close(code) => Err(Ending::Asked(code)),
        }
    }

    /// Takes a frame. Whatever is wrong with it is told, and the socket stays.
    async fn take(&mut self, text: &str) -> Result<(), Ending> {
        self.check_session()?;
        if let Err(problem) = self.limits.spend(Spent::Chat, self.actor.account()) {
            return self.refuse(problem.detail());
        }
        let (text, attachment) = match parse(text) {
            Ok(parsed) => parsed,
            Err(error) => return self.refuse(error),
        };
        let say = Say {
            conversation: self.room.conversation,
            text,
            attachment,
        };
        match self.services.chats.say(&self.actor, say).await {
            Ok(_) => {
                self.services.presence.renew(&self.actor);
                self.behind = true;
                Ok(())
            }
            Err(error) => {
                let problem = Problem::from(error);
                match problem.code() {
                    "internal-error" => self.refuse("the server failed: say it again"),
                    "not-found" => Err(Ending::left()),
                    _ => match problem.errors() {
                        [error, ..] => self.refuse(&error.detail),
                        [] => self.refuse(problem.detail()),
                    },
                }
            }
        }
    }

    fn refuse(&self, error: &str) -> Result<(), Ending> {
        self.say(&ErrorFrame { error })
    }

    /// Sends on what was said since.
    async fn pull(&mut self) -> Result<(), Ending> {
        self.check_session()?;
        let chats = &self.services.chats;
        let next = chats.read_on(&self.actor, self.room.conversation, self.after);
        match next.await {
            Ok(messages) => {
                self.behind = !messages.is_empty();
                for message in &messages {
                    self.say(&MessageBody::from(message))?;
                    self.after = message.seq;
                }
                Ok(())
            }
            Err(error) => {
                let problem = Problem::from(error);
                if problem.code() == "not-found" {
                    return Err(Ending::left());
                }
                match ending_of(&problem) {
                    // The messages are safe where they are.
                    ending if ending == Ending::busy() => {
                        self.paused = true;
                        Ok(())
                    }
                    ending => Err(ending),
                }
            }
        }
    }

    /// What has to be looked at once a second.
    fn check(&mut self) -> Result<(), Ending> {
        self.paused = false;
        self.check_session()?;
        if self.outgoing.is_gone() {
            return Err(Ending::Lost);
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

    fn say(&self, frame: &impl Serialize) -> Result<(), Ending> {
        let text = serde_json::to_string(frame).map_err(|error| {
            // Texts and numbers always serialize.
            tracing::error!(%error, "a frame cannot be serialized");
            Ending::failed()
        })?;
        self.outgoing.text(&text).map_err(too_slow)
    }
}

/// What a frame says, or what is wrong with it.
fn parse(text: &str) -> Result<(String, Option<NewAttachment>), &'static str> {
    const SHAPE: &str = "send {\"message\": text}, and perhaps \"attachment\": {\"data\": base64, \"format\": extension}";
    // serde would read a struct from an array as well.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(SHAPE);
    }
    let frame: ClientFrame = serde_json::from_str(text).map_err(|_| SHAPE)?;
    if frame.message.is_none() && frame.attachment.is_none() {
        return Err(SHAPE);
    }
    let attachment = frame.attachment.as_ref().map(decode).transpose()?;
    Ok((frame.message.unwrap_or_default(), attachment))
}

fn decode(attachment: &ClientAttachment) -> Result<NewAttachment, &'static str> {
    let data = match attachment.data.split_once(";base64,") {
        Some((scheme, data)) if scheme.starts_with("data:") => data,
        _ => attachment.data.as_str(),
    };
    let content = STANDARD
        .decode(data)
        .map_err(|_| "attachment: data is not base64")?;
    let extension = Extension::parse(&attachment.format)
        .ok_or("attachment: format is an extension of 1 to 10 letters and digits")?;
    Ok(NewAttachment {
        extension,
        content: content.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_a_text_or_brings_a_file_or_both() {
        let (text, none) = parse(r#"{"message": "Kaixo!"}"#).unwrap();
        assert_eq!((text.as_str(), none.is_none()), ("Kaixo!", true));
        for data in ["AAEC", "data:image/png;base64,AAEC"] {
            let frame = serde_json::json!({"attachment": {"data": data, "format": "PNG"}});
            let (text, file) = parse(&frame.to_string()).unwrap();
            let file = file.unwrap();
            assert_eq!((text.as_str(), file.extension.as_str()), ("", "png"));
            assert_eq!(&file.content[..], [0, 1, 2]);
        }
        for bad in [
            "",
            "hello",
            "[]",
            "{}",
            r#"["a"]"#,
            r#"{"message": 7}"#,
            r#"{"text": "a"}"#,
            r#"{"message": "a", "attachment": "x"}"#,
            r#"{"attachment": {"data": "%", "format": "png"}}"#,
            r#"{"attachment": {"data": "AAEC", "format": "../x"}}"#,
            r#"{"attachment": {"data": "AAEC"}}"#,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
