use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, route, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Username};
use sealpost_domain::authentication::{Attempt, Identifier, Origin};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::auth::known;
use super::credentials::{Credentials, Fields};
use super::errors::refusals;
use super::page::FromNoPage;
use crate::Services;
use crate::extract::LoginOrigin;
use crate::openapi::{Responses, VAULT};
use crate::problem::Problem;
use crate::wire;

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VaultLogin)]
struct Request {
    #[serde(rename = "User_Name")]
    #[schema(example = "User")]
    name: String,
    #[serde(rename = "User_Password", deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "Password")]
    password: Secret<String>,
}

impl Fields for Request {
    const NAME: &'static str = "User_Name";
    const PASSWORD: &'static str = "User_Password";
    const MISSING: (StatusCode, &'static str) = (StatusCode::UNAUTHORIZED, "Not login or password");

    fn new(name: String, password: Secret<String>) -> Self {
        Self { name, password }
    }
}

/// What only these routes answer.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "`Not login or password` if one is missing, `Could not verify` if they are wrong",
            ),
            (
                403,
                "The account is disabled; or a link or a page of another site sent this",
            ),
            (408, "The body came too slowly"),
            (413, "The body is too large"),
            (415, "The body is compressed"),
            (507, "The server has no room left"),
        ])
    }
}

/// Log in
///
/// The two headers, or a JSON body with the same names; by POST, too, for who does not want a GET to open a session. An account with a second factor needs an app password for `vault`.
#[utoipa::path(
    tag = VAULT,
    security(()),
    params(
        ("User_Name" = Option<String>, Header, description = "The username, in UTF-8"),
        ("User_Password" = Option<String>, Header, description = "The password, in UTF-8"),
    ),
    request_body(content = Option<Request>, description = "In place of the headers"),
    responses(
        (
            status = 200, body = String, content_type = "text/plain",
            description = "The token for `x-access-tokens`: a JWT, good for 30 minutes",
            example = json!("eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…"),
        ),
        Refused,
        Refusals,
    ),
)]
#[route("/login", method = "GET", method = "POST")]
pub(super) async fn vault_login(
    services: web::Data<Services>,
    _: FromNoPage,
    request: HttpRequest,
    LoginOrigin(origin): LoginOrigin,
    Credentials(credentials): Credentials<Request>,
) -> Result<HttpResponse, Problem> {
    let Request { name, password } = credentials;
    let attempt = Attempt {
        identifier: Username::parse(&name)
            .map_or_else(|_| Identifier::nobody(&name), Identifier::Username),
        password: Password::attempt(password.expose()),
        factor: None,
        dialect: Dialect::Vault,
        origin: Origin {
            known: origin.known.or_else(|| known(&request, &services)),
            ..origin
        },
        used: None,
    };
    let admitted = services.authentication.authenticate(attempt).await?;
    let session = admitted.opened()?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        // Should a cache keep it against its word, it would still not know for whom.
        .insert_header((header::VARY, HeaderValue::from_static("*")))
        .body(session.access_token))
}
