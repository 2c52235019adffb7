use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, get, post, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::contacts::ContactState;
use sealpost_domain::profiles::People;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::auth::Caller;
use super::errors::{AuthRefusals, of_field, refusals};
use super::input::Input;
use super::people::UserBody;
use crate::Services;
use crate::limits::{Limits, Spent};
use crate::openapi::{Responses, SOCIAL};
use crate::problem::{FieldErrors, Problem};

/// A list was cut.
pub(super) const TRUNCATED: HeaderName = HeaderName::from_static("x-truncated");

/// See everybody
///
/// All users who want to be discovered, by username; 500 at most (`X-Truncated: true` says that there are more).
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    responses((status = 200, body = Vec<UserBody>, description = "Everybody"), AuthRefusals, Refusals),
)]
#[get("/users/user_list/")]
pub(super) async fn social_user_list(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
) -> Result<HttpResponse, Problem> {
    limits.spend(Spent::LookUp, actor.account())?;
    Ok(list(&services.profiles.everybody(&actor).await?))
}

/// See your friends
///
/// By username.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    responses((status = 200, body = Vec<UserBody>, description = "Your friends"), AuthRefusals, Refusals),
)]
#[get("/users/friend_list/")]
pub(super) async fn social_friend_list(
    services: web::Data<Services>,
    Caller(actor): Caller,
) -> Result<HttpResponse, Problem> {
    Ok(list(&services.profiles.friends(&actor).await?))
}

fn list(people: &People) -> HttpResponse {
    let users: Vec<UserBody> = people.people.iter().map(UserBody::from).collect();
    let mut answer = HttpResponse::Ok().json(users);
    if people.truncated {
        let headers = answer.headers_mut();
        headers.insert(TRUNCATED, HeaderValue::from_static("true"));
    }
    answer
}

/// Who it is about.
#[derive(ToSchema)]
#[schema(as = SocialFriend)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "manoli")]
    friend_username: String,
}

/// What became of a friendship.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialFriendChanged)]
struct Answer {
    success: bool,
    /// For people.
    #[schema(example = "manoli added as friend.")]
    message: String,
}

/// What only these routes answer.
struct Unknown;

impl IntoResponses for Unknown {
    fn responses() -> Responses {
        refusals(&[(404, "There is no such user")])
    }
}

/// Make somebody your friend
///
/// And yourself theirs, at once. Somebody who takes messages of friends alone is asked instead, and the message says so.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = Answer, description = "You are friends"), Unknown, AuthRefusals, Refusals),
)]
#[post("/users/add_friend/")]
pub(super) async fn social_add_friend(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    mut input: Input,
) -> Result<web::Json<Answer>, Problem> {
    let username = friend(&mut input)?;
    limits.spend(Spent::ContactRequest, actor.account())?;
    let contact = services.contacts.befriend_both(&actor, username).await;
    let contact = contact.map_err(|error| {
        let problem = Problem::from(error);
        match problem.code() {
            "contact-with-oneself" | "too-many-contacts" | "contact-requests-full" => {
                of_user(&problem)
            }
            _ => of_field(problem, "username", "friend_username"),
        }
    })?;
    let name = contact.username.as_str();
    let message = match contact.state {
        ContactState::Mutual => format!("{name} added as friend."),
        _ => format!("{name} was asked to be your friend."),
    };
    Ok(web::Json(Answer {
        success: true,
        message,
    }))
}

/// End a friendship
///
/// For both. That there was none is no failure.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = Answer, description = "You are not friends"), Unknown, AuthRefusals, Refusals),
)]
#[post("/users/remove_friend/")]
pub(super) async fn social_remove_friend(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    mut input: Input,
) -> Result<web::Json<Answer>, Problem> {
    let username = friend(&mut input)?;
    limits.spend(Spent::LookUp, actor.account())?;
    let name = services.profiles.unfriend(&actor, username).await?;
    Ok(web::Json(Answer {
        success: true,
        message: format!("{} removed as friend.", name.as_str()),
    }))
}

/// The user that is named. Nobody can have a name that is no username.
fn friend(input: &mut Input) -> Result<Username, Problem> {
    let mut errors = FieldErrors::default();
    let name = input.required("friend_username", &mut errors);
    let name = name.ok_or_else(|| errors.into_problem())?;
    Username::parse(name.expose()).map_err(|_| Problem::not_found())
}

fn of_user(problem: &Problem) -> Problem {
    let (code, detail) = (problem.code(), problem.detail().to_owned());
    let error = crate::problem::FieldError::new("/friend_username", detail, code);
    Problem::bad_request(code, "this user cannot become your friend").with_errors(vec![error])
}
