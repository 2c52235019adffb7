use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::authentication::{Admission, Attempt, Identifier, Origin, PendingLogin};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::tokens::OpenedSessionBody;
use crate::Services;
use crate::extract::{Json, LoginOrigin};
use crate::openapi::{BodyProblems, CommonProblems, Responses, SESSIONS, TooMany, problems};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who wants to log in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSession {
    /// A username or a mail address.
    #[schema(example = "alice")]
    identifier: String,
    /// The password.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "correct horse battery")]
    password: Secret<String>,
}

impl NewSession {
    fn into_attempt(self, origin: Origin) -> Attempt {
        Attempt {
            identifier: Identifier::parse(&self.identifier),
            password: Password::attempt(self.password.expose()),
            factor: None,
            dialect: Dialect::Native,
            origin,
            used: None,
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "wrong-credentials",
                "`wrong-credentials`; `second-factor-required`: the password was right, and the members `ticket`, `factors` and \
                 `expires_at` say how to go on at `POST /v1/sessions/factors`",
            ),
            (
                403,
                "account-disabled",
                "`account-disabled`: the password was right, and the operator lets nobody in",
            ),
        ])
    }
}

/// The password was right. What a program needs to go on stands in members of the problem's own.
pub(crate) fn second_factor_required(pending: &PendingLogin) -> Problem {
    let factors: Vec<&str> = pending.factors.iter().map(|kind| kind.name()).collect();
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "second-factor-required",
        "the password is right; now send the ticket and a code to /v1/sessions/factors",
    )
    .with_member("ticket", pending.ticket.expose())
    .with_member("factors", factors)
    .with_member("expires_at", pending.expires_at.to_string())
}

/// Log in
///
/// With a username or a mail address. 401 `wrong-credentials` never says which of the two was wrong, and an unknown
/// name costs as much time as a known one. The `User-Agent` is kept with the session, for its owner to recognize it by.
///
/// After five wrong passwords within 15 minutes every further one has to wait, from one second up to five minutes
/// (429). Whoever also sends the access token of a live session of the account is counted apart: strangers cannot lock
/// them out.
#[utoipa::path(
    tag = SESSIONS,
    security((), ("bearer" = [])),
    request_body = NewSession,
    responses(
        (status = 201, body = OpenedSessionBody, description = "The session was opened"),
        Refusals,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/sessions")]
pub(crate) async fn open_session(
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    body: Json<NewSession, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let attempt = body.0.into_attempt(origin);
    let admission = services.authentication.authenticate(attempt).await?;
    match admission {
        Admission::Opened(opened) => {
            let body = OpenedSessionBody::new(&opened, services.clock.now());
            Ok(HttpResponse::Created().json(body))
        }
        Admission::SecondFactor(pending) => Err(second_factor_required(&pending)),
    }
}
