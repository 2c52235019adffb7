//! `/v1/files/{id}/shares`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, put, web};
use sealpost_domain::files::{FileId, ShareFile, WrappedKey};
use sealpost_domain::ports::NamedGrant;
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, MaybeJson, PathId, PathUsername};
use crate::openapi::{
    AuthProblems, BodyProblems, CommonProblems, FILES, Responses, UnknownId, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::v1::conversations::UserView;
use crate::wire::{ListView, WireTime};

/// That somebody may read a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Share)]
struct ShareView {
    /// Who.
    user: UserView,
    /// Since when.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<&NamedGrant> for ShareView {
    fn from(grant: &NamedGrant) -> Self {
        Self {
            user: UserView::new(grant.grantee, &grant.username),
            created_at: WireTime(grant.created_at),
        }
    }
}

/// What a share needs of a file that is end-to-end encrypted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShare {
    /// The file's key, wrapped for the reader: 1 to 4096 visible characters of ASCII, for example a compact JWE. Leave it out
    /// where the protection is `server`.
    #[serde(default)]
    wrapped_key: Option<String>,
}

/// What only sharing answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "takes-no-messages",
                "`takes-no-messages`: the user takes nothing from you",
            ),
            (
                409,
                "too-many-shares",
                "`too-many-shares`: a file is shared with at most 100 users",
            ),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: `wrapped-key-missing` or `wrapped-key-needless`; `share-with-oneself`",
            ),
        ])
    }
}

/// Share a file
///
/// With a user, who may then read it as you do (`/content`, `/ciphertext`) but not take its key, delete it or share it on.
/// They hear of it (`file.shared`). If they could read it already, only `wrapped_key` changes. A user who does not exist, whom
/// you may not know of or who has to do with a block are all answered alike.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "bob"),
    ),
    request_body(content = NewShare, description = "Only for files that are end-to-end encrypted"),
    responses(
        (status = 201, body = ShareView, description = "They may read it now"),
        (status = 200, body = ShareView, description = "They could already"),
        AuthProblems,
        UnknownId,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[put("/files/{id}/shares/{name}")]
pub(crate) async fn share_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
    PathUsername(with): PathUsername,
    MaybeJson(body): MaybeJson<NewShare>,
) -> Result<HttpResponse, Problem> {
    let mut errors = FieldErrors::default();
    let given = body.unwrap_or_default().wrapped_key;
    let wrapped_key = given
        .map(|text| errors.check("wrapped_key", WrappedKey::parse(&text)))
        .map_or(Some(None), |parsed| parsed.map(Some))
        .ok_or_else(|| errors.into_problem())?;
    let command = ShareFile {
        file,
        with,
        wrapped_key,
    };
    let share = services.files.share(&actor, command).await?;
    let status = if share.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(ShareView::from(&share.grant)))
}

/// See with whom a file is shared
///
/// By username; at most 100. Who got it with a message is not listed.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 200, body = ListView<ShareView>, description = "All who may read it by your word"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/files/{id}/shares")]
pub(crate) async fn list_shares(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
) -> Result<web::Json<ListView<ShareView>>, Problem> {
    let shares = services.files.shares(&actor, file).await?;
    Ok(web::Json(ListView {
        data: shares.iter().map(ShareView::from).collect(),
        next_cursor: None,
    }))
}

/// Share a file no longer
///
/// With your own username you give up a file that was shared with you. They hear of it (`file.unshared`). What they have read
/// they keep; if the file's key has left the server (`key_disclosed_at`), encrypt it anew.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "bob"),
    ),
    responses(
        (status = 204, description = "They may not read it any more"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/files/{id}/shares/{name}")]
pub(crate) async fn unshare_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
    PathUsername(with): PathUsername,
) -> Result<HttpResponse, Problem> {
    services.files.unshare(&actor, file, with).await?;
    Ok(HttpResponse::NoContent().finish())
}
