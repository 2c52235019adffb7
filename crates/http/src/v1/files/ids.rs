//! `POST /v1/files/ids`.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::files::SealingTerms;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::Authenticated;
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, problems};
use crate::problem::Problem;
use crate::wire::WireTime;

/// An id for a file that you seal, and what it is sealed with.
#[derive(Serialize, ToSchema)]
#[schema(as = FileIdGrant)]
struct IdView {
    /// The file's id.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// How it is to be sealed, in the words of <https://c2sp.org/chunked-encryption>.
    #[schema(value_type = String, example = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM")]
    alg: &'static str,
    /// What binds the ciphertext to the id, in base64url without padding.
    #[schema(example = "c2VhbHBvc3QvZmlsZS92MQABmqawfDp9UppeAkKsEgAE")]
    context: String,
    /// Until when a file can be stored under it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-22T13:04:05.678Z")]
    expires_at: WireTime,
}

impl From<&SealingTerms> for IdView {
    fn from(terms: &SealingTerms) -> Self {
        Self {
            id: terms.reserved.id.to_string(),
            alg: terms.algorithm,
            context: URL_SAFE_NO_PAD.encode(&terms.context),
            expires_at: WireTime(terms.reserved.expires_at),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            409,
            "too-many-file-ids",
            "`too-many-file-ids`: an account has at most 100 that were not used; `idempotency-key-in-use`",
        )])
    }
}

/// Get an id for a file that you seal
///
/// A sealed file is bound to its id, so a client that seals needs the id first: this one was never another file's. It is good
/// for one `POST /v1/files?protection=e2ee&id=…` of yours within 24 hours.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(IdempotencyKeyHeader),
    responses(
        (status = 201, body = IdView, description = "Yours for a file"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/files/ids", wrap = "from_fn(idempotent)")]
pub(crate) async fn reserve_file_id(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    let terms = services.files.reserve_id(&actor).await?;
    Ok(HttpResponse::Created().json(IdView::from(&terms)))
}
