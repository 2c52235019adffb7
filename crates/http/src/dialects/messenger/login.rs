use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Username};
use sealpost_domain::authentication::{Attempt, Identifier};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::errors::refusals;
use super::tokens::Tokens;
use super::{Refusals, sealed};
use crate::Services;
use crate::extract::{Json, LoginOrigin};
use crate::limits::{Counted, Limits};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerLogin)]
struct Request {
    #[schema(example = "your_username")]
    username: String,
    /// The password, encrypted with the data key, in base64.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "nYDM…Q==")]
    password: Secret<String>,
}

/// What only this route answers.
struct Wrong;

impl IntoResponses for Wrong {
    fn responses() -> Responses {
        refusals(&[(
            401,
            "Wrong username or password, or a ciphertext that was accepted before",
        )])
    }
}

/// Log in
///
/// 401 never says what was wrong: the username, the password, or its encryption.
#[utoipa::path(
    tag = MESSENGER,
    security(()),
    request_body = Request,
    responses((status = 200, body = Tokens, description = "Logged in"), Wrong, Refusals),
)]
#[post("/login/")]
pub(super) async fn messenger_login(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    LoginOrigin(origin): LoginOrigin,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<web::Json<Tokens>, Problem> {
    limits.count(Counted::Login, origin.address)?;
    let Request { username, password } = body.0;
    let opened = sealed::open(&services.data_keys, password.expose()).await?;
    let attempt = Attempt {
        identifier: Username::parse(&username)
            .map_or_else(|_| Identifier::nobody(&username), Identifier::Username),
        password: Password::attempt(opened.expose()),
        factor: None,
        dialect: Dialect::Messenger,
        origin,
        used: opened.used(),
    };
    let session = services
        .authentication
        .authenticate(attempt)
        .await?
        .opened()?;
    let msg = format!("Logged in as {}.", session.account.username);
    Ok(web::Json(Tokens::new(msg, &session)))
}
