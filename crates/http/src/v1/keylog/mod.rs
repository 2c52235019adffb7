//! `/v1/keylog`: the key log, for whoever asks. Nothing in it tells who anybody is.

mod describe;
mod leaves;
mod proofs;
mod query;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

pub(crate) use describe::{describe_key_log, read_checkpoint};
pub(crate) use leaves::list_leaves;
pub(crate) use proofs::{inclusion_url, prove_consistency, prove_inclusion};

use crate::wire::base64url;

/// How long an answer holds that may be another one soon.
const FRESH: &str = "public, max-age=1";
/// How long one holds that never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

fn cached(body: &impl Serialize, never_changes: bool) -> HttpResponse {
    let age = if never_changes { FOR_GOOD } else { FRESH };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, age))
        .json(body)
}

/// Hashes of a proof, in its order.
pub(crate) fn hashes(path: &[[u8; 32]]) -> Vec<String> {
    path.iter().map(|hash| base64url(hash)).collect()
}
