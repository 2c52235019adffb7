use std::fmt;
use std::str::FromStr;

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::Username;
use sealpost_domain::conversations::{ConversationId, Member, MemberPlace};
use sealpost_domain::groups::{AddMember, AppointMember};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::change::GroupProblems;
use super::view::RoleView;
use crate::Services;
use crate::extract::{Authenticated, Json, PathId, PathUsername, Query};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::limits::{Limits, Spent};
use crate::openapi::{
    AuthProblems, BodyProblems, CONVERSATIONS, CommonProblems, PageProblems, Responses, UnknownId,
    problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor, encode_segment};

/// Somebody in a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
struct MemberView {
    /// Names the account for ever.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// As its owner wrote it.
    #[schema(example = "bob")]
    username: String,
    /// What they may do in it.
    #[schema(example = "member")]
    role: RoleView,
    /// Since when they are in it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    joined_at: WireTime,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.account.to_string(),
            username: member.username.to_string(),
            role: member.role.into(),
            joined_at: WireTime(member.joined_at),
        }
    }
}

/// What a cursor says: a moment in microseconds, and an account.
struct Place(MemberPlace);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MemberPlace { joined_at, account } = self.0;
        write!(f, "{}:{account}", joined_at.as_micros())
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (joined_at, account) = text.split_once(':').ok_or(())?;
        Ok(Self(MemberPlace {
            joined_at: Timestamp::from_micros(joined_at.parse().map_err(drop)?),
            account: account.parse().map_err(drop)?,
        }))
    }
}

/// See who is in a conversation
///
/// Who has been in it longest comes first.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        PageQuery,
    ),
    responses(
        (status = 200, body = ListView<MemberView>, description = "Some of its members"),
        AuthProblems,
        PageProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}/members")]
pub(crate) async fn list_members(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<MemberView>>, Problem> {
    let after = query.cursor::<Place>()?.map(|Place(place)| place);
    let page = services
        .conversations
        .members(&actor, id, after, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page.members.iter().map(MemberView::from).collect(),
        next_cursor: page.next.map(|place| encode_cursor(Place(place))),
    }))
}

/// Whom to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// Their username, in any case.
    #[schema(example = "carol", min_length = 1, max_length = 32)]
    username: String,
}

/// What only adding answers.
struct AddRefusals;

impl IntoResponses for AddRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "insufficient-role",
                "`insufficient-role`: your role does not allow this. `takes-no-messages`: this user takes no messages from you. `user-blocked`: you have blocked them",
            ),
            (
                409,
                "conversation-full",
                "`conversation-full`: there are 1,000 members. `not-a-group`: this is a pair's conversation",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have looked up too many users",
            ),
        ])
    }
}

/// Add somebody to a group
///
/// For its owner and its admins; whoever is added must take messages from you. They see what is said from now on, and what
/// was said before if the group shows its history. They hear of it (`conversation.created`), and so does everybody
/// (`member.added`). Somebody who is there already stays as they are.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        IdempotencyKeyHeader,
    ),
    request_body = NewMember,
    responses(
        (
            status = 201, body = MemberView, description = "They are in it now",
            headers(("location" = String, description = "Where their role is changed, and where they are removed")),
        ),
        (status = 200, body = MemberView, description = "They were in it already"),
        AuthProblems,
        UnknownId,
        BodyProblems,
        AddRefusals,
        CommonProblems,
    ),
)]
#[post("/conversations/{id}/members", wrap = "from_fn(idempotent)")]
pub(crate) async fn add_member(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
    body: Json<NewMember>,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    let username = errors.check("username", Username::parse(&body.0.username));
    let username = username.ok_or_else(|| errors.into_problem())?;
    limits.spend(Spent::LookUp, actor.account())?;
    let command = AddMember {
        conversation,
        username,
    };
    let added = services.groups.add(&actor, command).await?;
    let view = MemberView::from(&added.member);
    if !added.added {
        return Ok(HttpResponse::Ok().json(view));
    }
    let name = encode_segment(&view.username);
    let location = format!("/v1/conversations/{conversation}/members/{name}");
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(view))
}

/// Which role somebody is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberPatch {
    /// `owner` hands the group over: whoever owned it is an admin then.
    #[schema(example = "admin")]
    role: RoleView,
}

/// What only changing a role answers.
struct RoleRefusals;

impl IntoResponses for RoleRefusals {
    fn responses() -> Responses {
        problems(&[(
            409,
            "owner-missing",
            "`owner-missing`: you own the group; make somebody else the owner. `not-a-group`: this is a pair's conversation",
        )])
    }
}

/// Give somebody in a group another role
///
/// For its owner. Everybody in it hears of it (`member.changed`).
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "bob"),
    ),
    request_body = MemberPatch,
    responses(
        (status = 200, body = MemberView, description = "Who they are now"),
        AuthProblems,
        UnknownId,
        BodyProblems,
        GroupProblems,
        RoleRefusals,
        CommonProblems,
    ),
)]
#[patch("/conversations/{id}/members/{name}")]
pub(crate) async fn appoint_member(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
    PathUsername(username): PathUsername,
    body: Json<MemberPatch>,
) -> Result<web::Json<MemberView>, Problem> {
    let command = AppointMember {
        conversation,
        username,
        role: body.0.role.into(),
    };
    let member = services.groups.appoint(&actor, command).await?;
    Ok(web::Json(MemberView::from(&member)))
}

/// Leave a group, or remove somebody from it
///
/// With your own username you leave. The owner removes anybody else, an admin whoever is a plain member. Whoever is out reads
/// nothing of it any more; everybody, they included, hears of it (`member.removed`). If the owner leaves, the admin who has been
/// in it longest owns it, or the member (`member.changed`); with the last one the group ends, and what was said in it.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "bob"),
    ),
    responses(
        (status = 204, description = "They are not in it any more"),
        AuthProblems,
        UnknownId,
        GroupProblems,
        CommonProblems,
    ),
)]
#[delete("/conversations/{id}/members/{name}")]
pub(crate) async fn remove_member(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
    PathUsername(username): PathUsername,
) -> Result<HttpResponse, Problem> {
    services
        .groups
        .remove(&actor, conversation, username)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_leads_back() {
        let text = "1795000000000001:019aa6b0-7c3a-7d52-9a5e-0242ac120002";
        let Ok(place) = text.parse::<Place>() else {
            panic!("a place")
        };
        assert_eq!(place.to_string(), text);
        for wrong in ["", "1", "x:019aa6b0-7c3a-7d52-9a5e-0242ac120002", "1:x"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
