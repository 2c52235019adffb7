//! `POST /v1/links/{id}/open`.

use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::files::{FileName, WrappedKey};
use sealpost_domain::links::{LinkId, OpenedLink};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{ClientAddress, Json, PathId};
use crate::openapi::{BodyProblems, CommonProblems, LINKS, Responses, UnknownId, problems};
use crate::problem::{FieldErrors, Problem};
use crate::v1::files::parse_proof;
use crate::wire::{WireTime, base64url, secret};

/// What proves that somebody knows a link's secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Opening {
    /// HKDF-SHA-256 of the 32 bytes of the secret, without salt, with `info` = `sealpost/link/proof/v1`, a zero byte and the 16
    /// bytes of the link's id: 32 bytes in base64url without padding.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    proof: Secret<String>,
}

/// What a link leads to.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedLink)]
struct OpenedView {
    /// Names the file; it opens nothing.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    file_id: String,
    /// As its owner named it; null if they did not.
    #[schema(required, example = "holiday.jpg")]
    name: Option<String>,
    /// As its owner declared it; nobody has looked whether it is true.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// The length of the content, in bytes.
    #[schema(example = 1_048_576)]
    size: u64,
    /// The length of the ciphertext, in bytes.
    #[schema(example = 1_049_672)]
    ciphertext_size: u64,
    /// Who can open it: `server`, read `/content`; or `e2ee`, read `/ciphertext` and open it with the key in `wrapped_key`.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
    /// The file's key, as the owner's client wrapped it under the link's secret; null with `server`.
    #[schema(required, example = json!(null))]
    wrapped_key: Option<String>,
    /// What binds the ciphertext to the file, in base64url without padding.
    #[schema(example = "c2VhbHBvc3QvZmlsZS92MQABmqawfDp9UppeAkKsEgAE")]
    context: String,
    /// Send it as `Authorization: Bearer` to `/content` and `/ciphertext` of the link, as often as it takes.
    #[schema(example = "spl_2b7e151628aed2a6abf7158809cf4f3c2b7e151628aed2a6abf7158809cf4f3c")]
    token: String,
    /// Until when.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T19:04:05.678Z")]
    token_expires_at: WireTime,
}

impl From<&OpenedLink> for OpenedView {
    fn from(opened: &OpenedLink) -> Self {
        let file = &opened.file;
        let wrapped = file.wrapped_key.as_ref();
        Self {
            file_id: file.id.to_string(),
            name: file.name.as_ref().map(FileName::as_str).map(str::to_owned),
            content_type: file.content_type.as_str().to_owned(),
            size: file.size,
            ciphertext_size: file.sealed_size,
            protection: file.protection.name(),
            wrapped_key: wrapped.map(WrappedKey::as_str).map(str::to_owned),
            context: base64url(&opened.context),
            token: opened.token.expose().to_owned(),
            token_expires_at: WireTime(opened.expires_at),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            429,
            "too-many-attempts",
            "`too-many-attempts`: 30 a minute from one address, 60 a minute of one link; more at once to begin with",
        )])
    }
}

/// Open a link
///
/// For whoever shows that they know its secret, without an account. It counts as one download, and the token reads the file for
/// six hours, in as many parts as you like. A wrong proof is answered as a link that does not exist.
#[utoipa::path(
    tag = LINKS,
    security(()),
    params(("id" = String, Path, format = "uuid", description = "Names the link")),
    request_body = Opening,
    responses(
        (status = 200, body = OpenedView, description = "What it leads to"),
        UnknownId,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/links/{id}/open")]
pub(crate) async fn open_link(
    services: web::Data<Services>,
    address: ClientAddress,
    PathId(id): PathId<LinkId>,
    body: Json<Opening>,
) -> Result<web::Json<OpenedView>, Problem> {
    let mut errors = FieldErrors::default();
    let proof = parse_proof(body.0.proof.expose());
    let proof = errors.check_as("proof", "invalid-link-proof", proof);
    let proof = proof.ok_or_else(|| errors.into_problem())?;
    let opened = services.links.open(id, proof, address.limit_key()).await?;
    Ok(web::Json(OpenedView::from(&opened)))
}
