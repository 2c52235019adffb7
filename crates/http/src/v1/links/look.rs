//! `GET /v1/links/{id}`.

use actix_web::{get, web};
use sealpost_domain::links::{LinkId, LinkNotice};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::PathId;
use crate::openapi::{CommonProblems, LINKS, UnknownId};
use crate::problem::Problem;
use crate::wire::WireTime;

/// A link, to whoever asks.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkNotice)]
struct NoticeView {
    /// Names the link.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120009")]
    id: String,
    /// Until when it can be opened.
    #[schema(value_type = String, format = "date-time", example = "2026-11-28T13:04:05.678Z")]
    expires_at: WireTime,
}

impl From<&LinkNotice> for NoticeView {
    fn from(notice: &LinkNotice) -> Self {
        Self {
            id: notice.id.to_string(),
            expires_at: WireTime(notice.expires_at),
        }
    }
}

/// Look whether a link can be opened
///
/// It counts for nothing, so previews of links do no harm; and it tells nothing of what the link leads to. One that is unknown,
/// over, used up or deleted is answered alike.
#[utoipa::path(
    tag = LINKS,
    security(()),
    params(("id" = String, Path, format = "uuid", description = "Names the link")),
    responses(
        (status = 200, body = NoticeView, description = "It can be opened by whoever knows its secret"),
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/links/{id}")]
pub(crate) async fn look_at_link(
    services: web::Data<Services>,
    PathId(id): PathId<LinkId>,
) -> Result<web::Json<NoticeView>, Problem> {
    let notice = services.links.look(id).await?;
    Ok(web::Json(NoticeView::from(&notice)))
}
