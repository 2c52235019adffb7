//! `GET /v1/files/{id}/content` and `/ciphertext`.

use std::error::Error;
use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::TryStreamExt as _;
use sealpost_domain::files::{File, FileId, FileName};
use sealpost_domain::ports::ByteStream;
use utoipa::IntoResponses;

use super::names::disposition;
use super::range::{Wanted, wanted};
use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, UnknownId, problems};
use crate::problem::{Problem, chain};

/// What only downloads answer.
struct RangeRefusals;

impl IntoResponses for RangeRefusals {
    fn responses() -> Responses {
        problems(&[(
            416,
            "range-not-satisfiable",
            "`range-not-satisfiable`: `Content-Range` says how many bytes there are",
        )])
    }
}

/// Read a file
///
/// Its content in clear, or a part of it (`Range`, one range). Each chunk is authenticated before any byte of it leaves: a
/// damaged file ends the transfer with a broken connection, never with wrong bytes.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The content, with the file's own content type"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        AuthProblems,
        UnknownId,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/files/{id}/content")]
pub(crate) async fn read_content(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let opened = services.files.open(&actor, id).await?;
    let file = opened.file();
    let download = Download {
        size: file.size,
        // A file's content never changes, whatever becomes of its ciphertext.
        etag: format!("\"{}\"", file.id),
        content_type: file.content_type.as_str(),
        disposition: disposition(file.name.as_ref().map(FileName::as_str)),
    };
    let Some(part) = download.look_at(&request)? else {
        return Ok(download.head(StatusCode::NOT_MODIFIED).finish());
    };
    let body = services
        .files
        .read_content(&opened, part.range.clone())
        .await?;
    Ok(download.answer(part, body))
}

/// Read a file's ciphertext
///
/// The bytes as they rest, or a part of them: C2SP `chunked-encryption` v1. `GET /v1/files/{id}/key` gives the key.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The ciphertext"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        AuthProblems,
        UnknownId,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/files/{id}/ciphertext")]
pub(crate) async fn read_ciphertext(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let opened = services.files.open(&actor, id).await?;
    let file = opened.file();
    let download = Download {
        size: file.sealed_size,
        etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.digest)),
        content_type: "application/octet-stream",
        disposition: disposition(Some(&sealed_name(file))),
    };
    let Some(part) = download.look_at(&request)? else {
        return Ok(download.head(StatusCode::NOT_MODIFIED).finish());
    };
    let body = services
        .files
        .read_ciphertext(&opened, part.range.clone())
        .await?;
    Ok(download.answer(part, body))
}

/// The id, since the name may be nobody's business where ciphertexts are kept.
fn sealed_name(file: &File) -> String {
    format!("{}.sealed", file.id)
}

/// Something to be sent whole or in part.
struct Download<'a> {
    size: u64,
    etag: String,
    content_type: &'a str,
    disposition: String,
}

/// What of it is to be sent.
struct Part {
    range: Range<u64>,
    /// Whether that is a 200 and not a 206.
    whole: bool,
}

impl Download<'_> {
    /// What the request wants; None if the client has it already.
    fn look_at(&self, request: &HttpRequest) -> Result<Option<Part>, Problem> {
        match wanted(request.headers(), &self.etag, self.size) {
            Wanted::All => Ok(Some(Part {
                range: 0..self.size,
                whole: true,
            })),
            Wanted::Part(range) => Ok(Some(Part {
                range,
                whole: false,
            })),
            Wanted::NotModified => Ok(None),
            Wanted::Unsatisfiable => Err(self.unsatisfiable()),
        }
    }

    fn head(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut head = HttpResponse::build(status);
        head.insert_header((header::ETAG, self.etag.as_str()))
            .insert_header((header::ACCEPT_RANGES, "bytes"))
            .insert_header((header::CACHE_CONTROL, "private, no-store"));
        head
    }

    fn answer<E>(&self, Part { range, whole }: Part, body: ByteStream<E>) -> HttpResponse
    where
        E: Error + Send + Sync + 'static,
    {
        let mut head = if whole {
            self.head(StatusCode::OK)
        } else {
            let (first, last) = (range.start, range.end.saturating_sub(1));
            let text = format!("bytes {first}-{last}/{}", self.size);
            let mut head = self.head(StatusCode::PARTIAL_CONTENT);
            head.insert_header((header::CONTENT_RANGE, text));
            head
        };
        head.insert_header((header::CONTENT_TYPE, self.content_type))
            .insert_header((header::CONTENT_DISPOSITION, self.disposition.as_str()));
        // An error of the body ends the connection before its length is reached: the client sees that it is not whole.
        let body = body.inspect_err(|error| {
            tracing::error!(error = %chain(error), "a download was broken off");
        });
        head.body(SizedStream::new(
            range.end.saturating_sub(range.start),
            body,
        ))
    }

    fn unsatisfiable(&self) -> Problem {
        let problem = Problem::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "range-not-satisfiable",
            format!("there are {} bytes", self.size),
        );
        match HeaderValue::from_str(&format!("bytes */{}", self.size)) {
            Ok(size) => problem.with_header(header::CONTENT_RANGE, size),
            Err(_) => problem,
        }
    }
}
