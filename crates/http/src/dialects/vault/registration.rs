use actix_web::http::StatusCode;
use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Register, RegisterError, Username};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::credentials::{Credentials, Fields};
use super::errors::refusals;
use crate::Services;
use crate::extract::{ClientAddress, InviteHeader};
use crate::openapi::{Responses, VAULT};
use crate::problem::{FieldErrors, Problem};
use crate::wire;

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VaultRegistration)]
struct Request {
    #[serde(rename = "New_User_Name")]
    #[schema(example = "User1", min_length = 1, max_length = 32)]
    name: String,
    #[serde(rename = "New_User_Password", deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "Password", min_length = 8, max_length = 128)]
    password: Secret<String>,
}

impl Fields for Request {
    const NAME: &'static str = "New_User_Name";
    const PASSWORD: &'static str = "New_User_Password";
    const MISSING: (StatusCode, &'static str) = (
        StatusCode::BAD_REQUEST,
        "The request does not contain New_User_Name and New_User_Password",
    );

    fn new(name: String, password: Secret<String>) -> Self {
        Self { name, password }
    }
}

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (403, "Registration is closed, or the invite is not good"),
            (408, "The body came too slowly"),
            (413, "The body is too large"),
            (415, "The body is compressed"),
            (507, "The server has no room left"),
        ])
    }
}

/// Make an account
///
/// The two headers, or a JSON body with the same names. 400 also when the name is taken, or name or password break a rule.
#[utoipa::path(
    tag = VAULT,
    security(()),
    params(
        ("New_User_Name" = Option<String>, Header, description = "1 to 32 characters of UTF-8, no spaces, no `@`"),
        ("New_User_Password" = Option<String>, Header, description = "8 to 128 characters of UTF-8"),
        ("Sealpost-Invite" = Option<String>, Header, description = "The code of an invite, where registration needs one"),
    ),
    request_body(content = Option<Request>, description = "In place of the headers"),
    responses(
        (
            status = 200, body = String, content_type = "text/plain", description = "The account was made",
            example = json!("Registration user User1 is done!"),
        ),
        Refused,
        Refusals,
    ),
)]
#[post("/registration")]
pub(super) async fn vault_registration(
    services: web::Data<Services>,
    address: ClientAddress,
    InviteHeader(invite): InviteHeader,
    Credentials(request): Credentials<Request>,
) -> Result<String, Problem> {
    let mut errors = FieldErrors::default();
    let username = errors.check("name", Username::parse(&request.name));
    let password = errors.check("password", Password::parse(request.password.expose()));
    let (Some(username), Some(password)) = (username, password) else {
        return Err(errors.into_problem());
    };
    let command = Register {
        username,
        password,
        email: None,
        dialect: Dialect::Vault,
        invite,
        address: Some(address.limit_key()),
    };
    let registered = services.accounts.register(command).await;
    let account = registered.map_err(|error| match error {
        RegisterError::UsernameTaken => taken(&request.name),
        error => error.into(),
    })?;
    let name = account.username.as_str();
    Ok(format!("Registration user {name} is done!"))
}

/// The contract repeats the name, against the rule of [`Problem`]; it is a name that others can see.
fn taken(name: &str) -> Problem {
    Problem::bad_request("username-taken", format!("User {name} exist!"))
}
