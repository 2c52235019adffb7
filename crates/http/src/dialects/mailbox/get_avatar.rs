use actix_web::{route, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::avatars::Avatar;
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusals;
use super::get_public_key::Request;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::limits::{Counted, Limits};
use crate::media::avatar_path;
use crate::openapi::MAILBOX;
use crate::problem::Problem;

/// Where somebody's picture is.
#[derive(Serialize, ToSchema)]
#[schema(as = MailboxAvatar)]
struct Answer {
    #[schema(example = "https://chat.example/media/avatars/default.png")]
    avatar: String,
}

/// Get a link to somebody's picture
///
/// Who shows none and who does not exist are answered alike, with the default picture.
#[utoipa::path(
    tag = MAILBOX,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The link"), Refusals),
)]
#[route("/get_avatar", method = "GET", method = "POST")]
pub(super) async fn mailbox_get_avatar(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    body: Json<Request>,
) -> Result<web::Json<Answer>, Problem> {
    limits.count(Counted::MailboxLookUp, address.limit_key())?;
    let avatar = match Username::parse(&body.0.username) {
        Ok(username) => services.avatars.of_anybody(username).await?,
        // Nobody can have a name that is no username.
        Err(_) => Avatar::Default,
    };
    // Not the host that the client says it asks: anybody can write anything there.
    let base = services.info.public_url.trim_end_matches('/');
    Ok(web::Json(Answer {
        avatar: format!("{base}{}", avatar_path(avatar)),
    }))
}
