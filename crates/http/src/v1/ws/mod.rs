//! `/v1/ws`: the inbox over a WebSocket. What is said on it stands in `live/socket/`; here it is opened.

mod handshake;
mod origin;

use actix_web::{HttpRequest, HttpResponse, get, web};
use sealpost_domain::sessions::{AccessError, Actor, Session};
use tracing::Instrument as _;
use utoipa::IntoResponses;

use crate::extract::Authenticated;
use crate::live::Socket;
use crate::openapi::{AuthProblems, CommonProblems, EVENTS, Responses, problems};
use crate::problem::Problem;
use crate::readiness::Draining;
use crate::{Services, Settings};

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
    params(("Origin" = Option<String>, Header, description = "Browsers send it; it must be this server's own")),
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
    services: web::Data<Services>,
    settings: web::Data<Settings>,
    draining: web::Data<Draining>,
    Authenticated(actor): Authenticated,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(request.headers(), &services.info.public_url)?;
    let mut switch = handshake::accept(request.head())?;
    draining.refuse_long_stay()?;
    let seat = services.hub.take_seat(actor.account())?;
    let session = find_session(&services, &actor).await?;
    let draining = draining.get_ref().clone();
    let services = services.clone();
    let (socket, body) = Socket::open(
        services,
        settings.sockets,
        draining,
        (actor, &session),
        seat,
        payload,
    );
    actix_web::rt::spawn(socket.run().instrument(tracing::Span::current()));
    let answer = switch.message_body(body).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::from(answer.map_into_boxed_body()))
}

/// The session behind the token: a socket lives as long as it does, which is longer than the token.
async fn find_session(services: &Services, actor: &Actor) -> Result<Session, Problem> {
    let sessions = services.sessions.list(actor).await?;
    let own = sessions
        .into_iter()
        .find(|session| session.id == actor.session());
    own.ok_or_else(|| AccessError::Ended.into())
}
