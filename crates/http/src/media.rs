//! `/media/avatars/…`: pictures of people, for everybody who knows their address.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use sealpost_domain::avatars::Avatar;
use utoipa::IntoResponses;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Services;
use crate::openapi::{ACCOUNTS, CommonProblems, Responses, problems};
use crate::problem::Problem;

const DEFAULT: &[u8] = include_bytes!("../assets/avatars/default.png");
const FARY: &[u8] = include_bytes!("../assets/avatars/fary.png");

/// Should a browser ever take a picture for a page, that page can do nothing.
const POLICY: &str = "default-src 'none'; sandbox";
/// Under one name there is one picture for ever.
const UPLOADED_FOR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The server's own may be drawn better one day.
const STOCK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(show_avatar);
}

/// Where the picture is, on this server.
pub(crate) fn avatar_path(avatar: Avatar) -> String {
    format!("/media/avatars/{}", avatar.file_name())
}

fn answer(picture: impl Into<web::Bytes>, keep: Duration, immutable: &str) -> HttpResponse {
    let keep = keep.as_secs();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/png"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        // Pages of others may show it: whoever knows the address can fetch it anyhow.
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        .insert_header((
            header::CACHE_CONTROL,
            format!("public, max-age={keep}{immutable}"),
        ))
        .body(picture.into())
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            404,
            "not-found",
            "`not-found`: nobody shows this picture (any more)",
        )])
    }
}

/// See a picture
///
/// A PNG of 512 × 512 pixels. Addresses of uploaded pictures cannot be guessed, and what is there never changes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    params(("file" = String, Path, description = "As the server gave it", example = "default.png")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/png", description = "The picture"),
        Refusals,
        CommonProblems,
    ),
)]
#[get("/media/avatars/{file}")]
async fn show_avatar(
    services: web::Data<Services>,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    match Avatar::from_file_name(&file).ok_or_else(Problem::not_found)? {
        Avatar::Default => Ok(answer(DEFAULT, STOCK_FOR, "")),
        Avatar::Fary => Ok(answer(FARY, STOCK_FOR, "")),
        Avatar::Uploaded(name) => {
            let picture = services.avatars.picture(name).await?;
            let picture = picture.ok_or_else(Problem::not_found)?;
            Ok(answer(picture, UPLOADED_FOR, ", immutable"))
        }
    }
}
