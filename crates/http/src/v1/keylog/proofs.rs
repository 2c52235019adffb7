use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::leaves::LeafView;
use super::query::{ConsistencyQuery, InclusionQuery};
use super::{cached, hashes};
use crate::Services;
use crate::extract::{ClientAddress, Query};
use crate::limits::{Counted, Limits};
use crate::openapi::{CommonProblems, KEYS, Responses, TooManyRequests, problems};
use crate::problem::Problem;

/// Where the proof of this leaf is, for whoever asks.
pub(crate) fn inclusion_url(public_url: &str, leaf: u64) -> String {
    let base = public_url.trim_end_matches('/');
    format!("{base}/v1/keylog/proofs/inclusion?leaf={leaf}")
}

/// What both routes answer.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (400, "invalid-query", "`invalid-query`"),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: the log has fewer leaves",
            ),
        ])
    }
}

/// What only the proof of a leaf answers.
struct NoLeaf;

impl IntoResponses for NoLeaf {
    fn responses() -> Responses {
        problems(&[(
            404,
            "not-found",
            "`not-found`: there is no such leaf in the tree",
        )])
    }
}

/// That a tree begins with an older one.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsistencyProof)]
struct ConsistencyBody {
    /// The size of the older tree.
    #[schema(example = 6)]
    from: u64,
    /// The size of the younger one.
    #[schema(example = 8)]
    to: u64,
    /// The hashes, base64url, in the order of RFC 9162, section 2.1.4.
    proof: Vec<String>,
}

/// Prove that nothing was taken out of the key log
///
/// That the tree of size `to` begins with the tree of size `from`, by the algorithm of RFC 9162, section 2.1.4.2. The roots are
/// those of the checkpoints that you have seen.
#[utoipa::path(
    tag = KEYS,
    security(()),
    params(ConsistencyQuery),
    responses((status = 200, body = ConsistencyBody, description = "The proof"), Refusals, TooManyRequests, CommonProblems),
)]
#[get("/keylog/proofs/consistency")]
pub(crate) async fn prove_consistency(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    Query(query): Query<ConsistencyQuery>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::KeyLog, address.limit_key())?;
    let log = &services.key_log;
    let proof = log.prove_consistency(query.from, query.to).await?;
    let body = ConsistencyBody {
        from: proof.from,
        to: proof.to,
        proof: hashes(&proof.path),
    };
    Ok(cached(&body, query.to.is_some()))
}

/// That a leaf is in a tree.
#[derive(Serialize, ToSchema)]
#[schema(as = InclusionProof)]
struct InclusionBody {
    leaf: LeafView,
    /// The size of the tree.
    #[schema(example = 8)]
    size: u64,
    /// The audit path, base64url, from the leaf upwards (RFC 9162, section 2.1.3).
    proof: Vec<String>,
    /// The tree, signed, if it is the newest one; null otherwise.
    #[schema(required)]
    checkpoint: Option<String>,
}

/// Prove that a leaf is in the key log
///
/// By the algorithm of RFC 9162, section 2.1.3.2. This is where `proof_url` of dialect `messenger` leads.
#[utoipa::path(
    tag = KEYS,
    security(()),
    params(InclusionQuery),
    responses((status = 200, body = InclusionBody, description = "The proof"), NoLeaf, Refusals, TooManyRequests, CommonProblems),
)]
#[get("/keylog/proofs/inclusion")]
pub(crate) async fn prove_inclusion(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    Query(query): Query<InclusionQuery>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::KeyLog, address.limit_key())?;
    let log = &services.key_log;
    let proof = log.prove_inclusion(query.leaf, query.size).await?;
    let body = InclusionBody {
        leaf: LeafView::new(proof.index, &proof.leaf),
        size: proof.size,
        proof: hashes(&proof.path),
        checkpoint: proof.checkpoint,
    };
    // With a size of its own, the tree may still be the newest one, whose checkpoint comes along.
    Ok(cached(
        &body,
        query.size.is_some() && body.checkpoint.is_none(),
    ))
}
