use actix_web::http::header;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::accounts::{Email, Username};
use sealpost_domain::authentication::CodeRequest;
use utoipa::ToSchema;

use super::Refusals;
use super::input::Input;
use crate::Services;
use crate::extract::ClientAddress;
use crate::openapi::SOCIAL;
use crate::problem::{FieldErrors, Problem};

/// Who is about to log in.
#[derive(ToSchema)]
#[schema(as = SocialSendCode)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "w")]
    username: String,
    /// The account's address.
    #[schema(example = "w@gmail.com")]
    email: String,
}

/// Have the code of a login mailed
///
/// Six digits, good for one login within five minutes. The answer does not tell whether there is such an account. A code
/// that was mailed less than a minute ago stays, and nothing is mailed.
#[utoipa::path(
    tag = SOCIAL,
    security(()),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses(
        (
            status = 200, body = String, content_type = "text/plain",
            description = "`Email sent. Use the code sent in the login process`",
        ),
        Refusals,
    ),
)]
#[post("/twofa/send-code/")]
pub(super) async fn social_send_code(
    services: web::Data<Services>,
    address: ClientAddress,
    mut input: Input,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    let username = input.required("username", &mut errors);
    let email = input.required("email", &mut errors);
    let Some((username, email)) = username.zip(email) else {
        return Err(errors.into_problem());
    };
    let named = Username::parse(username.expose())
        .ok()
        .zip(Email::parse(email.expose()).ok());
    let request = match named {
        Some((username, email)) => CodeRequest::Account { username, email },
        None => CodeRequest::Nobody,
    };
    services
        .authentication
        .request_code(request, address.limit_key())
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body("Email sent. Use the code sent in the login process"))
}
