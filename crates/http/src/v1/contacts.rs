//! `/v1/me/contacts`.

use actix_web::{HttpResponse, delete, get, put, web};
use sealpost_domain::contacts::Contact;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::conversations::UserView;
use crate::Services;
use crate::extract::{Authenticated, PathUsername, Query};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CONTACTS, CommonProblems, PageProblems, Responses, problems};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// A contact, or who is to be one.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(super) struct ContactView {
    user: UserView,
    /// How far you are: `requested_by_me`, `requested_by_them` or `mutual`.
    #[schema(value_type = String, example = "mutual")]
    state: &'static str,
    /// Since when.
    #[schema(value_type = Option<String>, required, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    since: Option<WireTime>,
    /// Whether the contact is there; null unless you are contacts, and if the contact hides it.
    #[schema(required, example = true)]
    online: Option<bool>,
}

impl From<&Contact> for ContactView {
    fn from(contact: &Contact) -> Self {
        Self {
            user: UserView::new(contact.account, &contact.username),
            state: contact.state.name(),
            since: contact.since.map(WireTime),
            online: contact.online,
        }
    }
}

/// See your contacts
///
/// And open requests, yours and others', by username.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ListView<ContactView>, description = "Some of your contacts"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/me/contacts")]
pub(super) async fn list_contacts(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<ContactView>>, Problem> {
    let after = query.cursor()?.unwrap_or_default();
    let page = services.contacts.list(&actor, after, query.limit()).await?;
    Ok(web::Json(ListView {
        data: page.contacts.iter().map(ContactView::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (403, "user-blocked", "`user-blocked`: lift the block first"),
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know",
            ),
            (
                409,
                "too-many-contacts",
                "`too-many-contacts`: end one first. `contact-requests-full`: too many others wait for this user's answer",
            ),
            (
                422,
                "contact-with-oneself",
                "`contact-with-oneself`: the username is your own",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have asked too many users; 100 an hour",
            ),
        ])
    }
}

/// Ask somebody to be your contact
///
/// Or accept, if they have asked you. If you have done so already, nothing changes. Both hear of it
/// (`contact.requested`, `contact.accepted`).
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (status = 200, body = ContactView, description = "How far you are now"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[put("/me/contacts/{name}")]
pub(super) async fn ask_contact(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<web::Json<ContactView>, Problem> {
    limits.spend(Spent::ContactRequest, actor.account())?;
    let contact = services.contacts.ask(&actor, username).await?;
    Ok(web::Json(ContactView::from(&contact)))
}

/// End a contact
///
/// Or withdraw your request, or decline theirs: whatever there is ends for both, and both hear of it
/// (`contact.removed`). 204 also if there was nothing.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (status = 204, description = "There is nothing between you"),
        AuthProblems,
        NoUsername,
        CommonProblems,
    ),
)]
#[delete("/me/contacts/{name}")]
pub(super) async fn end_contact(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<HttpResponse, Problem> {
    services.contacts.end(&actor, username).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What deleting by a username can answer.
pub(super) struct NoUsername;

impl IntoResponses for NoUsername {
    fn responses() -> Responses {
        problems(&[(
            404,
            "not-found",
            "`not-found`: this text cannot be a username",
        )])
    }
}
