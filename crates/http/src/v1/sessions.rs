//! `/v1/sessions`.

use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::sessions::{Credentials, Dialect, Identifier, OpenedSession, Session};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::accounts::AccountBody;
use crate::Services;
use crate::extract::Json;
use crate::openapi::{BodyProblems, CommonProblems, Responses, SESSIONS, problems};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who wants to log in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// A username or a mail address.
    #[schema(example = "alice")]
    identifier: String,
    /// The password.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "correct horse battery")]
    password: Secret<String>,
}

impl From<NewSession> for Credentials {
    fn from(new: NewSession) -> Self {
        Self {
            identifier: Identifier::parse(&new.identifier),
            password: Password::attempt(new.password.expose()),
            dialect: Dialect::Native,
        }
    }
}

/// A session and its tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedSession)]
pub(super) struct SessionBody {
    /// For `Authorization: Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// Buys the next access token, once.
    #[schema(example = "spr_5f1d…")]
    refresh_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is good.
    #[schema(example = 600)]
    expires_in: u64,
    /// Names the session.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    session_id: String,
    account: AccountBody,
}

impl From<&OpenedSession> for SessionBody {
    fn from(opened: &OpenedSession) -> Self {
        Self {
            access_token: opened.access_token.clone(),
            refresh_token: opened.refresh_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: Session::ACCESS_LIFETIME.as_secs(),
            session_id: opened.session.id.to_string(),
            account: AccountBody::from(&opened.account),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(401, "wrong-credentials", "`wrong-credentials`")])
    }
}

/// Log in
///
/// With a username or a mail address. 401 `wrong-credentials` never says which of the two was wrong, and an unknown
/// name costs as much time as a known one.
#[utoipa::path(
    tag = SESSIONS,
    security(()),
    request_body = NewSession,
    responses(
        (status = 201, body = SessionBody, description = "The session was opened"),
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/sessions")]
pub(super) async fn open_session(
    services: web::Data<Services>,
    body: Json<NewSession, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let opened = services.sessions.open(body.0.into()).await?;
    Ok(HttpResponse::Created().json(SessionBody::from(&opened)))
}
