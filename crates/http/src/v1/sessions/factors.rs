use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::authentication::{LoginError, Ticket};
use sealpost_domain::factors::FactorCode;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::tokens::OpenedSessionBody;
use crate::Services;
use crate::extract::{Json, LoginOrigin};
use crate::openapi::{BodyProblems, CommonProblems, Responses, SESSIONS, TooMany, problems};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The second factor of a login that waits for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondFactor {
    /// What `second-factor-required` gave.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "spt_5f1d…")]
    ticket: Secret<String>,
    /// A code of the authenticator app or of a mail (six digits), or a recovery code.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "492039")]
    code: Secret<String>,
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "wrong-second-factor",
                "`wrong-second-factor`: try another code; `invalid-ticket`: log in again",
            ),
            (403, "account-disabled", "`account-disabled`"),
        ])
    }
}

/// Log in, second step
///
/// A ticket is good for five minutes and five tries. Each code is good once.
#[utoipa::path(
    tag = SESSIONS,
    security((), ("bearer" = [])),
    request_body = SecondFactor,
    responses(
        (status = 201, body = OpenedSessionBody, description = "The session was opened"),
        Refusals,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/sessions/factors")]
pub(crate) async fn complete_session(
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    body: Json<SecondFactor, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    // What is no ticket is told like a ticket that nobody has.
    let ticket = Ticket::parse(body.0.ticket.expose()).map_err(|_| LoginError::InvalidTicket)?;
    let code = FactorCode::attempt(body.0.code.expose());
    let opened = services
        .authentication
        .complete(&ticket, code, origin)
        .await?;
    let body = OpenedSessionBody::new(&opened, services.clock.now());
    Ok(HttpResponse::Created().json(body))
}
