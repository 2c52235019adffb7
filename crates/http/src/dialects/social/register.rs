use actix_web::{HttpResponse, post, web};
use sealpost_domain::accounts::{Email, EmailError, Register, Username, UsernameError};
use sealpost_domain::enrolment::Join;
use sealpost_domain::sessions::Dialect;
use utoipa::{IntoResponses, ToSchema};

use super::errors::{Detail, of_field, refusals};
use super::input::{self, GivenPicture, Input};
use super::{Refusals, values};
use crate::Services;
use crate::extract::{ClientAddress, InviteHeader};
use crate::openapi::{Responses, SOCIAL};
use crate::problem::{FieldErrors, Problem};

/// Who wants an account.
#[derive(ToSchema)]
#[schema(as = SocialRegister)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    /// 1 to 32 characters, no spaces, no `@`.
    #[schema(example = "w", max_length = 32)]
    username: String,
    /// Where the codes of logins go.
    #[schema(example = "w@gmail.com")]
    email: String,
    /// 8 to 128 characters, not digits alone, none that everybody tries first.
    #[schema(example = "popopopo0987", format = "password")]
    password1: String,
    /// The same again.
    #[schema(example = "popopopo0987", format = "password")]
    password2: String,
    /// A picture (PNG, JPEG or WebP) in a multipart form.
    #[schema(format = "binary")]
    avatar: Option<String>,
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
/// Its logins want a code that is mailed to its address. Whether the address has an account already is not told here: its
/// owner gets a mail.
#[utoipa::path(
    tag = SOCIAL,
    security(()),
    params((
        "Sealpost-Invite" = Option<String>, Header,
        description = "The code of an invite, where registration needs one",
    )),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 201, body = Detail, description = "The account was made"), Closed, Refusals),
)]
#[post("/auth/registration/")]
pub(super) async fn social_register(
    services: web::Data<Services>,
    address: ClientAddress,
    InviteHeader(invite): InviteHeader,
    mut input: Input,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    let username = input.required("username", &mut errors);
    let username = username.and_then(|text| {
        let parsed: Result<Username, UsernameError> = Username::parse(text.expose());
        errors.check("username", parsed)
    });
    let email = input.required("email", &mut errors);
    let email = email.and_then(|text| {
        let parsed: Result<Email, EmailError> = Email::parse(text.expose());
        errors.check("email", parsed)
    });
    let names = ("password1", "password2");
    let password = values::new_password(&mut input, names, "", &mut errors);
    let picture = match input.picture("avatar", &mut errors) {
        Some(GivenPicture::File(file)) => Some(file),
        Some(GivenPicture::Path(_)) => {
            let text = "The submitted data was not a file.";
            errors.push(input::of("avatar", "wrong-type", text));
            None
        }
        None => None,
    };
    let (Some(username), Some(email), Some(password), true) =
        (username, email, password, errors.is_empty())
    else {
        return Err(errors.into_problem());
    };
    let account = Register {
        username,
        password,
        email: Some(email),
        dialect: Dialect::Social,
        invite,
        address: Some(address.limit_key()),
    };
    let joined = services.enrolment.join(Join { account, picture }).await;
    joined.map_err(|error| {
        let problem = of_field(error.into(), "password", "password1");
        picture_field(problem)
    })?;
    Ok(HttpResponse::Created().json(Detail {
        detail: "User registered successfully. Please log in.".to_owned(),
    }))
}

/// What is wrong with a picture is wrong with its field.
pub(super) fn picture_field(problem: Problem) -> Problem {
    match problem.code() {
        "unsupported-picture" | "damaged-picture" | "picture-too-large" => {
            let detail = problem.detail().to_owned();
            let error = crate::problem::FieldError::new("/avatar", detail, problem.code());
            let code = problem.code();
            Problem::bad_request(code, "the picture is not taken").with_errors(vec![error])
        }
        _ => problem,
    }
}
