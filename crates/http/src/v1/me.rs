//! `/v1/me`: the caller's own account.

use actix_web::{HttpResponse, delete, get, patch, web};
use sealpost_domain::accounts::Username;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::accounts::AccountBody;
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{
    ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, StepUp, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// See your account
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses((status = 200, body = AccountBody, description = "Your account"), AuthProblems, CommonProblems),
)]
#[get("/me")]
pub(super) async fn view_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<AccountBody>, Problem> {
    let account = services.accounts.view(&actor).await?;
    Ok(web::Json(AccountBody::from(&account)))
}

/// What is to be different (RFC 7396). What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatch {
    /// Another username: 1 to 32 characters, no white space, no `@`.
    #[serde(default, deserialize_with = "wire::present")]
    #[schema(value_type = Option<String>, nullable = false, example = "alicia", min_length = 1, max_length = 32)]
    username: Option<String>,
}

/// What only changing the account answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`, `account-gone`; \
                 `insufficient-user-authentication`: the login is too old, and `WWW-Authenticate` says how old it may be \
                 (RFC 9470)",
            ),
            (
                409,
                "username-taken",
                "`username-taken`: somebody else has the name, or had it until lately",
            ),
            (
                429,
                "username-changed-lately",
                "`username-changed-lately`: `Retry-After` says when it can be changed again",
            ),
        ])
    }
}

/// Change your account
///
/// A merge patch (RFC 7396, as `application/merge-patch+json` or `application/json`). Another username needs a login not
/// older than 15 minutes and can be taken once in 30 days, unless the operator chose otherwise. The old one stays yours
/// to take back for 90 days; nobody else can have it in that time. Whoever talks with you hears of it
/// (`account.renamed`).
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = AccountPatch,
    responses(
        (status = 200, body = AccountBody, description = "Your account as it is now"),
        AuthProblems,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[patch("/me")]
pub(super) async fn change_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<AccountPatch, AUTH_JSON_LIMIT>,
) -> Result<web::Json<AccountBody>, Problem> {
    let Some(username) = body.0.username else {
        return Ok(web::Json(AccountBody::from(
            &services.accounts.view(&actor).await?,
        )));
    };
    let mut errors = FieldErrors::default();
    let Some(username) = errors.check("username", Username::parse(&username)) else {
        return Err(errors.into_problem());
    };
    let account = services.accounts.rename(&actor, username).await?;
    Ok(web::Json(AccountBody::from(&account)))
}

/// Delete your account
///
/// For good, and at once: the keys of your files, your picture, your key backups, your contacts, your sessions (their
/// sockets close), and every conversation you are in with all its messages, also for who you talked with. They and your
/// contacts hear of it (`account.deleted`). A mail address that was proved gets a notice. Nobody can take the username for
/// 90 days. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "There is no such account any more"),
        AuthProblems,
        StepUp,
        CommonProblems,
    ),
)]
#[delete("/me")]
pub(super) async fn delete_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.accounts.leave(&actor, &services.sessions).await?;
    Ok(HttpResponse::NoContent().finish())
}
