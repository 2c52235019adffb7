use actix_web::{route, web};
use sealpost_domain::DomainError as _;
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Register, Username};
use sealpost_domain::enrolment::EnrolWithMailboxKey;
use sealpost_domain::invites::InviteCode;
use sealpost_domain::mailbox_keys::KeyText;
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::errors::refusals;
use super::{OK, Refusals};
use crate::Services;
use crate::extract::{ClientAddress, InviteHeader, Json};
use crate::openapi::{MAILBOX, Responses};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxCreateUser)]
struct Request {
    #[schema(example = "username")]
    username: String,
    /// 8 to 128 characters.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "password")]
    password: Secret<String>,
    /// Any text, up to 16 KiB, that others are to encrypt with: the PEM of an RSA key, or the base64 of its modulus.
    #[schema(example = "PUBLIC_KEY")]
    public_key: String,
    #[serde(default)]
    dict_fill_in_the_blanks: Blanks,
}

/// A misspelt sentence (`GET /v1/challenges` gives one), and the word that is missing from it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = MailboxBlanks)]
struct Blanks {
    #[serde(default)]
    #[schema(example = "Fyyyill in de ____ hooman.")]
    question: String,
    #[serde(default)]
    #[schema(example = "blanks")]
    answer: String,
}

impl Request {
    fn into_command(
        self,
        invite: Option<InviteCode>,
        address: ClientAddress,
    ) -> Result<EnrolWithMailboxKey, Problem> {
        let mut errors = FieldErrors::default();
        let username = errors.check("username", Username::parse(&self.username));
        let password = errors.check("password", Password::parse(self.password.expose()));
        let key = errors.check("public_key", KeyText::parse(self.public_key));
        let (Some(username), Some(password), Some(key)) = (username, password, key) else {
            return Err(errors.into_problem());
        };
        let Blanks { question, answer } = self.dict_fill_in_the_blanks;
        Ok(EnrolWithMailboxKey {
            account: Register {
                username,
                password,
                email: None,
                dialect: Dialect::Mailbox,
                invite,
                address: Some(address.limit_key()),
            },
            key,
            challenge: (question, answer),
        })
    }
}

/// What only this route answers.
struct Closed;

impl IntoResponses for Closed {
    fn responses() -> Responses {
        refusals(&[(403, "Registration is closed, or the invite is not good")])
    }
}

/// Make an account
///
/// Who does not complete the sentence may be a bot.
#[utoipa::path(
    tag = MAILBOX,
    security(()),
    params((
        "Sealpost-Invite" = Option<String>, Header,
        description = "The code of an invite, where registration needs one",
    )),
    request_body = Request,
    responses((status = 200, body = String, description = "`OK`"), Closed, Refusals),
)]
#[route("/create_user", method = "GET", method = "POST")]
pub(super) async fn mailbox_create_user(
    services: web::Data<Services>,
    address: ClientAddress,
    InviteHeader(invite): InviteHeader,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<&'static str, Problem> {
    let command = body.0.into_command(invite, address)?;
    let username = command.account.username.clone();
    let made = services.enrolment.enrol_with_mailbox_key(command).await;
    made.map_err(|error| {
        if error.code() == "username-taken" {
            let detail = format!("Username '{username}' is already taken!");
            Problem::bad_request("username-taken", detail)
        } else {
            error.into()
        }
    })?;
    Ok(OK)
}
