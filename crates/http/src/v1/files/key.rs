//! `GET /v1/files/{id}/key`.

use actix_web::{get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::files::{DisclosedKey, FileId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, UnknownId};
use crate::problem::Problem;
use crate::transfer::NeedsKey;

/// All that is needed to open a file's ciphertext.
#[derive(Serialize, ToSchema)]
#[schema(as = FileKey)]
pub(crate) struct KeyView {
    /// How it is sealed, in the words of <https://c2sp.org/chunked-encryption>.
    #[schema(value_type = String, example = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM")]
    alg: &'static str,
    /// The 32 bytes of the file's key, in base64url without padding.
    #[schema(example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    key: String,
    /// What binds the ciphertext to the file, in base64url without padding.
    #[schema(example = "c2VhbHBvc3QvZmlsZS92MQABmqawfDp9UppeAkKsEgAE")]
    context: String,
}

impl From<&DisclosedKey> for KeyView {
    fn from(disclosed: &DisclosedKey) -> Self {
        Self {
            alg: disclosed.algorithm,
            key: URL_SAFE_NO_PAD.encode(disclosed.key.expose()),
            context: URL_SAFE_NO_PAD.encode(&disclosed.context),
        }
    }
}

/// Take the key of a file
///
/// With it, any program can open the file's ciphertext: `docs/examples/open_file.py` is one of 22 lines. Every reading of
/// a key is noted in the audit trail.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 200, body = KeyView, description = "The key"),
        AuthProblems,
        UnknownId,
        NeedsKey,
        CommonProblems,
    ),
)]
#[get("/files/{id}/key")]
pub(crate) async fn disclose_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
) -> Result<web::Json<KeyView>, Problem> {
    let disclosed = services.files.disclose_key(&actor, id).await?;
    Ok(web::Json(KeyView::from(&disclosed)))
}
