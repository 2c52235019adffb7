use actix_web::http::header::{self, ContentType};
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FRESH, cached};
use crate::Services;
use crate::extract::ClientAddress;
use crate::limits::{Counted, Limits};
use crate::openapi::{CommonProblems, KEYS, TooManyRequests};
use crate::problem::Problem;

/// The key log.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyLog)]
struct KeyLogBody {
    /// The log's name, as its checkpoints say it.
    #[schema(example = "chat.example/v1/keylog")]
    origin: String,
    /// The key that checkpoints are verified with (C2SP `signed-note`). Keep the one you saw first: a log with another key is
    /// another log.
    #[schema(
        example = "chat.example/v1/keylog+562ceeb1+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY"
    )]
    verifier_key: String,
    /// How many leaves it has.
    #[schema(example = 20_852)]
    size: u64,
}

/// What the key log is
///
/// An append-only Merkle tree (RFC 6962, SHA-256) over every change of anybody's keys. Its leaves tell nothing to whoever does not
/// know the link they stand for; those come with `GET /v1/users/{name}/keys?have=0`.
#[utoipa::path(
    tag = KEYS,
    security(()),
    responses((status = 200, body = KeyLogBody, description = "The log"), TooManyRequests, CommonProblems),
)]
#[get("/keylog")]
pub(crate) async fn describe_key_log(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::KeyLog, address.limit_key())?;
    let (size, _) = services.key_log.checkpoint().await?;
    let info = services.key_log.info();
    let body = KeyLogBody {
        origin: info.origin,
        verifier_key: info.verifier_key,
        size,
    };
    Ok(cached(&body, false))
}

/// The newest signed tree
///
/// A checkpoint (C2SP `tlog-checkpoint`): the log's name, how many leaves it has, and the root of the tree over them in base64; then
/// the log's signature (C2SP `signed-note`, Ed25519). A change of somebody's keys is in the tree within a second or two.
#[utoipa::path(
    tag = KEYS,
    security(()),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The checkpoint"),
        TooManyRequests,
        CommonProblems,
    ),
)]
#[get("/keylog/checkpoint")]
pub(crate) async fn read_checkpoint(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::KeyLog, address.limit_key())?;
    let (_, checkpoint) = services.key_log.checkpoint().await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, FRESH))
        .content_type(ContentType::plaintext())
        .body(checkpoint))
}
