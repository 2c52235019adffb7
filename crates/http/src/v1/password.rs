//! `/v1/me/password`.

use actix_web::{HttpResponse, put, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{ChangePassword, Password};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::custodial_key;
use crate::extract::{Authenticated, Json};
use crate::openapi::{ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, problems};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The new password, and the old one if there is one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The present one. Left out by an account that has none, since it came with another provider's word.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = "correct horse battery")]
    current_password: Option<Secret<String>>,
    /// 8 to 128 characters, no control characters, none that everybody tries first.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "wrong donkey accumulator", min_length = 8, max_length = 128)]
    new_password: Secret<String>,
}

impl TryFrom<NewPassword> for ChangePassword {
    type Error = Problem;

    fn try_from(body: NewPassword) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let new = errors.check("new_password", Password::parse(body.new_password.expose()));
        match new {
            Some(new) => Ok(Self {
                current: body
                    .current_password
                    .map(|current| Password::attempt(current.expose())),
                new,
            }),
            None => Err(errors.into_problem()),
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
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`; `insufficient-user-authentication`: \
                 the login is too old, and `WWW-Authenticate` says how old it may be (RFC 9470)",
            ),
            (403, "wrong-password", "`wrong-password`"),
        ])
    }
}

/// Set a new password
///
/// Needs the present one, if there is one, and a login not older than 15 minutes. Every other session of the account is ended, and every app
/// password, recovery and login under way with it. The owner gets a mail.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = NewPassword,
    responses(
        (status = 204, description = "The new password counts; the header `Sealpost-Custodial-Key: replaced` says that what the dialect `channel` \
                encrypted for the account stays closed"),
        AuthProblems,
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[put("/me/password")]
pub(super) async fn change_password(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<NewPassword, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let command: ChangePassword = body.0.try_into()?;
    let changed = services
        .accounts
        .change_password(
            &actor,
            &services.authentication,
            &services.sessions,
            command,
        )
        .await?;
    Ok(custodial_key::no_content(changed.key_replaced))
}
