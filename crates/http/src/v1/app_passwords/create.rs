use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::app_passwords::{AppPasswordName, CreateAppPassword};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::view::CreatedAppPasswordBody;
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{
    ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, StepUp, TooMany, problems,
};
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// What the app password is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAppPassword {
    /// What to call it: 1 to 64 characters.
    #[schema(example = "backup script", min_length = 1, max_length = 64)]
    name: String,
    /// The dialect that it opens: `messenger`, `channel`, `social`, `mailbox` or `vault`.
    #[schema(example = "vault")]
    dialect: String,
    /// The account's password; wanted for `channel`.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = json!(null))]
    password: Option<Secret<String>>,
}

impl TryFrom<NewAppPassword> for CreateAppPassword {
    type Error = Problem;

    fn try_from(new: NewAppPassword) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let name = errors.check("name", AppPasswordName::parse(&new.name));
        let dialect = Dialect::ALL
            .into_iter()
            .find(|dialect| dialect.name() == new.dialect);
        if dialect.is_none() {
            errors.push(FieldError::new(
                "/dialect",
                "a dialect is one of messenger, channel, social, mailbox, vault",
                "unknown-dialect",
            ));
        }
        match (name, dialect) {
            (Some(name), Some(dialect)) => Ok(Self {
                name,
                dialect,
                password: new
                    .password
                    .map(|password| Password::attempt(password.expose())),
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (403, "wrong-password", "`wrong-password`"),
            (
                409,
                "too-many-app-passwords",
                "`too-many-app-passwords`: revoke one first",
            ),
        ])
    }
}

/// Make an app password
///
/// For a program that has no place for a second factor: it is typed where the dialect wants the account's password, and
/// opens that dialect alone. It is shown in this answer and never again. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = NewAppPassword,
    responses(
        (status = 201, body = CreatedAppPasswordBody, description = "The app password"),
        AuthProblems,
        StepUp,
        Refusals,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/app-passwords")]
pub(in crate::v1) async fn create_app_password(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<NewAppPassword, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let command = body.0.try_into()?;
    let created = services.app_passwords.create(&actor, command).await?;
    Ok(HttpResponse::Created().json(CreatedAppPasswordBody::from(&created)))
}
