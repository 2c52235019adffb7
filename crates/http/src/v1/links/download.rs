//! `GET /v1/links/{id}/content` and `/ciphertext`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, get, web};
use sealpost_domain::links::{DownloadToken, LinkId, OpenDownloadError};
use utoipa::IntoResponses;

use crate::Services;
use crate::extract::{PathId, Presented, bearer_token};
use crate::openapi::{CommonProblems, LINKS, Responses, problems};
use crate::problem::Problem;
use crate::transfer::{NeedsKey, RangeRefusals, send};

/// The token of who has opened a link.
pub(crate) struct Opened(DownloadToken);

impl FromRequest for Opened {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = bearer_token(request).and_then(|token| {
            request.extensions_mut().insert(Presented::Token);
            DownloadToken::parse(token).ok_or_else(|| OpenDownloadError::Unknown.into())
        });
        ready(token.map(Self))
    }
}

/// What a token that is not good is answered.
struct TokenRefusals;

impl IntoResponses for TokenRefusals {
    fn responses() -> Responses {
        problems(&[(
            401,
            "invalid-download-token",
            "`invalid-download-token`: unknown, over, of another link, or the link is gone; `missing-token`",
        )])
    }
}

/// Read what a link leads to
///
/// Its content in clear, or a part of it (`Range`, one range), with the token of who has opened the link.
#[utoipa::path(
    tag = LINKS,
    security(("link" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the link"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The content, with the file's own content type"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        TokenRefusals,
        NeedsKey,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/links/{id}/content")]
pub(crate) async fn read_linked_content(
    services: web::Data<Services>,
    PathId(id): PathId<LinkId>,
    Opened(token): Opened,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    send(&services.files, &request, async || {
        services.links.open_content(id, &token).await
    })
    .await
}

/// Read the ciphertext that a link leads to
///
/// The bytes as they rest, or a part of them: C2SP `chunked-encryption` v1.
#[utoipa::path(
    tag = LINKS,
    security(("link" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the link"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The ciphertext"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        TokenRefusals,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/links/{id}/ciphertext")]
pub(crate) async fn read_linked_ciphertext(
    services: web::Data<Services>,
    PathId(id): PathId<LinkId>,
    Opened(token): Opened,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    send(&services.files, &request, async || {
        services.links.open_ciphertext(id, &token).await
    })
    .await
}
