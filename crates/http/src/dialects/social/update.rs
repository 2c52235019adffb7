use actix_web::{post, web};
use sealpost_domain::accounts::{Email, Username};
use sealpost_domain::profiles::{NewAvatar, UpdateProfile};
use utoipa::ToSchema;

use super::Refusals;
use super::auth::Caller;
use super::errors::AuthRefusals;
use super::input::{self, GivenPicture, Input};
use super::password::TooOld;
use super::people::{UserBody, avatar_of_path};
use super::register::picture_field;
use crate::Services;
use crate::openapi::SOCIAL;
use crate::problem::{FieldErrors, Problem};

/// What to change; what is left out stays.
#[derive(ToSchema)]
#[schema(as = SocialUpdate)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "potxoloTheThird")]
    username: Option<String>,
    /// Takes effect once `code` brings the code that is mailed there.
    #[schema(example = "potxolo@example.org")]
    email: Option<String>,
    /// The code that was mailed to a new address.
    #[schema(example = "7K3M9QXC")]
    code: Option<String>,
    /// The path of one of the server's pictures or of your own; or a picture in a multipart form.
    #[schema(example = "/media/avatars/fary.png")]
    avatar: Option<String>,
}

/// Change what others see of you
///
/// All of it, or nothing. A new `email` needs a login not older than 15 minutes.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = UserBody, description = "You, as others see you"), TooOld, AuthRefusals, Refusals),
)]
#[post("/users/update/")]
pub(super) async fn social_update(
    services: web::Data<Services>,
    Caller(actor): Caller,
    mut input: Input,
) -> Result<web::Json<UserBody>, Problem> {
    let mut errors = FieldErrors::default();
    let username = input.optional("username", &mut errors);
    let username =
        username.and_then(|text| errors.check("username", Username::parse(text.expose())));
    let email = input.optional("email", &mut errors);
    let email = email.and_then(|text| errors.check("email", Email::parse(text.expose())));
    let code = input.optional("code", &mut errors);
    let (mut avatar, mut given) = (None, None);
    match input.picture("avatar", &mut errors) {
        Some(GivenPicture::File(file)) => avatar = Some(NewAvatar::Upload(file)),
        Some(GivenPicture::Path(path)) => {
            given = avatar_of_path(&path);
            avatar = given.map(NewAvatar::Chosen);
            if given.is_none() {
                let text = "this is no picture of yours, and none of the server's own";
                errors.push(input::of("avatar", "foreign-avatar", text));
            }
        }
        None => {}
    }
    if !errors.is_empty() {
        return Err(errors.into_problem());
    }
    let command = UpdateProfile {
        username,
        email,
        code,
        avatar,
    };
    let updated = services.profiles.update(&actor, command).await;
    let person = updated.map_err(|error| picture_field(error.into()))?;
    let user = UserBody::from(&person);
    Ok(web::Json(match given {
        Some(avatar) => user.with_given_path(avatar),
        None => user,
    }))
}
