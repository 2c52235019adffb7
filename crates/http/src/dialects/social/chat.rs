//! `/ws/chat/{id}/`: a conversation over a WebSocket. What is said on it stands in `live/socket/chat.rs`; here it is opened.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, web};
use futures_util::future::LocalBoxFuture;
use sealpost_domain::sessions::{Actor, Dialect, Session};
use sealpost_domain::{DomainError as _, ErrorKind};
use utoipa::IntoResponses;

use super::Refusals;
use super::auth::Caller;
use super::conversations::number;
use super::errors::{AuthRefusals, refusals, unauthorized};
use crate::Services;
use crate::live::{Around, ChatSocket};
use crate::openapi::{Responses, SOCIAL};
use crate::problem::Problem;
use crate::v1::ws::{SocketCaller, accept, check_origin, session_of};

/// The caller, and the session that the socket lives as long as.
pub(super) struct ChatCaller(Actor, Session);

impl FromRequest for ChatCaller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let services = request.app_data::<web::Data<Services>>().cloned();
        // Before a ticket is used up: the page of another site gets nothing done with it.
        let origin = services.as_ref().map_or(Ok(()), |services| {
            check_origin(request.headers(), &services.info.public_url)
        });
        let ticket = SocketCaller::ticket(request);
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            let services = services.ok_or_else(Problem::internal)?;
            origin?;
            let Some(ticket) = ticket else {
                let (actor, session) = session_of(&services, caller.await?.0).await?;
                return Ok(Self(actor, session));
            };
            let redeemed = services.sessions.redeem_socket_ticket(&ticket).await;
            let (actor, session) = redeemed.map_err(|error| match error.kind() {
                ErrorKind::Unauthenticated => unauthorized("Invalid ticket."),
                _ => error.into(),
            })?;
            if !matches!(actor.dialect(), Dialect::Social | Dialect::Native) {
                return Err(unauthorized("Invalid ticket."));
            }
            services.presence.renew(&actor);
            Ok(Self(actor, session))
        })
    }
}

/// What only this route answers.
struct NoSocket;

impl IntoResponses for NoSocket {
    fn responses() -> Responses {
        refusals(&[
            (403, "A page of another site may not open a socket here"),
            (404, "There is no such conversation, or it is not yours"),
            (426, "This is a WebSocket (RFC 6455, version 13)"),
        ])
    }
}

/// Chat
///
/// Send `{"message": "text"}`, and with it perhaps `"attachment": {"data": base64, "format": extension}`. Both of you get one
/// frame for each message, you as well: as in `message_set`. A frame that says something else is answered `{"error"}`.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    params(
        ("id" = u64, Path, description = "The `conversation_id`", example = 4),
        ("Origin" = Option<String>, Header, description = "Browsers send it; it must be this server's own"),
        (
            "Sec-WebSocket-Protocol" = Option<String>, Header,
            description = "In place of a token, from browsers: `sealpost` and a ticket of `POST /v1/ws-tickets`",
        ),
    ),
    responses(
        (status = 101, description = "From here on both sides speak frames"),
        NoSocket,
        AuthRefusals,
        Refusals,
    ),
)]
#[get("/ws/chat/{id}/")]
pub(super) async fn social_chat(
    request: HttpRequest,
    around: Around,
    ChatCaller(actor, session): ChatCaller,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let services = &around.services;
    // Before the conversation is read: nothing can come in between.
    let watch = services.hub.watch(actor.account());
    let room = services.chats.enter(&actor, number(&id)?).await?;
    let mut switch = accept(request.head())?;
    around.draining.refuse_long_stay()?;
    let seat = services.hub.take_seat(actor.account())?;
    let (socket, body) = ChatSocket::open(around, (actor, &session), (room, watch), seat, payload);
    socket.serve();
    let answer = switch.message_body(body).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::from(answer.map_into_boxed_body()))
}
