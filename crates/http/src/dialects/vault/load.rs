use actix_web::{post, web};
use sealpost_domain::files::{ContentType, NewFile};
use utoipa::IntoResponses;

use super::Refusals;
use super::auth::Caller;
use super::errors::{TokenRefusals, refusals};
use crate::Services;
use crate::extract::Upload;
use crate::openapi::{Responses, VAULT};
use crate::problem::Problem;
use crate::transfer::receive;

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                408,
                "The body paused for 15 seconds, or came with less than 1 KiB a second",
            ),
            (413, "The file is too large: the text names the limit"),
            (415, "The body is compressed"),
            (
                507,
                "You may store no more: the text names your quota and what you store; or the server has no room left",
            ),
        ])
    }
}

/// Store a file
///
/// The body is the file, of any type and size. It is encrypted as it comes under a random key of its own. The answer is
/// its id, the same as in `/v1/files`, and comes when the file is durable.
#[utoipa::path(
    tag = VAULT,
    security(("vault" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (
            status = 200, body = String, content_type = "text/plain", description = "The file's id",
            example = json!("019aa6b0-7c3a-7d52-9a5e-0242ac120001"),
        ),
        Refused,
        Refusals,
        TokenRefusals,
    ),
)]
#[post("/load")]
pub(super) async fn vault_load(
    services: web::Data<Services>,
    Caller(actor): Caller,
    upload: Upload,
) -> Result<String, Problem> {
    let content_type = upload.content_type.as_deref().map(ContentType::parse);
    let new = NewFile {
        name: None,
        // Whatever the client says is taken; what cannot be kept as a type is none.
        content_type: content_type
            .and_then(Result::ok)
            .unwrap_or_else(ContentType::unknown),
        length: upload.length,
        checksums: Vec::new(),
    };
    let file = Box::pin(receive(&services, &actor, new, upload)).await?;
    Ok(file.id.to_string())
}
