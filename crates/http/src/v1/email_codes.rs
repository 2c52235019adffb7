//! `/v1/email-codes`: the code of a login, by mail.

use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Email, Username};
use sealpost_domain::authentication::{CodeRequest, Ticket};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::openapi::{BodyProblems, CommonProblems, SESSIONS, TooMany};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;

/// For which login: the `ticket` of one that has begun, or `username` and `email` of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
enum NewEmailCode {
    /// For a login that has begun.
    Ticket {
        /// What `second-factor-required` gave.
        #[serde(deserialize_with = "crate::wire::secret")]
        #[schema(value_type = String, format = "password", example = "spt_5f1d…")]
        ticket: Secret<String>,
    },
    /// For a login that is about to begin.
    Account {
        /// The account's name.
        #[schema(example = "alice")]
        username: String,
        /// Its mail address.
        #[schema(format = "email", example = "alice@mail.example")]
        email: String,
    },
}

impl NewEmailCode {
    /// None if nobody can be meant, which is told like everything else.
    fn into_request(self) -> Result<Option<CodeRequest>, Problem> {
        match self {
            Self::Ticket { ticket } => {
                Ok(Ticket::parse(ticket.expose()).ok().map(CodeRequest::Ticket))
            }
            Self::Account { username, email } => {
                let mut errors = FieldErrors::default();
                let username = errors.check("username", Username::parse(&username));
                let email = errors.check("email", Email::parse(&email));
                match (username, email) {
                    (Some(username), Some(email)) => {
                        Ok(Some(CodeRequest::Account { username, email }))
                    }
                    _ => Err(errors.into_problem()),
                }
            }
        }
    }
}

/// Have the code of a login mailed
///
/// If there is such a login and its account has codes by mail switched on, a code is on its way, good for five minutes,
/// five tries and one login. One that was sent within the last minute is not replaced. The answer is always the same.
#[utoipa::path(
    tag = SESSIONS,
    security(()),
    request_body = NewEmailCode,
    responses(
        (status = 202, description = "If there is somebody to mail a code to, it is on its way"),
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/email-codes")]
pub(super) async fn request_email_code(
    services: web::Data<Services>,
    address: ClientAddress,
    body: Json<NewEmailCode, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    if let Some(request) = body.0.into_request()? {
        services
            .authentication
            .request_code(request, address.limit_key())
            .await?;
    }
    Ok(HttpResponse::Accepted().finish())
}
