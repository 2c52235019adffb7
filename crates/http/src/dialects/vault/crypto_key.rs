use actix_web::{get, web};
use utoipa::IntoResponses;

use super::Refusals;
use super::auth::Caller;
use super::errors::{TokenRefusals, refusals};
use super::file_id::PathFileId;
use crate::Services;
use crate::openapi::{Responses, VAULT};
use crate::problem::Problem;

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[(404, "There is no such file, or it is somebody else's")])
    }
}

/// Take the key of a file
///
/// It opens what `/download/{id}` gives, and nothing else: in Python, `Fernet(key).decrypt(data)`. Every reading of a key
/// is noted in the audit trail.
#[utoipa::path(
    tag = VAULT,
    security(("vault" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (
            status = 200, body = String, content_type = "text/plain",
            description = "32 bytes in url-safe base64 with padding: 44 characters",
            example = json!("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="),
        ),
        Refused,
        Refusals,
        TokenRefusals,
    ),
)]
#[get("/get_crypto_key/{id}")]
pub(super) async fn vault_get_crypto_key(
    services: web::Data<Services>,
    Caller(actor): Caller,
    PathFileId(id): PathFileId,
) -> Result<String, Problem> {
    let key = services.files.disclose_fernet_key(&actor, id).await?;
    Ok(key.expose().to_owned())
}
