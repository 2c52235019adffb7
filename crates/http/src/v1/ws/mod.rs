//! `/v1/ws`: the inbox over a WebSocket. What is said on it stands in `live/socket/`; here it is opened.

mod caller;
mod handshake;
mod origin;
mod tickets;

pub(crate) use caller::{SocketCaller, session_of};
pub(crate) use handshake::accept;
pub(crate) use origin::check as check_origin;
pub(super) use tickets::issue_ticket;

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa::IntoResponses;

use crate::live::{Around, Socket};
use crate::openapi::{AuthProblems, CommonProblems, EVENTS, Responses, problems};
use crate::problem::Problem;

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "invalid-handshake",
                "`invalid-handshake`; `duplicate-authorization`",
            ),
            (
                403,
                "foreign-origin",
                "`foreign-origin`: a page of another site may not open a socket here",
            ),
            (
                426,
                "upgrade-required",
                "`upgrade-required`: this is a WebSocket (RFC 6455, version 13)",
            ),
            (
                429,
                "too-many-sockets",
                "`too-many-sockets`: close one first",
            ),
        ])
    }
}

/// Follow your events on a WebSocket
///
/// The socket is silent until your first frame: `{"type":"resume","epoch":…,"offset":…}` to go on where you were, or
/// `{"type":"start"}` for what comes from now on. Then the events come as `GET /v1/events` shows them, in
/// `{"type":"events","events":[…]}`. The page "Following events" of the handbook has every frame and close code.
#[utoipa::path(
    tag = EVENTS,
    security(("bearer" = [])),
    params(
        ("Origin" = Option<String>, Header, description = "Browsers send it; it must be this server's own"),
        (
            "Sec-WebSocket-Protocol" = Option<String>, Header,
            description = "In place of a token, from browsers: `sealpost` and a ticket of `POST /v1/ws-tickets`",
        ),
    ),
    responses(
        (status = 101, description = "From here on both sides speak frames"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[get("/ws")]
pub(super) async fn open_socket(
    request: HttpRequest,
    around: Around,
    caller: SocketCaller,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let services = &around.services;
    origin::check(request.headers(), &services.info.public_url)?;
    let mut switch = accept(request.head())?;
    around.draining.refuse_long_stay()?;
    let (actor, session) = caller.into_session(services).await?;
    let seat = services.hub.take_seat(actor.account())?;
    let (socket, body) = Socket::open(around, (actor, &session), seat, payload);
    socket.serve();
    let answer = switch.message_body(body).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::from(answer.map_into_boxed_body()))
}
