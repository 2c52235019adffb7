//! `/v1/me/avatar` and `/v1/users/{name}/avatar`.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, put, web};
use sealpost_domain::avatars::{Avatar, Avatars};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Body, PathUsername};
use crate::media::avatar_path;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems, Responses, problems};
use crate::problem::Problem;

/// Where a picture is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Avatar)]
struct AvatarBody {
    /// A path on this server.
    #[schema(example = "/media/avatars/2b7e151628aed2a6abf7158809cf4f3c.png")]
    avatar_url: String,
}

/// What only an upload answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "incomplete-body",
                "`incomplete-body`; `duplicate-authorization`",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body came too slowly",
            ),
            (
                413,
                "picture-too-large",
                "`body-too-large`: more than 2 MiB; `picture-too-large`: too many pixels",
            ),
            (
                415,
                "unsupported-content-encoding",
                "`unsupported-content-encoding`",
            ),
            (
                422,
                "unsupported-picture",
                "`unsupported-picture`: no PNG, JPEG or WebP; `damaged-picture`",
            ),
            (
                507,
                "storage-full",
                "`storage-full`: the server has no room left",
            ),
        ])
    }
}

/// Show a picture of yourself
///
/// The bytes of a PNG, a JPEG or a WebP: at most 2 MiB, 4096 pixels wide and 4096 high. What others see is a PNG of its
/// middle, drawn anew: no metadata is kept.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "image/*", description = "The picture"),
    responses(
        (status = 200, body = AvatarBody, description = "Others see it"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[put("/me/avatar")]
pub(super) async fn upload_avatar(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<{ Avatars::MAX_UPLOAD }>,
) -> Result<web::Json<AvatarBody>, Problem> {
    let avatar = services.avatars.upload(&actor, body).await?;
    Ok(web::Json(AvatarBody {
        avatar_url: avatar_path(avatar),
    }))
}

/// Show no picture of yourself
///
/// Others see the default picture from then on. What you had uploaded is deleted; a browser may have a copy.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "You show the default picture"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[delete("/me/avatar")]
pub(super) async fn remove_avatar(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.avatars.choose(&actor, Avatar::Default).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What only looking for a picture answers.
struct NoUsername;

impl IntoResponses for NoUsername {
    fn responses() -> Responses {
        problems(&[(404, "not-found", "`not-found`: this can be no username")])
    }
}

/// See somebody's picture
///
/// Leads to the picture. Who shows none and who does not exist are answered alike, with the default picture.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (
            status = 302, description = "There is the picture",
            headers(("location" = String, description = "A path on this server")),
        ),
        AuthProblems,
        NoUsername,
        CommonProblems,
    ),
)]
#[get("/users/{name}/avatar")]
pub(super) async fn find_avatar(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<HttpResponse, Problem> {
    let avatar = services.avatars.of_user(&actor, username).await?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, avatar_path(avatar)))
        .finish())
}
