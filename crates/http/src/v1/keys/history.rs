use actix_web::{get, web};
use sealpost_domain::keys::KeyHistoryEntry;
use serde::Serialize;
use utoipa::ToSchema;

use super::KeyView;
use super::list::Refusals;
use crate::Services;
use crate::extract::{Authenticated, PathUsername, Query};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CommonProblems, KEYS, PageProblems};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// A change of somebody's keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyEvent)]
struct KeyEventView {
    /// Its number in this user's history: 1 for the first change, and no holes.
    #[schema(example = 3, minimum = 1)]
    seq: u64,
    /// `add`: a key was published. `revoke`: one was withdrawn. `rotate`: one was published in place of another. More will
    /// come.
    #[schema(value_type = String, example = "rotate")]
    operation: &'static str,
    /// Names the key that was published or withdrawn.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120005")]
    key_id: String,
    /// The key as it is now; null if it is one that the dialect `mailbox` alone hands out.
    #[schema(required)]
    key: Option<KeyView>,
    /// Names the key that this one takes the place of; null if it takes the place of none.
    #[schema(
        required,
        format = "uuid",
        example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003"
    )]
    replaced_id: Option<String>,
    /// Who vouches for the change. `server`: the server alone, to which its owner was logged in; nothing was signed.
    /// `client`: the owner's client, by a signature.
    #[schema(value_type = String, example = "server")]
    asserted_by: &'static str,
    /// When.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<&KeyHistoryEntry> for KeyEventView {
    fn from(entry: &KeyHistoryEntry) -> Self {
        let event = &entry.event;
        Self {
            seq: entry.seq,
            operation: event.operation.name(),
            key_id: event.key.to_string(),
            key: entry.key.as_ref().map(KeyView::from),
            replaced_id: event.replaced.map(|id| id.to_string()),
            asserted_by: event.asserted_by.name(),
            created_at: WireTime(event.created_at),
        }
    }
}

/// See what happened to somebody's keys
///
/// Every change there ever was, oldest first, whatever API it came by, the same for everybody who may know of the user.
/// Nothing of it is ever changed or taken away, but for the keys in it, which show whether they are withdrawn by now. Today
/// the server alone vouches for each change: compare fingerprints over another channel.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice"),
        PageQuery,
    ),
    responses(
        (status = 200, body = ListView<KeyEventView>, description = "Some of the changes"),
        AuthProblems,
        PageProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[get("/users/{name}/keys/history")]
pub(crate) async fn list_key_history(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<KeyEventView>>, Problem> {
    limits.spend(Spent::LookUp, actor.account())?;
    let after = query.cursor()?.unwrap_or(0);
    let history = services
        .keys
        .history_of(&actor, username, after, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: history.entries.iter().map(KeyEventView::from).collect(),
        next_cursor: history.next.map(encode_cursor),
    }))
}
