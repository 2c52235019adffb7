use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use futures_util::future::LocalBoxFuture;
use sealpost_domain::sessions::{Actor, SocketTicket};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::dialects::social;
use crate::extract::Authenticated;
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CommonProblems, EVENTS, Responses, problems};
use crate::problem::Problem;
use crate::{Services, Settings};

/// A ticket for one WebSocket.
#[derive(Serialize, ToSchema)]
#[schema(as = SocketTicket)]
struct Ticket {
    /// Offer it as a subprotocol, after `sealpost`.
    #[schema(example = "spw_2b7e151628aed2a6abf7158809cf4f3c2b7e151628aed2a6abf7158809cf4f3c")]
    ticket: String,
    /// How long it is good, in seconds.
    #[schema(example = 30)]
    expires_in: u64,
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            429,
            "too-many-requests",
            "`too-many-requests`: 60 a minute; `too-many-tickets`: 100 that were not used",
        )])
    }
}

/// Whoever may have a ticket: the caller of the native API, or of the dialect `social`, whose sockets take tickets too.
pub(super) struct TicketOwner(Actor);

impl FromRequest for TicketOwner {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let native = Authenticated::from_request(request, payload).into_inner();
        let settings = request.app_data::<web::Data<Settings>>();
        let speaks_social = settings.is_some_and(|settings| settings.dialects.social);
        let brings = request.headers().contains_key(header::AUTHORIZATION);
        let social = (native.is_err() && speaks_social && brings)
            .then(|| social::Caller::from_request(request, payload));
        Box::pin(async move {
            match (native, social) {
                (Ok(Authenticated(actor)), _) => Ok(Self(actor)),
                // If it is no good there either, the native API says what is wrong with it.
                (Err(problem), Some(social)) => match social.await {
                    Ok(social::Caller(actor)) => Ok(Self(actor)),
                    Err(_) => Err(problem),
                },
                (Err(problem), None) => Err(problem),
            }
        })
    }
}

/// Get a ticket for a WebSocket
///
/// For browsers, which cannot send a token when they open one: offer the subprotocols `sealpost` and the ticket. It opens one
/// socket within 30 seconds, in the name of the session that fetched it: a native one `/v1/ws` and `/ws/chat/…`, one of the
/// dialect `social` `/ws/chat/…` alone.
#[utoipa::path(
    tag = EVENTS,
    security(("bearer" = [])),
    responses(
        (status = 201, body = Ticket, description = "Good once"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/ws-tickets")]
pub(in crate::v1) async fn issue_ticket(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    TicketOwner(actor): TicketOwner,
) -> Result<HttpResponse, Problem> {
    limits.spend(Spent::SocketTicket, actor.account())?;
    let ticket = services.sessions.issue_socket_ticket(&actor).await?;
    let lifetime: Duration = SocketTicket::LIFETIME;
    Ok(HttpResponse::Created().json(Ticket {
        ticket: ticket.expose().to_owned(),
        expires_in: lifetime.as_secs(),
    }))
}
