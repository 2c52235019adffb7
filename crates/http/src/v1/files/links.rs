//! `/v1/files/{id}/links`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::files::{FileId, WrappedKey};
use sealpost_domain::links::{
    CreateLink, InvalidLinkProof, Link, LinkId, LinkLifetime, LinkProof, MadeLink, MaxDownloads,
    SealedByClient,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json, PathId};
use crate::openapi::{
    AuthProblems, BodyProblems, CommonProblems, FILES, Responses, UnknownId, problems,
};
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::wire::{ListView, WireTime, base64url};

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileLink)]
struct LinkView {
    /// Names the link. It opens nothing.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120009")]
    id: String,
    /// How often it was opened.
    #[schema(example = 0)]
    downloads: u64,
    /// How often it can be opened; null if that is not bounded.
    #[schema(required, example = 3)]
    max_downloads: Option<u64>,
    /// When it was made.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// Until when it can be opened.
    #[schema(value_type = String, format = "date-time", example = "2026-11-28T13:04:05.678Z")]
    expires_at: WireTime,
}

impl From<&Link> for LinkView {
    fn from(link: &Link) -> Self {
        Self {
            id: link.id.to_string(),
            downloads: link.downloads,
            max_downloads: link.max_downloads.map(MaxDownloads::get),
            created_at: WireTime(link.created_at),
            expires_at: WireTime(link.expires_at),
        }
    }
}

/// A link that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeFileLink)]
struct MadeLinkView {
    #[serde(flatten)]
    link: LinkView,
    /// What opens it, in base64url without padding: told once, and kept nowhere. Null if your client made it.
    #[schema(required, example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    secret: Option<String>,
    /// The link to give on: the secret stands after `#`, which no browser sends. Null if your client made the secret.
    #[schema(
        required,
        example = "https://mail.example.org/link/019aa6b0-7c3a-7d52-9a5e-0242ac120009#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    )]
    url: Option<String>,
}

impl MadeLinkView {
    fn new(made: &MadeLink, public_url: &str) -> Self {
        let secret = made
            .secret
            .as_ref()
            .map(|secret| base64url(secret.expose()));
        let base = public_url.trim_end_matches('/');
        Self {
            url: secret
                .as_ref()
                .map(|secret| format!("{base}/link/{}#{secret}", made.link.id)),
            secret,
            link: LinkView::from(&made.link),
        }
    }
}

/// What a link is to be like.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// How long it can be opened, in seconds.
    #[schema(example = 604_800, minimum = 60, maximum = 2_592_000)]
    expires_in: u64,
    /// How often it can be opened; as often as people like, if it is left out.
    #[serde(default)]
    #[schema(example = 3, minimum = 1, maximum = 10_000)]
    max_downloads: Option<u64>,
    /// Only for files that are end-to-end encrypted: the link's id, a random UUID.
    #[serde(default)]
    #[schema(format = "uuid")]
    id: Option<String>,
    /// Only for files that are end-to-end encrypted: the proof of the secret that your client drew, in base64url without
    /// padding.
    #[serde(default)]
    proof: Option<String>,
    /// Only for files that are end-to-end encrypted: the file's key, wrapped under that secret.
    #[serde(default)]
    wrapped_key: Option<String>,
}

impl NewLink {
    fn into_command(self, file: FileId) -> Result<CreateLink, Problem> {
        let mut errors = FieldErrors::default();
        let lifetime = errors.check("expires_in", LinkLifetime::parse(self.expires_in));
        let max_downloads = match self.max_downloads {
            Some(times) => errors
                .check("max_downloads", MaxDownloads::parse(times))
                .map(Some),
            None => Some(None),
        };
        let sealed = match (self.id, self.proof, self.wrapped_key) {
            (None, None, None) => Some(None),
            (Some(id), Some(proof), Some(key)) => seal(&id, &proof, &key, &mut errors).map(Some),
            _ => {
                errors.push(FieldError::new(
                    "",
                    "id, proof and wrapped_key are given together, or none of them",
                    "link-seal-incomplete",
                ));
                None
            }
        };
        match (lifetime, max_downloads, sealed) {
            (Some(lifetime), Some(max_downloads), Some(sealed)) => Ok(CreateLink {
                file,
                lifetime,
                max_downloads,
                sealed,
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

fn seal(id: &str, proof: &str, key: &str, errors: &mut FieldErrors) -> Option<SealedByClient> {
    let id = errors.check_as("id", "invalid-id", id.parse());
    let proof = errors.check_as("proof", "invalid-link-proof", parse_proof(proof));
    let wrapped_key = errors.check("wrapped_key", WrappedKey::parse(key));
    Some(SealedByClient {
        id: id?,
        proof: proof?,
        wrapped_key: wrapped_key?,
    })
}

/// A proof as clients write it.
pub(crate) fn parse_proof(text: &str) -> Result<LinkProof, InvalidLinkProof> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidLinkProof)?;
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| InvalidLinkProof)?;
    Ok(LinkProof::new(bytes))
}

/// What only making a link answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                409,
                "too-many-links",
                "`too-many-links`: a file has at most 50; `link-id-taken`: draw another id",
            ),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: among them `link-seal-missing` and `link-seal-needless`",
            ),
        ])
    }
}

/// Make a link to a file
///
/// Whoever has it opens the file, without an account. The secret is told now and never again: the server keeps neither it nor
/// anything that opens the file without it (`docs/sharing-files.md`). Of a file that is end-to-end encrypted your client draws
/// id and secret and sends `id`, `proof` and `wrapped_key`. An `Idempotency-Key` is ignored: no answer with a secret is kept.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    request_body = NewLink,
    responses(
        (
            status = 201, body = MadeLinkView, description = "The link",
            headers(("location" = String, description = "Where it is looked at")),
        ),
        AuthProblems,
        UnknownId,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/files/{id}/links")]
pub(crate) async fn create_link(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
    body: Json<NewLink>,
) -> Result<HttpResponse, Problem> {
    let command = body.0.into_command(file)?;
    let made = services.links.create(&actor, command).await?;
    let location = format!("/v1/links/{}", made.link.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(MadeLinkView::new(&made, &services.info.public_url)))
}

/// See the links of a file
///
/// Oldest first; at most 50. One that is over or used up goes from the list once nobody downloads through it.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 200, body = ListView<LinkView>, description = "All its links, without their secrets"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/files/{id}/links")]
pub(crate) async fn list_links(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
) -> Result<web::Json<ListView<LinkView>>, Problem> {
    let links = services.links.list(&actor, file).await?;
    Ok(web::Json(ListView {
        data: links.iter().map(LinkView::from).collect(),
        next_cursor: None,
    }))
}

/// Delete a link
///
/// It opens nothing any more, and what is being downloaded through it ends with the next request.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("link_id" = String, Path, format = "uuid", description = "Names the link"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/files/{id}/links/{link_id}")]
pub(crate) async fn delete_link(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(file): PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let link: LinkId = request
        .match_info()
        .get("link_id")
        .and_then(|text| text.parse().ok())
        .ok_or_else(Problem::not_found)?;
    services.links.delete(&actor, file, link).await?;
    Ok(HttpResponse::NoContent().finish())
}
