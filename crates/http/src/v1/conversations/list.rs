use std::fmt;
use std::str::FromStr;

use actix_web::{HttpResponse, get, web};
use sealpost_domain::Timestamp;
use sealpost_domain::conversations::{Activity, ConversationId, Listed};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{ConversationView, KindView, RoleView, UserView, tagged};
use crate::Services;
use crate::extract::{Authenticated, PathId, Query};
use crate::openapi::{AuthProblems, CONVERSATIONS, CommonProblems, PageProblems, UnknownId};
use crate::problem::Problem;
use crate::v1::messages::MessageView;
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// A conversation as it stands in your list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedConversation)]
pub(crate) struct ListedView {
    /// Names the conversation.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003")]
    id: String,
    /// Between whom it is.
    #[schema(example = "group")]
    kind: KindView,
    /// What it is called; null for a pair, and for a group without a title. The server can read it.
    #[schema(required, example = "Choir", max_length = 128)]
    title: Option<String>,
    /// Whether somebody who is added sees what was said before. In a pair nobody is.
    #[schema(example = false)]
    shows_history: bool,
    /// What you may do in it.
    #[schema(example = "owner")]
    role: RoleView,
    /// Who is in it, you included, by username: of a group, the 20 who have been in it longest.
    members: Vec<UserView>,
    /// How many are in it.
    #[schema(example = 2, minimum = 1, maximum = 1000)]
    member_count: u64,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// The `seq` of the last message; 0 if there is none.
    #[schema(example = 7)]
    last_seq: u64,
    /// How many seconds messages stay that are sent from now on; null for ever.
    #[schema(required, example = 86_400)]
    expires_in: Option<u32>,
    /// The last message, as in the conversation; null if there is none that you may see, or its time is over.
    #[schema(required)]
    last_message: Option<MessageView>,
    /// How many messages of others come after the one you have read (`PUT …/read-marker`) and are still there. Counted among
    /// the last 999 messages of the conversation, so never more than 999.
    #[schema(example = 3, maximum = 999)]
    unread_count: u64,
    /// The `seq` up to which you have read; 0 if nothing.
    #[schema(example = 4)]
    read_seq: u64,
}

impl From<&Listed> for ListedView {
    fn from(listed: &Listed) -> Self {
        let ConversationView {
            id,
            kind,
            title,
            shows_history,
            role,
            members,
            member_count,
            created_at,
            last_seq,
            expires_in,
        } = ConversationView::from(&listed.overview);
        Self {
            id,
            kind,
            title,
            shows_history,
            role,
            members,
            member_count,
            created_at,
            last_seq,
            expires_in,
            last_message: listed.last_message.as_ref().map(MessageView::from),
            unread_count: listed.unread,
            read_seq: listed.markers.read,
        }
    }
}

/// What a cursor says: when the last conversation of the stretch before was active, in microseconds, and its id.
struct Place(Activity);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.at.as_micros(), self.0.conversation)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once(':').ok_or(())?;
        Ok(Self(Activity {
            at: Timestamp::from_micros(at.parse().map_err(|_| ())?),
            conversation: id.parse().map_err(|_| ())?,
        }))
    }
}

/// See your conversations
///
/// Those that were last active first: by their last message, or by when they were started. One that becomes active while you
/// read on moves to the front, and the inbox tells of the message.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ListView<ListedView>, description = "Some of your conversations"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/conversations")]
pub(crate) async fn list_conversations(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<ListedView>>, Problem> {
    let before: Option<Place> = query.cursor()?;
    let page = services
        .conversations
        .list(&actor, before.map(|place| place.0), query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page.conversations.iter().map(ListedView::from).collect(),
        next_cursor: page.next.map(|next| encode_cursor(Place(next))),
    }))
}

/// See one of your conversations
///
/// Its `ETag` is for changing it: it changes with what can be changed, and not with messages and members.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    responses(
        (
            status = 200, body = ConversationView, description = "The conversation",
            headers(("etag" = String, description = "Changes with its title and with whether it shows its history")),
        ),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}")]
pub(crate) async fn view_conversation(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<HttpResponse, Problem> {
    Ok(tagged(&services.conversations.view(&actor, id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let place = Activity {
            at: Timestamp::from_micros(1_795_266_245_678_999),
            conversation: ConversationId::from_bytes([7; 16]),
        };
        let text = Place(place).to_string();
        assert_eq!(text.parse::<Place>().unwrap().0, place);
        for wrong in ["", "7", "7:x", "x:07070707-0707-0707-0707-070707070707"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
