//! `/v1/me/key-backup`: what the caller's clients keep of their keys, encrypted before it comes here.

use std::time::{Duration, SystemTime};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue, HttpDate};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, put, web};
use sealpost_domain::key_backups::{
    Expected, FoundKeyBackup, KeyBackupContent, KeyBackupStamp, ReadKeyBackup, ReplaceKeyBackup,
};
use serde::Deserialize;
use utoipa::IntoResponses;

use crate::Services;
use crate::extract::{Authenticated, Body, EntityTags, Query, etag, if_match, if_none_match};
use crate::openapi::{AuthProblems, CommonProblems, KEYS, Responses, problems};
use crate::problem::{FieldErrors, Problem};

/// The number of the generation.
const GENERATION: HeaderName = HeaderName::from_static("key-backup-generation");

/// Which generation.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Generation {
    /// The number of the generation. Without it: the newest.
    #[param(minimum = 1)]
    generation: Option<u32>,
}

/// An answer about this generation.
fn head(status: StatusCode, stamp: &KeyBackupStamp) -> HttpResponseBuilder {
    let since_1970 = u64::try_from(stamp.created_at.as_micros()).unwrap_or(0);
    let made = SystemTime::UNIX_EPOCH + Duration::from_micros(since_1970);
    let mut head = HttpResponse::build(status);
    head.insert_header(etag(stamp.id))
        .insert_header((header::LAST_MODIFIED, HttpDate::from(made)))
        .insert_header((GENERATION, HeaderValue::from(stamp.generation)));
    head
}

/// What only reading answers.
struct ReadRefusals;

impl IntoResponses for ReadRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "invalid-query",
                "`invalid-query`; `duplicate-authorization`",
            ),
            (
                404,
                "not-found",
                "`not-found`: there is no key backup, or not this generation",
            ),
        ])
    }
}

/// Read your key backup
///
/// The bytes as your client stored them: the newest generation, or one of the four before it. `Key-Backup-Generation`
/// says which it is. Every reading is noted in the audit trail.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(
        Generation,
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (
            status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The key backup",
            headers(
                ("etag" = String, description = "Names the generation"),
                ("key-backup-generation" = u32, description = "Its number"),
            ),
        ),
        (status = 304, description = "The client has it"),
        AuthProblems,
        ReadRefusals,
        CommonProblems,
    ),
)]
#[get("/me/key-backup")]
pub(super) async fn read_key_backup(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<Generation>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let known = match if_none_match(request.headers()) {
        Some(EntityTags::List(known)) => known,
        Some(EntityTags::Any) | None => Vec::new(),
    };
    let query = ReadKeyBackup {
        generation: query.generation,
        known,
    };
    Ok(match services.key_backups.read(&actor, query).await? {
        FoundKeyBackup::Known(stamp) => head(StatusCode::NOT_MODIFIED, &stamp).finish(),
        FoundKeyBackup::Content(backup) => head(StatusCode::OK, &backup.stamp)
            .content_type("application/octet-stream")
            .body(backup.content.as_bytes().to_vec()),
    })
}

/// What only writing answers.
struct WriteRefusals;

impl IntoResponses for WriteRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "incomplete-body",
                "`incomplete-body`; `duplicate-authorization`",
            ),
            (
                401,
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`; `insufficient-user-authentication`: \
                 the login is too old, and `WWW-Authenticate` says how old it may be (RFC 9470)",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body came too slowly",
            ),
            (
                412,
                "precondition-failed",
                "`precondition-failed`: the newest generation is another than you expect; read it first",
            ),
            (413, "body-too-large", "`body-too-large`"),
            (
                415,
                "unsupported-content-encoding",
                "`unsupported-content-encoding`",
            ),
            (422, "invalid-fields", "`invalid-fields`: the body is empty"),
            (
                428,
                "precondition-required",
                "`precondition-required`: say what you replace",
            ),
            (
                507,
                "storage-full",
                "`storage-full`: the server has no room left",
            ),
        ])
    }
}

/// Replace your key backup
///
/// At most 256 KiB of any bytes: encrypt them first, under something that never comes here. Say what you replace:
/// `If-Match` with the `ETag` of the newest generation, or `If-None-Match: *` for the first. The last five generations
/// are kept. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(
        ("if-match" = Option<String>, Header, description = "The `ETag` of the newest generation"),
        ("if-none-match" = Option<String>, Header, description = "`*`: there is none yet"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes"),
    responses(
        (
            status = 201, description = "The first generation is stored",
            headers(
                ("etag" = String, description = "Names the generation"),
                ("key-backup-generation" = u32, description = "Its number"),
            ),
        ),
        (
            status = 204, description = "A new generation is stored",
            headers(
                ("etag" = String, description = "Names the generation"),
                ("key-backup-generation" = u32, description = "Its number"),
            ),
        ),
        AuthProblems,
        WriteRefusals,
        CommonProblems,
    ),
)]
#[put("/me/key-backup")]
pub(super) async fn replace_key_backup(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    request: HttpRequest,
    Body(body): Body<{ KeyBackupContent::MAX_BYTES }>,
) -> Result<HttpResponse, Problem> {
    let expected = expected(&request)?;
    let mut errors = FieldErrors::default();
    let content = KeyBackupContent::new(body.into());
    let Some(content) = errors.check_whole("invalid-key-backup", content) else {
        return Err(errors.into_problem());
    };
    let command = ReplaceKeyBackup { expected, content };
    let stamp = services.key_backups.replace(&actor, command).await?;
    let status = if stamp.generation == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::NO_CONTENT
    };
    Ok(head(status, &stamp).finish())
}

fn expected(request: &HttpRequest) -> Result<Expected, Problem> {
    let headers = request.headers();
    match (if_match(headers), if_none_match::<String>(headers)) {
        (Some(EntityTags::Any), None) => Ok(Expected::Anything),
        (Some(EntityTags::List(tags)), None) => Ok(Expected::OneOf(tags)),
        (None, Some(EntityTags::Any)) => Ok(Expected::Nothing),
        // That something is there and nothing is there cannot both hold.
        (Some(_), Some(EntityTags::Any)) => Ok(Expected::OneOf(Vec::new())),
        (_, Some(EntityTags::List(_))) | (None, None) => Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            "send If-Match with the ETag of the newest generation, or If-None-Match: * for the first",
        )),
    }
}
