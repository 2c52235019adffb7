use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::conversations::Title;
use sealpost_domain::groups::{CreateGroup, Groups};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::view::{ConversationView, created, tagged};
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::limits::{Limits, Spent};
use crate::openapi::{
    AuthProblems, BodyProblems, CONVERSATIONS, CommonProblems, Responses, problems,
};
use crate::problem::{FieldError, FieldErrors, Problem};

/// With whom to talk: either with one, or in a group.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes the two bodies that `Wanted` tells apart; a test sends both"
)]
pub(super) enum NewConversation {
    Pair(NewPair),
    Group(NewGroup),
}

/// With whom to talk.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description, see `NewConversation`")]
pub(super) struct NewPair {
    /// The other one's username, in any case.
    #[schema(example = "bob", min_length = 1, max_length = 32)]
    username: String,
}

/// Who is in a group.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description, see `NewConversation`")]
pub(super) struct NewGroup {
    /// The others' usernames, in any case; may be empty. You are in it too, and own it.
    #[schema(example = json!(["bob"]), max_items = 999)]
    members: Vec<String>,
    /// What it is called. The server can read it; it rests sealed.
    #[schema(nullable = false, example = "Choir", min_length = 1, max_length = 128)]
    title: Option<String>,
    /// Whether somebody who is added later sees what was said before; not, unless you say so.
    #[schema(nullable = false, default = false, example = true)]
    shows_history: Option<bool>,
}

/// Either body, as it comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    username: Option<String>,
    members: Option<Vec<String>>,
    title: Option<String>,
    shows_history: Option<bool>,
}

/// What is asked for.
enum Start {
    Pair(Username),
    Group(CreateGroup),
}

impl TryFrom<Wanted> for Start {
    type Error = Problem;

    fn try_from(wanted: Wanted) -> Result<Self, Problem> {
        match (wanted.username, wanted.members) {
            (Some(username), None) => {
                let mut errors = FieldErrors::default();
                let username = errors.check("username", Username::parse(&username));
                for (field, given) in [
                    ("/title", wanted.title.is_some()),
                    ("/shows_history", wanted.shows_history.is_some()),
                ] {
                    if given {
                        errors.push(FieldError::new(field, NOT_A_GROUP, "not-a-group"));
                    }
                }
                let username = username.filter(|_| errors.is_empty());
                username.map_or_else(|| Err(errors.into_problem()), |name| Ok(Self::Pair(name)))
            }
            (None, Some(members)) => {
                to_group(&members, wanted.title.as_deref(), wanted.shows_history).map(Self::Group)
            }
            (given, _) => {
                let (code, detail) = if given.is_some() {
                    (
                        "wrong-value",
                        "name one user, or the members of a group, and not both",
                    )
                } else {
                    (
                        "missing-field",
                        "this field is missing: name a user, or the members of a group",
                    )
                };
                let error = FieldError::new("/username", detail, code);
                Err(Problem::bad_request(code, format!("/username: {detail}"))
                    .with_errors(vec![error]))
            }
        }
    }
}

const NOT_A_GROUP: &str = "a conversation with one user has none: name the members of a group";

fn to_group(
    members: &[String],
    title: Option<&str>,
    shows_history: Option<bool>,
) -> Result<CreateGroup, Problem> {
    let mut errors = FieldErrors::default();
    let parsed = members.iter().enumerate().filter_map(|(index, username)| {
        errors.check(&format!("members/{index}"), Username::parse(username))
    });
    let members = parsed.collect();
    let title = title.and_then(|title| errors.check("title", Title::parse(title)));
    if !errors.is_empty() {
        return Err(errors.into_problem());
    }
    Ok(CreateGroup {
        members,
        title,
        shows_history: shows_history.unwrap_or(false),
    })
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "takes-no-messages",
                "`takes-no-messages`: this user takes no messages from you. `user-blocked`: you have blocked them. For a group, `errors` says which of the members it is",
            ),
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know. For a group it is 422 `unknown-user`",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have looked up too many users",
            ),
        ])
    }
}

/// Start a conversation
///
/// With `username`: a pair has one conversation, whoever starts it and however often: 201 if it is new, 200 if it was there.
/// With `members`: a group, another one each time, which you own. Everybody in it hears of it (`conversation.created`).
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(IdempotencyKeyHeader),
    request_body = NewConversation,
    responses(
        (
            status = 201, body = ConversationView, description = "The conversation is new",
            headers(
                ("location" = String, description = "Where it is found"),
                ("etag" = String, description = "Changes with its title and with whether it shows its history"),
            ),
        ),
        (
            status = 200, body = ConversationView, description = "The two had one already",
            headers(("etag" = String, description = "Changes with its title and with whether it shows its history")),
        ),
        Refusals,
        AuthProblems,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/conversations", wrap = "from_fn(idempotent)")]
pub(crate) async fn start_conversation(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    body: Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    match body.0.try_into()? {
        Start::Pair(username) => {
            limits.spend(Spent::LookUp, actor.account())?;
            let started = services.conversations.start(&actor, username).await?;
            Ok(if started.created {
                created(&started.conversation)
            } else {
                tagged(&started.conversation)
            })
        }
        Start::Group(group) => {
            let named = u64::try_from(group.members.len()).unwrap_or(u64::MAX);
            // What is too large for any group is refused before it costs anything.
            if named < Groups::MAX_MEMBERS {
                limits.spend_many(Spent::LookUp, actor.account(), group.members.len())?;
            }
            Ok(created(&services.groups.create(&actor, group).await?))
        }
    }
}
