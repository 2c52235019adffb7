//! Bytes become frames, and frames texts; nothing grows beyond its bound.
//!
//! This reads frames with the parser of actix itself and without `actix-ws`, because that one keeps collecting the
//! bytes of a frame of any declared size before it looks at the limit, and keeps each fragment of a message apart.

use actix_http::ws::{OpCode, Parser, ProtocolError};
use actix_web::web::{Bytes, BytesMut};

use super::ending::Ending;

/// The largest frame of a client, in bytes.
pub(crate) const MAX_FRAME: usize = 64 * 1024;
/// The largest message of a client, in bytes.
pub(crate) const MAX_MESSAGE: usize = 256 * 1024;

/// How much a client may send at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameLimits {
    /// The largest frame, in bytes.
    pub(super) frame: usize,
    /// The largest message, however many frames it has, in bytes.
    pub(super) message: usize,
}

impl Default for FrameLimits {
    /// 64 KiB, and 256 KiB.
    fn default() -> Self {
        Self {
            frame: MAX_FRAME,
            message: MAX_MESSAGE,
        }
    }
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A whole text.
    Text(String),
    /// A whole message that is no text.
    Binary(Bytes),
    /// To be answered with a pong that says the same.
    Ping(Bytes),
    /// A part of a message, or the answer to a ping: it shows that the client is there.
    Sign,
    /// The client says goodbye.
    Close(Option<u16>),
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
}

/// Takes bytes and gives what they say.
#[derive(Default)]
pub(super) struct Frames {
    buffer: BytesMut,
    /// What a message is that is not complete, and its fragments so far.
    message: Option<(Kind, BytesMut)>,
    limits: FrameLimits,
}

impl Frames {
    pub(super) fn within(limits: FrameLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    pub(super) fn feed(&mut self, bytes: Bytes) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::from(bytes);
        } else {
            self.buffer.extend_from_slice(&bytes);
        }
    }

    /// The next thing that is there as a whole.
    pub(super) fn next(&mut self) -> Result<Option<Received>, Ending> {
        // The parser waits for all of a frame before it looks at its size.
        if declared_length(&self.buffer).is_some_and(|length| length > self.limits.frame) {
            return Err(Ending::too_big());
        }
        let parsed = Parser::parse(&mut self.buffer, true, self.limits.frame);
        let Some((last, opcode, payload)) = parsed.map_err(|error| ending_of(&error))? else {
            return Ok(None);
        };
        if self.buffer.is_empty() {
            // Gives the memory back while nothing comes.
            self.buffer = BytesMut::new();
        }
        self.frame(last, opcode, payload.unwrap_or_default())
            .map(Some)
    }

    fn frame(&mut self, last: bool, opcode: OpCode, payload: BytesMut) -> Result<Received, Ending> {
        match (opcode, self.message.take()) {
            (OpCode::Text, None) => self.message(last, Kind::Text, payload),
            (OpCode::Binary, None) => self.message(last, Kind::Binary, payload),
            (OpCode::Continue, Some((kind, mut message))) => {
                if message.len() + payload.len() > self.limits.message {
                    return Err(Ending::too_big());
                }
                message.extend_from_slice(&payload);
                self.message(last, kind, message)
            }
            (OpCode::Ping | OpCode::Pong | OpCode::Close, message) if last => {
                // These may come between the fragments of a message.
                self.message = message;
                control(opcode, payload)
            }
            _ => Err(Ending::protocol()),
        }
    }

    fn message(
        &mut self,
        complete: bool,
        kind: Kind,
        message: BytesMut,
    ) -> Result<Received, Ending> {
        if !complete {
            self.message = Some((kind, message));
            return Ok(Received::Sign);
        }
        match kind {
            Kind::Text => String::from_utf8(message.into())
                .map(Received::Text)
                .map_err(|_| Ending::not_utf8()),
            Kind::Binary => Ok(Received::Binary(message.freeze())),
        }
    }
}

fn control(opcode: OpCode, payload: BytesMut) -> Result<Received, Ending> {
    match opcode {
        OpCode::Ping => Ok(Received::Ping(payload.freeze())),
        OpCode::Close => {
            let reason = Parser::try_parse_close_payload(&payload);
            let reason = reason.map_err(|_| Ending::protocol())?;
            Ok(Received::Close(reason.map(|reason| reason.code.into())))
        }
        _ => Ok(Received::Sign),
    }
}

fn ending_of(error: &ProtocolError) -> Ending {
    match error {
        ProtocolError::Overflow => Ending::too_big(),
        _ => Ending::protocol(),
    }
}

/// The length that the frame at the beginning of `buffer` says it has (RFC 6455, section 5.2), once that can be read.
fn declared_length(buffer: &[u8]) -> Option<usize> {
    let length = match buffer.get(1)? & 0x7F {
        126 => u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?).into(),
        127 => u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?),
        short => short.into(),
    };
    Some(usize::try_from(length).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame, as clients send it.
    fn frame(last: bool, opcode: OpCode, payload: &[u8]) -> BytesMut {
        let mut bytes = BytesMut::new();
        Parser::write_message(&mut bytes, payload, opcode, last, true);
        bytes
    }

    fn read(frames: &[BytesMut]) -> Vec<Result<Received, Ending>> {
        let mut reader = Frames::default();
        let mut all = Vec::new();
        // Byte by byte: no frame ends where a packet does.
        for byte in frames.iter().flat_map(|frame| frame.iter().copied()) {
            reader.feed(Bytes::from(vec![byte]));
            match reader.next().transpose() {
                Some(Err(ending)) => {
                    all.push(Err(ending));
                    break;
                }
                Some(received) => all.push(received),
                None => {}
            }
        }
        all
    }

    fn text(text: &str) -> Result<Received, Ending> {
        Ok(Received::Text(text.to_owned()))
    }

    #[test]
    fn fragments_make_one_text_and_a_ping_may_come_between() {
        let received = read(&[
            frame(true, OpCode::Text, b"whole"),
            frame(false, OpCode::Text, b"he"),
            frame(true, OpCode::Ping, b"there?"),
            frame(false, OpCode::Continue, b""),
            frame(true, OpCode::Continue, b"llo"),
            frame(true, OpCode::Pong, b""),
        ]);
        let ping = Ok(Received::Ping(Bytes::from_static(b"there?")));
        let sign = || Ok(Received::Sign);
        assert_eq!(
            received,
            [text("whole"), sign(), ping, sign(), text("hello"), sign()]
        );
    }

    #[test]
    fn what_does_not_belong_here_ends_the_socket() {
        let cut_in_two = "é".as_bytes();
        for (frames, ending) in [
            (
                vec![
                    frame(false, OpCode::Binary, b"x"),
                    frame(true, OpCode::Binary, b"y"),
                ],
                Ending::protocol(),
            ),
            (vec![frame(true, OpCode::Text, b"\xff")], Ending::not_utf8()),
            (
                vec![frame(true, OpCode::Text, &cut_in_two[..1])],
                Ending::not_utf8(),
            ),
            (
                vec![frame(true, OpCode::Continue, b"x")],
                Ending::protocol(),
            ),
            (vec![frame(false, OpCode::Ping, b"x")], Ending::protocol()),
            (
                vec![
                    frame(false, OpCode::Text, b"x"),
                    frame(true, OpCode::Text, b"y"),
                ],
                Ending::protocol(),
            ),
            (
                vec![frame(true, OpCode::Close, b"\x03")],
                Ending::protocol(),
            ),
            (
                vec![frame(true, OpCode::Ping, &[0; 126])],
                Ending::protocol(),
            ),
            (vec![BytesMut::from(&b"\x81\x01x"[..])], Ending::protocol()),
        ] {
            assert_eq!(read(&frames).pop(), Some(Err(ending)), "{frames:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_apart() {
        let received = read(&[
            frame(false, OpCode::Binary, b"\xff"),
            frame(true, OpCode::Continue, b"\x00"),
        ]);
        let binary = Received::Binary(Bytes::from_static(b"\xff\x00"));
        assert_eq!(received.last(), Some(&Ok(binary)));
    }

    #[test]
    fn a_text_may_be_cut_anywhere() {
        let [first, second] = ["é".as_bytes()[0], "é".as_bytes()[1]];
        let received = read(&[
            frame(false, OpCode::Text, &[first]),
            frame(true, OpCode::Continue, &[second]),
        ]);
        assert_eq!(received.last(), Some(&text("é")));
    }

    #[test]
    fn a_frame_is_refused_by_its_head_alone() {
        let most = u64::try_from(FrameLimits::default().frame).unwrap();
        for (length, refused) in [(most, false), (most + 1, true), (u64::MAX, true)] {
            let mut reader = Frames::default();
            let mut head = vec![0x81, 0xFF];
            head.extend_from_slice(&length.to_be_bytes());
            reader.feed(Bytes::from(head));
            assert_eq!(reader.next().is_err(), refused, "{length}");
        }
    }

    #[test]
    fn a_message_has_a_bound_however_many_frames_it_has() {
        let part = vec![b'x'; FrameLimits::default().frame];
        let mut reader = Frames::default();
        for opcode in [
            OpCode::Text,
            OpCode::Continue,
            OpCode::Continue,
            OpCode::Continue,
        ] {
            reader.feed(frame(false, opcode, &part).freeze());
            assert_eq!(reader.next(), Ok(Some(Received::Sign)));
        }
        reader.feed(frame(true, OpCode::Continue, b"x").freeze());
        assert_eq!(reader.next(), Err(Ending::too_big()));
    }

    #[test]
    fn a_goodbye_keeps_its_code() {
        for (payload, code) in [
            (&b""[..], None),
            (b"\x03\xe8bye", Some(1000)),
            (b"\x0f\xa1", Some(4001)),
        ] {
            assert_eq!(
                read(&[frame(true, OpCode::Close, payload)]),
                [Ok(Received::Close(code))]
            );
        }
    }
}
