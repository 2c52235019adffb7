//! `/media/…`: pictures of people, for everybody who knows their address; and the files that came with messages of the
//! dialect `social`, for the two who talk.

use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use futures_util::TryStreamExt as _;
use sealpost_domain::avatars::Avatar;
use sealpost_domain::chats::Attachment;
use sealpost_domain::files::FileId;
use utoipa::IntoResponses;

use crate::Services;
use crate::dialects::social;
use crate::extract::ClientAddress;
use crate::limits::{Counted, Limits};
use crate::openapi::{
    ACCOUNTS, AuthProblems, CommonProblems, FILES, Responses, TooManyRequests, problems,
};
use crate::problem::{Problem, chain};
use crate::registration::Registration;

const DEFAULT: &[u8] = include_bytes!("../assets/avatars/default.png");
const FARY: &[u8] = include_bytes!("../assets/avatars/fary.png");

/// Should a browser ever take a picture for a page, that page can do nothing.
const POLICY: &str = "default-src 'none'; sandbox";
/// Under one name there is one picture for ever.
const UPLOADED_FOR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// The server's own may be drawn better one day.
const STOCK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn configure(config: &mut Registration<'_>) {
    config
        .service(show_avatar)
        .service(show_avatar_again)
        .service(show_attachment);
}

/// Where the file is that came with a message, on this server.
pub(crate) fn attachment_path(attachment: &Attachment) -> String {
    let Attachment { file, extension } = attachment;
    format!("/media/attachments/{file}.{extension}")
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
        TooManyRequests,
        CommonProblems,
    ),
)]
#[get("/media/avatars/{file}")]
async fn show_avatar(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::Media, address.limit_key())?;
    picture(&services, &file).await
}

/// See a picture, by the address that document 002 shows
///
/// What `/media/avatars/{file}` shows.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    params(("file" = String, Path, description = "As the server gave it", example = "fary.png")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/png", description = "The picture"),
        Refusals,
        TooManyRequests,
        CommonProblems,
    ),
)]
#[get("/media/media/avatars/{file}")]
async fn show_avatar_again(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::Media, address.limit_key())?;
    picture(&services, &file).await
}

async fn picture(services: &Services, file: &str) -> Result<HttpResponse, Problem> {
    match Avatar::from_file_name(file).ok_or_else(Problem::not_found)? {
        Avatar::Default => Ok(answer(DEFAULT, STOCK_FOR, "")),
        Avatar::Fary => Ok(answer(FARY, STOCK_FOR, "")),
        Avatar::Uploaded(name) => {
            let picture = services.avatars.picture(name).await?;
            let picture = picture.ok_or_else(Problem::not_found)?;
            Ok(answer(picture, UPLOADED_FOR, ", immutable"))
        }
    }
}

/// Read a file that came with a message
///
/// Its bytes as they were sent. For the two who talk, with a token of the dialect `social`.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("file" = String, Path, description = "As the server gave it")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
        AuthProblems,
        Refusals,
        TooManyRequests,
        CommonProblems,
    ),
)]
#[get("/media/attachments/{file}")]
async fn show_attachment(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    social::Caller(actor): social::Caller,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::Media, address.limit_key())?;
    let id = file.split('.').next().unwrap_or_default();
    let id: FileId = id.parse().map_err(|_| Problem::not_found())?;
    let opened = services.chats.open_attachment(&actor, id).await?;
    let (size, content_type) = (opened.file().size, opened.file().content_type.clone());
    let content = services.files.read_content(&opened, 0..size).await?;
    // An error of the body ends the connection before its length is reached: the client sees that it is not whole.
    let content = content.inspect_err(|error| {
        tracing::error!(error = %chain(error), "an attachment was broken off");
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type.as_str()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(SizedStream::new(size, content)))
}
