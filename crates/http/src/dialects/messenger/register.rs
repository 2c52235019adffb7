use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Register;
use sealpost_domain::data_keys::OpenedPassword;
use sealpost_domain::enrolment::{Enrol, EnrolledKey};
use sealpost_domain::invites::InviteCode;
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::errors::refusals;
use super::tokens::Tokens;
use super::{Refusals, sealed, values};
use crate::Services;
use crate::extract::{ClientAddress, InviteHeader, Json, UserAgent};
use crate::limits::{Counted, Limits};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who wants an account. Exactly one of `private_key` and `public_key`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerRegister)]
struct Request {
    /// 2 to 32 characters, no spaces, no dots.
    #[schema(example = "your_username", min_length = 2, max_length = 32)]
    username: String,
    /// The password, encrypted with the data key, in base64. It has 10 to 128 printable ASCII characters, among them a
    /// lower-case and an upper-case letter, a digit and a punctuation mark.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "nYDM…Q==")]
    password: Secret<String>,
    /// PEM of an RSA private key, encrypted with the same password. It is opened once, to learn the public half, and
    /// kept nowhere.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n…")]
    private_key: Option<Secret<String>>,
    /// PEM of the RSA public key instead.
    #[serde(default)]
    #[schema(example = "-----BEGIN PUBLIC KEY-----\n…")]
    public_key: Option<String>,
}

impl Request {
    /// The command, once the password is open.
    fn into_command(
        self,
        opened: &OpenedPassword,
        client: Option<String>,
        invite: Option<InviteCode>,
        address: ClientAddress,
    ) -> Result<Enrol, Problem> {
        let mut errors = FieldErrors::default();
        let username = errors.check("username", values::new_username(&self.username));
        let password = errors.check("password", values::new_password(opened.expose()));
        let key = match (self.private_key, self.public_key) {
            (Some(pem), None) => EnrolledKey::Private(pem),
            (None, Some(pem)) => EnrolledKey::Public(pem),
            _ => return Err(one_key()),
        };
        let (Some(username), Some(password)) = (username, password) else {
            return Err(errors.into_problem());
        };
        Ok(Enrol {
            account: Register {
                username,
                password,
                email: None,
                dialect: Dialect::Messenger,
                invite,
                address: Some(address.limit_key()),
            },
            key,
            client,
            used: opened.used(),
        })
    }
}

fn one_key() -> Problem {
    let detail = "send either private_key or public_key";
    Problem::bad_request("missing-field", detail).with_errors(vec![FieldError::new(
        "/private_key",
        detail,
        "missing-field",
    )])
}

/// What only this route answers.
struct Taken;

impl IntoResponses for Taken {
    fn responses() -> Responses {
        refusals(&[
            (401, "A ciphertext that was accepted before"),
            (403, "Registration is closed, or the invite is not good"),
            (409, "The username is taken"),
        ])
    }
}

/// Make an account with its key
///
/// The account, its key and the session are made together or not at all.
#[utoipa::path(
    tag = MESSENGER,
    security(()),
    params((
        "Sealpost-Invite" = Option<String>, Header,
        description = "The code of an invite, where registration needs one",
    )),
    request_body = Request,
    responses((status = 200, body = Tokens, description = "The account was made"), Taken, Refusals),
)]
#[post("/register/")]
pub(super) async fn messenger_register(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    UserAgent(client): UserAgent,
    InviteHeader(invite): InviteHeader,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<web::Json<Tokens>, Problem> {
    limits.count(Counted::Register, address.limit_key())?;
    let opened = sealed::open(&services.data_keys, body.0.password.expose()).await?;
    let command = body.0.into_command(&opened, client, invite, address)?;
    let session = services.enrolment.enrol(command).await?;
    services.presence.arrive(&session.session);
    let msg = format!("User {} was created.", session.account.username);
    Ok(web::Json(Tokens::new(msg, &session)))
}
