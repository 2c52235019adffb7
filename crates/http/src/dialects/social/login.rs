use actix_web::{post, web};
use sealpost_domain::ErrorKind;
use sealpost_domain::accounts::{Password, Username};
use sealpost_domain::authentication::{Admission, Attempt, Identifier, LoginError};
use sealpost_domain::factors::FactorCode;
use sealpost_domain::sessions::Dialect;
use sealpost_domain::{DomainError as _, Secret};
use utoipa::ToSchema;

use super::Refusals;
use super::errors::login_refused;
use super::input::Input;
use super::tokens::Tokens;
use crate::Services;
use crate::extract::LoginOrigin;
use crate::openapi::SOCIAL;
use crate::problem::Problem;

/// Who logs in.
#[derive(ToSchema)]
#[schema(as = SocialLogin)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "w")]
    username: String,
    /// The code that was mailed; the code of an authenticator app or a recovery code will do as well. An account whose second
    /// step is off needs none.
    #[schema(example = "791983")]
    code: String,
    #[schema(example = "popopopo0987", format = "password")]
    password: String,
}

/// Log in
///
/// Whatever is wrong, the answer is `{"error": "Invalid credentials"}`. The code is used up by a login and by nothing else.
#[utoipa::path(
    tag = SOCIAL,
    security(()),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = Tokens, description = "Logged in"), Refusals),
)]
#[post("/auth/login/")]
pub(super) async fn social_login(
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    mut input: Input,
) -> Result<web::Json<Tokens>, Problem> {
    let (Some(username), Some(password)) = (input.text("username"), input.text("password")) else {
        return Err(login_refused());
    };
    let code = input.text("code");
    let code = code.filter(|code| !code.expose().trim().is_empty());
    let attempt = Attempt {
        identifier: Username::parse(username.expose()).map_or_else(
            |_| Identifier::nobody(username.expose()),
            Identifier::Username,
        ),
        password: Password::attempt(password.expose()),
        factor: code.map(|code: Secret<String>| FactorCode::attempt(code.expose())),
        dialect: Dialect::Social,
        origin,
        used: None,
    };
    let admitted = services.authentication.authenticate(attempt).await;
    let session = admitted.and_then(Admission::opened);
    let session = session.map_err(|error: LoginError| match error.kind() {
        ErrorKind::Unauthenticated | ErrorKind::Forbidden => login_refused(),
        _ => error.into(),
    })?;
    Ok(web::Json(Tokens::from(&session)))
}
