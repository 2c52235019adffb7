use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Email, Register, Username};
use sealpost_domain::channels::ChannelRegister;
use sealpost_domain::invites::InviteCode;
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Refusal, Refusals};
use super::{field, values};
use crate::Services;
use crate::extract::{ClientAddress, InviteHeader, Json, UserAgent};
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelRegisterUser)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// 1 to 32 characters, no white space, no `@`; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "vQ2m…")]
    username: Option<String>,
    /// A mail address; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "Zk9f…")]
    email: Option<String>,
    /// 8 to 128 characters, among them a lower-case and an upper-case letter, a digit and one of `@$!%*?&_`; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "p0Qe…")]
    password: Option<String>,
}

/// Make an account
///
/// The session is logged in afterwards. The server makes a key pair for the account and keeps it, sealed under the password
/// and under its own key. Refused with `Username format not corrected`, `Email format not corrected`, `Password format not
/// corrected`, `Username is busy`, `Email is busy`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    params((
        "Sealpost-Invite" = Option<String>, Header,
        description = "The code of an invite, where registration needs one",
    )),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The account was made"), Refusals),
)]
#[post("/register_user")]
pub(super) async fn channel_register_user(
    services: web::Data<Services>,
    address: ClientAddress,
    UserAgent(client): UserAgent,
    InviteHeader(invite): InviteHeader,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = register(&services, &envelope, &request, (client, invite, address)).await;
    Ok(envelope.answer(outcome))
}

async fn register(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
    (client, invite, address): (Option<String>, Option<InviteCode>, ClientAddress),
) -> Result<Said, Refusal> {
    let username = envelope.field("username", request.username.as_ref())?;
    let email = envelope.field("email", request.email.as_ref())?;
    let password = envelope.field("password", request.password.as_ref())?;
    let username = Username::parse(username.expose()).map_err(|_| Refusal::USERNAME_FORMAT)?;
    let email = Email::parse(email.expose()).map_err(|_| Refusal::EMAIL_FORMAT)?;
    let command = ChannelRegister {
        account: Register {
            username,
            password: values::new_password(password.expose())?,
            email: Some(email),
            dialect: Dialect::Channel,
            invite,
            address: Some(address.limit_key()),
        },
        client,
    };
    let exchange = envelope.exchange();
    services.channels.register(exchange, command).await?;
    Ok(Said::default())
}
