//! `/v1/me/email`.

use actix_web::{HttpResponse, delete, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Email;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::accounts::AccountBody;
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{
    ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, StepUp, TooMany, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Where mail is to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEmail {
    /// A mail address.
    #[schema(format = "email", example = "alice@mail.example", max_length = 254)]
    email: String,
}

/// What came by mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EmailCode {
    /// Eight letters and digits; case, spaces and hyphens do not count.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "7K3M9QXA")]
    code: Secret<String>,
}

/// What only the removal answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            409,
            "email-is-second-factor",
            "`email-is-second-factor`: login codes are mailed there; switch that off first",
        )])
    }
}

/// Set your mail address
///
/// A code is mailed to the new address, good for an hour and five tries; `POST /v1/me/email/verify` takes it, and until
/// then nothing changes. The answer is the same if another account has proved the address: then that one's owner gets a
/// mail that says so. One code a minute and five an hour. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = NewEmail,
    responses(
        (status = 202, description = "A mail is on its way"),
        AuthProblems,
        StepUp,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/email")]
pub(super) async fn set_email(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<NewEmail, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    match errors.check("email", Email::parse(&body.0.email)) {
        Some(email) => services.accounts.set_email(&actor, email).await?,
        None => return Err(errors.into_problem()),
    }
    Ok(HttpResponse::Accepted().finish())
}

/// Prove your mail address
///
/// With the code that was mailed there, when it was set or when the account was made. A wrong code is 422 `wrong-code`, as
/// is one that is used up, too old or replaced. An address that was proved before gets a notice.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = EmailCode,
    responses(
        (status = 200, body = AccountBody, description = "The address is the account's"),
        AuthProblems,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/email/verify")]
pub(super) async fn verify_email(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<EmailCode, AUTH_JSON_LIMIT>,
) -> Result<web::Json<AccountBody>, Problem> {
    let account = services.accounts.verify_email(&actor, body.0.code).await?;
    Ok(web::Json(AccountBody::from(&account)))
}

/// Remove your mail address
///
/// An address that was proved gets a notice. Without one a forgotten password cannot be replaced. Needs a login not older
/// than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "The account has no mail address"),
        AuthProblems,
        StepUp,
        Refusals,
        CommonProblems,
    ),
)]
#[delete("/me/email")]
pub(super) async fn remove_email(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.accounts.remove_email(&actor).await?;
    Ok(HttpResponse::NoContent().finish())
}
