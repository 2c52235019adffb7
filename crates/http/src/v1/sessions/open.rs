use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::sessions::{Credentials, Dialect, Identifier};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::tokens::OpenedSessionBody;
use crate::Services;
use crate::extract::{Json, UserAgent};
use crate::openapi::{BodyProblems, CommonProblems, Responses, SESSIONS, problems};
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
    fn into_credentials(self, client: Option<String>) -> Credentials {
        Credentials {
            identifier: Identifier::parse(&self.identifier),
            password: Password::attempt(self.password.expose()),
            dialect: Dialect::Native,
            client,
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
/// name costs as much time as a known one. The `User-Agent` is kept with the session, for its owner to recognize it by.
#[utoipa::path(
    tag = SESSIONS,
    security(()),
    request_body = NewSession,
    responses(
        (status = 201, body = OpenedSessionBody, description = "The session was opened"),
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/sessions")]
pub(crate) async fn open_session(
    services: web::Data<Services>,
    UserAgent(client): UserAgent,
    body: Json<NewSession, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let credentials = body.0.into_credentials(client);
    let opened = services.sessions.open(credentials).await?;
    Ok(HttpResponse::Created().json(OpenedSessionBody::new(&opened, services.clock.now())))
}
