use std::num::NonZeroU32;

use actix_web::{HttpResponse, get, web};
use sealpost_domain::key_log::{KeyLog, Leaf};
use serde::Serialize;
use utoipa::ToSchema;

use super::cached;
use super::query::LeavesQuery;
use crate::Services;
use crate::extract::{ClientAddress, Query};
use crate::limits::{Counted, Limits};
use crate::openapi::{CommonProblems, KEYS, PageProblems, TooManyRequests};
use crate::problem::Problem;
use crate::wire::base64url;

/// A leaf.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyLogLeaf)]
pub(super) struct LeafView {
    /// Its number, from 0.
    #[schema(example = 7)]
    index: u64,
    /// The same for all links of one account: SHA-256 of `sealpost/key-log/label/v1`, a zero byte, and the 16 bytes of the
    /// account's id; base64url.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    label: String,
    /// SHA-256 of the link's opening and its text behind it, base64url. What the tree hashes is the label's 32 bytes and these.
    #[schema(example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    commitment: String,
}

impl LeafView {
    pub(super) fn new(index: u64, leaf: &Leaf) -> Self {
        Self {
            index,
            label: base64url(&leaf.label),
            commitment: base64url(&leaf.commitment),
        }
    }
}

/// Some leaves.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyLogLeaves)]
struct LeavesBody {
    /// In their order.
    data: Vec<LeafView>,
    /// What to ask for in `from` to go on; null at the end.
    #[schema(required, example = 1000)]
    next: Option<u64>,
}

/// Read the key log's leaves
///
/// All of them, for whoever keeps an eye on the log. The owner of an account finds every link of their chain by its label, also
/// one that they were never shown.
#[utoipa::path(
    tag = KEYS,
    security(()),
    params(LeavesQuery),
    responses((status = 200, body = LeavesBody, description = "Some leaves"), PageProblems, TooManyRequests, CommonProblems),
)]
#[get("/keylog/leaves")]
pub(crate) async fn list_leaves(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    Query(query): Query<LeavesQuery>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::KeyLog, address.limit_key())?;
    let limit = query.limit.map_or(KeyLog::LEAF_PAGE, NonZeroU32::get);
    let page = services.key_log.leaves(query.from, limit).await?;
    let body = LeavesBody {
        data: page
            .leaves
            .iter()
            .map(|(index, leaf)| LeafView::new(*index, leaf))
            .collect(),
        next: page.next,
    };
    // With something behind it, the page is full.
    Ok(cached(&body, page.next.is_some()))
}
