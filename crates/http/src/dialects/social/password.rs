use actix_web::{HttpResponse, post, web};
use utoipa::{IntoResponses, ToSchema};

use super::auth::Caller;
use super::errors::{AuthRefusals, Detail, of_field, refusals};
use super::input::Input;
use super::{Refusals, values};
use crate::Services;
use crate::custodial_key;
use crate::openapi::{Responses, SOCIAL};
use crate::problem::{FieldErrors, Problem};

/// The new password, twice.
#[derive(ToSchema)]
#[schema(as = SocialPasswordChange)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "popopopo1234", format = "password")]
    new_password1: String,
    #[schema(example = "popopopo1234", format = "password")]
    new_password2: String,
}

/// What only some routes answer.
pub(super) struct TooOld;

impl IntoResponses for TooOld {
    fn responses() -> Responses {
        refusals(&[(403, "The login is older than 15 minutes: log in again")])
    }
}

/// Set a new password
///
/// Within 15 minutes of the login. Every other login of the account ends, in every API, and its owner gets a mail. The header
/// `Sealpost-Custodial-Key: replaced` says that what the dialect `channel` encrypted for the account stays closed.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = Detail, description = "The new password counts"), TooOld, AuthRefusals, Refusals),
)]
#[post("/auth/password/change/")]
pub(super) async fn social_change_password(
    services: web::Data<Services>,
    Caller(actor): Caller,
    mut input: Input,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    let names = ("new_password1", "new_password2");
    let password = values::new_password(&mut input, names, "new_password2", &mut errors);
    let Some(password) = password else {
        return Err(errors.into_problem());
    };
    let changed = services
        .accounts
        .set_password(&actor, &services.sessions, password)
        .await
        .map_err(|error| of_field(error.into(), "new_password", "new_password2"))?;
    let mut response = HttpResponse::Ok();
    custodial_key::tell(&mut response, changed.key_replaced);
    Ok(response.json(Detail {
        detail: "New password has been saved.".to_owned(),
    }))
}
