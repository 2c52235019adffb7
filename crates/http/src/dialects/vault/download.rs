use actix_web::{HttpRequest, HttpResponse, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utoipa::IntoResponses;

use super::Refusals;
use super::auth::Caller;
use super::errors::{TokenRefusals, refusals};
use super::file_id::PathFileId;
use crate::Services;
use crate::openapi::{Responses, VAULT};
use crate::problem::Problem;
use crate::transfer::{Download, disposition};

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (404, "There is no such file that the server can encrypt"),
            (
                416,
                "There is no such range: `Content-Range` says how many bytes there are",
            ),
        ])
    }
}

/// Take an encrypted file
///
/// A Fernet token, or a part of it (`Range`, one range), for anybody with an account: its key is for its owner alone. Every
/// download of a file is the same bytes.
#[utoipa::path(
    tag = VAULT,
    security(("vault" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The token"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        Refused,
        Refusals,
        TokenRefusals,
    ),
)]
#[get("/download/{id}")]
pub(super) async fn vault_download(
    services: web::Data<Services>,
    Caller(actor): Caller,
    PathFileId(id): PathFileId,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let rendering = services.files.open_rendering(&actor, id).await?;
    let download = Download {
        size: rendering.size(),
        etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(rendering.digest().bytes())),
        content_type: "application/octet-stream",
        disposition: disposition(Some(&format!("{id}.fernet"))),
    };
    let Some(part) = download.look_at(&request)? else {
        return Ok(download.not_modified());
    };
    let body = services
        .files
        .read_rendering(&rendering, part.range.clone())
        .await?;
    Ok(download.answer(part, body))
}
