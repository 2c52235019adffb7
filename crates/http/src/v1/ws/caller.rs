//! Who opens a WebSocket: somebody with a token in the header, or, from a browser, with a ticket among the subprotocols.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use sealpost_domain::sessions::{AccessError, Actor, Dialect, Session, SocketTicket};
use std::future::{Ready, ready};

use crate::Services;
use crate::extract::Authenticated;
use crate::problem::Problem;

/// The subprotocol that a browser offers beside its ticket.
pub(crate) const TICKET_PROTOCOL: &str = "sealpost";

/// The caller of `/v1/ws`.
pub(crate) enum SocketCaller {
    /// With a token, which was good.
    Token(Actor),
    /// With a ticket, which was not looked at yet.
    Ticket(SocketTicket),
}

impl FromRequest for SocketCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Some(ticket) = SocketCaller::ticket(request) {
            return ready(Ok(Self::Ticket(ticket)));
        }
        let caller = Authenticated::from_request(request, payload).into_inner();
        ready(caller.map(|Authenticated(actor)| Self::Token(actor)))
    }
}

impl SocketCaller {
    /// The ticket of a request that has no header of its own for a token.
    pub(crate) fn ticket(request: &HttpRequest) -> Option<SocketTicket> {
        let headers = request.headers();
        if headers.contains_key(header::AUTHORIZATION) {
            return None;
        }
        protocols(headers).find_map(SocketTicket::parse)
    }

    /// Who it is, with the session that the socket lives as long as. A ticket is used up by this.
    pub(super) async fn into_session(
        self,
        services: &Services,
    ) -> Result<(Actor, Session), Problem> {
        match self {
            Self::Token(actor) => session_of(services, actor).await,
            Self::Ticket(ticket) => {
                let (actor, session) = services.sessions.redeem_socket_ticket(&ticket).await?;
                if actor.dialect() != Dialect::Native {
                    return Err(AccessError::Invalid.into());
                }
                services.presence.renew(&actor);
                Ok((actor, session))
            }
        }
    }
}

/// The session behind a token: a socket lives as long as it does, which is longer than the token.
pub(crate) async fn session_of(
    services: &Services,
    actor: Actor,
) -> Result<(Actor, Session), Problem> {
    let sessions = services.sessions.list(&actor).await?;
    let own = sessions
        .into_iter()
        .find(|session| session.id == actor.session());
    let own = own.ok_or(AccessError::Ended)?;
    Ok((actor, own))
}

/// The subprotocols that are offered (RFC 6455, section 4.1).
pub(super) fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}
