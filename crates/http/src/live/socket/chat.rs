//! One WebSocket of the dialect `social`: a conversation as it goes on. What is said on it goes through the store like
//! every message, and comes back from there to everybody who follows, the sender included.

use actix_web::web;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::chats::{Chats, Extension, NewAttachment, Room, Say};
use sealpost_domain::sessions::{Actor, Session};
use serde::{Deserialize, Serialize};

use super::around::Around;
use super::ending::{Ending, ending_of};
use super::frames::FrameLimits;
use super::line::{self, Line, View};
use super::outgoing::OutgoingBody;
use crate::dialects::social::MessageBody;
use crate::limits::Spent;
use crate::live::hub::Watch;
use crate::live::seats::Seat;
use crate::problem::Problem;

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
    line: Line,
    room: Room,
    /// The number of the last message that was sent on.
    after: u64,
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
        // base64 has four letters for three bytes.
        let attachment = around.services.chats.max_attachment().div_ceil(3) * 4;
        let largest = attachment + AROUND_ATTACHMENT;
        let limits = FrameLimits {
            frame: largest,
            message: largest,
        };
        let connection = (payload, limits);
        let (mut line, body) = Line::open(around, (actor, session), (watch, seat), connection);
        (line.begun, line.behind) = (true, true);
        let socket = Self {
            line,
            after: room.last_seq,
            room,
        };
        (socket, body)
    }

    /// Serves, in a task of its own, until either side ends it.
    pub(crate) fn serve(self) {
        line::serve(self, "chat socket");
    }

    fn refuse(&self, error: &str) -> Result<(), Ending> {
        self.line.say(&ErrorFrame { error })
    }
}

impl View for ChatSocket {
    fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    /// Takes a frame. Whatever is wrong with it is told, and the socket stays.
    async fn hear(&mut self, text: &str) -> Result<(), Ending> {
        self.line.check_session()?;
        let (actor, around) = (&self.line.actor, &self.line.around);
        if let Err(problem) = around.limits.spend(Spent::Chat, actor.account()) {
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
        match around.services.chats.say(actor, say).await {
            Ok(_) => {
                around.services.presence.renew(actor);
                self.line.behind = true;
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

    async fn hear_binary(&mut self) -> Result<(), Ending> {
        self.line.check_session()?;
        self.refuse("only text frames are taken")
    }

    /// Sends on what was said since.
    async fn pull(&mut self) -> Result<(), Ending> {
        let Line { around, actor, .. } = &self.line;
        let chats = &around.services.chats;
        let next = chats.read_on(actor, self.room.conversation, self.after);
        match next.await {
            Ok(messages) => {
                self.line.behind = !messages.is_empty();
                for message in &messages {
                    self.line.say(&MessageBody::from(message))?;
                    self.after = message.seq;
                }
                Ok(())
            }
            Err(error) => {
                let problem = Problem::from(error);
                if problem.code() == "not-found" {
                    return Err(Ending::left());
                }
                self.line.pause_or(ending_of(&problem))
            }
        }
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
