use actix_web::{route, web};
use sealpost_domain::avatars::Avatar;

use super::caller::Caller;
use super::errors::CookieRefusals;
use super::{OK, Refusals};
use crate::Services;
use crate::openapi::MAILBOX;
use crate::problem::Problem;

/// Show no picture of yourself
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    responses((status = 200, body = String, description = "`OK`"), CookieRefusals, Refusals),
)]
#[route("/delete_avatar", method = "GET", method = "POST")]
pub(super) async fn mailbox_delete_avatar(
    services: web::Data<Services>,
    Caller(actor): Caller,
) -> Result<&'static str, Problem> {
    services.avatars.choose(&actor, Avatar::Default).await?;
    Ok(OK)
}
