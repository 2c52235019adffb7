//! Bodies of any type and size, handed on as they come.
//!
//! actix's payload stays on its thread, and ports want streams that may move: so a pump takes the pieces and pushes them
//! through a short channel. Whoever reads slowly slows the client down; nothing piles up.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::{Stream, StreamExt as _};
use sealpost_domain::files::BrokenBody;
use sealpost_domain::ports::ByteStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::middleware::Deadline;
use crate::problem::Problem;
use crate::settings::{UPLOAD_IDLE, UPLOAD_RATE, UPLOAD_STALL};

/// How many pieces may wait; actix's have at most 64 KiB.
const WAITING: usize = 4;

/// A body that has not been read, and what its head says of it.
pub struct Upload {
    /// `Content-Type`, if it is there and readable.
    pub content_type: Option<String>,
    /// `Content-Length`, if the body is not chunked.
    pub length: Option<u64>,
    payload: Payload,
    deadline: Deadline,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = check_coding(request.headers()).map(|()| Self {
            content_type: text(request.headers(), header::CONTENT_TYPE),
            length: text(request.headers(), header::CONTENT_LENGTH)
                .and_then(|length| length.parse().ok()),
            payload: payload.take(),
            deadline: Deadline::of(request),
        });
        std::future::ready(upload)
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    // What is not readable is given to the domain as such, which refuses it.
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-content-encoding",
            "send the body without compression",
        )
        .with_header(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        )),
        _ => Ok(()),
    }
}

/// What travels through the channel. That the end is said, and not only the channel closed, keeps a pump that died
/// from passing for a body that ended.
enum Piece {
    Bytes(web::Bytes),
    End,
}

impl Upload {
    /// The two ends of the channel: the pump, to be run beside whoever reads the stream.
    pub fn split(self) -> (Pump, ByteStream<BrokenBody>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let pump = Pump {
            payload: self.payload,
            deadline: self.deadline,
            sender,
            came: 0,
            waited: Duration::ZERO,
        };
        (
            pump,
            Box::pin(Pieces {
                receiver,
                ended: false,
            }),
        )
    }
}

/// The reading end.
struct Pieces {
    receiver: mpsc::Receiver<Piece>,
    ended: bool,
}

impl Stream for Pieces {
    type Item = Result<web::Bytes, BrokenBody>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = ready!(self.receiver.poll_recv(context));
        self.ended = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => None,
            None => Some(Err(BrokenBody)),
        })
    }
}

/// The writing end.
pub struct Pump {
    payload: Payload,
    deadline: Deadline,
    sender: mpsc::Sender<Piece>,
    came: u64,
    /// How long the client was waited for. The time in which the disk was waited for is not the client's.
    waited: Duration,
}

impl Pump {
    /// Moves the body on to its end, or until nobody reads it any more.
    ///
    /// # Errors
    /// A 408 when the body comes too slowly, a 400 when it breaks off.
    pub async fn run(mut self) -> Result<(), Problem> {
        loop {
            // Whatever the length of the transfer: while it moves, the handler is not given up.
            self.deadline.restart_after(UPLOAD_STALL);
            let asked = Instant::now();
            let next = timeout(self.patience(), self.payload.next()).await;
            self.waited += asked.elapsed();
            let piece = match next {
                Err(_) => return Err(too_slow()),
                Ok(Some(Err(_))) => return Err(incomplete()),
                Ok(Some(Ok(bytes))) => {
                    self.came += u64::try_from(bytes.len()).unwrap_or(0);
                    Piece::Bytes(bytes)
                }
                Ok(None) => Piece::End,
            };
            let ended = matches!(piece, Piece::End);
            if self.sender.send(piece).await.is_err() || ended {
                return Ok(());
            }
        }
    }

    /// How long the next piece may take: never longer than the idle limit, and never longer than the average rate
    /// allows, which is looked at from the idle limit on.
    fn patience(&self) -> Duration {
        let earned = UPLOAD_IDLE + Duration::from_secs(self.came / UPLOAD_RATE);
        earned.saturating_sub(self.waited).min(UPLOAD_IDLE)
    }
}

fn too_slow() -> Problem {
    let (idle, rate) = (UPLOAD_IDLE.as_secs(), UPLOAD_RATE);
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body-timeout",
        format!("the body paused for {idle} seconds, or came with less than {rate} bytes a second"),
    )
    .closing_connection()
}

fn incomplete() -> Problem {
    Problem::bad_request(
        "incomplete-body",
        "the body ended before all of it was there",
    )
    .closing_connection()
}

#[cfg(test)]
mod tests {
    use actix_http::BoxedPayloadStream;
    use actix_http::error::PayloadError;
    use actix_web::ResponseError as _;
    use actix_web::test::TestRequest;
    use futures_util::future::join;
    use futures_util::stream;

    use super::*;

    async fn pump(
        body: impl Stream<Item = Result<web::Bytes, PayloadError>> + 'static,
    ) -> (Result<(), Problem>, Vec<Result<web::Bytes, BrokenBody>>) {
        let payload: BoxedPayloadStream = Box::pin(body);
        let request = TestRequest::post().to_http_request();
        let upload = Upload::from_request(&request, &mut Payload::Stream { payload }).await;
        let (pump, pieces) = upload.unwrap().split();
        join(pump.run(), pieces.collect()).await
    }

    fn bytes(size: usize) -> Result<web::Bytes, PayloadError> {
        Ok(vec![0; size].into())
    }

    #[actix_web::test]
    async fn a_body_comes_through_to_its_end() {
        let (outcome, pieces) = pump(stream::iter([bytes(3), bytes(0), bytes(5)])).await;
        assert!(outcome.is_ok());
        let sizes: Vec<usize> = pieces
            .into_iter()
            .map(|piece| piece.unwrap().len())
            .collect();
        assert_eq!(sizes, [3, 0, 5]);
    }

    #[actix_web::test]
    async fn a_body_that_breaks_off_never_passes_for_a_whole_one() {
        let broken = stream::iter([bytes(3), Err(PayloadError::Incomplete(None))]);
        let (outcome, pieces) = pump(broken).await;
        assert_eq!(outcome.unwrap_err().status_code(), 400);
        assert_eq!(pieces.last().unwrap(), &Err(BrokenBody));
    }

    #[actix_web::test]
    async fn a_body_that_stalls_or_drips_is_given_up() {
        tokio::time::pause();
        let stalled = stream::iter([bytes(1_000_000)]).chain(stream::pending());
        let began = Instant::now();
        let (outcome, pieces) = pump(stalled).await;
        assert_eq!(outcome.unwrap_err().status_code(), 408);
        assert_eq!(pieces.last().unwrap(), &Err(BrokenBody));
        assert_eq!(began.elapsed().as_secs(), 15);

        let dripping = stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            bytes(512)
        });
        let began = Instant::now();
        assert_eq!(pump(dripping).await.0.unwrap_err().status_code(), 408);
        assert!(
            began.elapsed() <= Duration::from_secs(30),
            "{:?}",
            began.elapsed()
        );

        let slow_enough = stream::iter(0..100).then(|_| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            bytes(1_100)
        });
        assert!(pump(slow_enough).await.0.is_ok());
    }
}
