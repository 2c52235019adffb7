use sealpost_domain::key_log::{KeysWithChain, ProvedLink};
use serde::Serialize;
use utoipa::ToSchema;

use super::KeyView;
use crate::v1::keylog::hashes;
use crate::wire::base64url;

/// Somebody's keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeysOfUser)]
pub(super) struct KeysOfView {
    /// The good ones, newest first.
    pub(super) data: Vec<KeyView>,
    /// Always null: there are at most 50.
    #[schema(required)]
    pub(super) next_cursor: Option<String>,
    /// What proves that everybody is shown the same. Only there if you ask for it with `have`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<ChainView>,
}

/// Somebody's chain in the key log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyChain)]
pub(super) struct ChainView {
    /// The newest signed tree (C2SP `tlog-checkpoint`).
    #[schema(required)]
    checkpoint: Option<String>,
    /// Its size.
    #[schema(example = 20_852)]
    size: u64,
    /// Links behind those that you have, oldest first, at most 100.
    links: Vec<LinkView>,
    /// Whether there are more behind these.
    has_more: bool,
    /// Whether a change is not in the tree yet: ask again in a second.
    is_pending: bool,
}

/// A link of somebody's chain: what their keys were from then on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyLink)]
pub(crate) struct LinkView {
    /// Its number in the chain, from 1.
    #[schema(example = 1, minimum = 1)]
    seq: u64,
    /// What it says: JSON in its canonical form (RFC 8785), as a text, because its hash counts. `prev` is the SHA-256 digest of the text of the link
    /// before it, base64url.
    #[schema(example = "{\"account\":\"…\",\"op\":\"genesis\",\"prev\":null,\"seq\":1}")]
    link: String,
    /// What opens the leaf's commitment: 32 bytes, base64url.
    opening: String,
    /// The number of its leaf.
    #[schema(example = 7)]
    leaf: u64,
    /// The audit path of the leaf in the tree of `size`, base64url, from the leaf upwards.
    proof: Vec<String>,
}

impl From<&ProvedLink> for LinkView {
    fn from(proved: &ProvedLink) -> Self {
        Self {
            seq: proved.link.seq,
            link: proved.link.text.clone(),
            opening: base64url(&proved.link.opening),
            leaf: proved.link.leaf,
            proof: hashes(&proved.path),
        }
    }
}

impl From<KeysWithChain> for KeysOfView {
    fn from(shown: KeysWithChain) -> Self {
        Self {
            data: shown.keys.iter().map(KeyView::from).collect(),
            next_cursor: None,
            log: Some(ChainView {
                links: shown.chain.iter().map(LinkView::from).collect(),
                checkpoint: shown.checkpoint,
                size: shown.size,
                has_more: shown.has_more,
                is_pending: shown.is_pending,
            }),
        }
    }
}
