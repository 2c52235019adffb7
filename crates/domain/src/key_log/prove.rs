//! Anybody at all looks at the log and asks for proofs.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::ports::{Digest, LogHead, StoreError, StoreExt, Tx};

use super::tree::{self, NodeId, Sha256, Span};
use super::{KeyLog, Leaf};

/// How many hashes are read at once.
const NODES_AT_ONCE: usize = 500;

/// A stretch of leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafPage {
    /// With their numbers, in order.
    pub leaves: Vec<(u64, Leaf)>,
    /// The number at which the next page begins; None at the end.
    pub next: Option<u64>,
}

/// That a leaf is in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The leaf's number.
    pub index: u64,
    /// The leaf.
    pub leaf: Leaf,
    /// How many leaves the tree has.
    pub size: u64,
    /// The audit path, from the leaf upwards.
    pub path: Vec<Digest>,
    /// The signed tree, if this is the newest one.
    pub checkpoint: Option<String>,
}

/// That a tree begins with an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The size of the older tree.
    pub from: u64,
    /// The size of the younger one.
    pub to: u64,
    /// The hashes, in the order of RFC 9162.
    pub path: Vec<Digest>,
}

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The log has fewer leaves.
    #[error("the log has fewer leaves")]
    FromBeyondTree,
    /// The log has fewer leaves.
    #[error("the log has fewer leaves")]
    ToBeyondTree,
    /// The log has fewer leaves.
    #[error("the log has fewer leaves")]
    SizeBeyondTree,
    /// The tree of this size has no such leaf.
    #[error("there is no such leaf in the tree")]
    UnknownLeaf,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ProofError {
    FromBeyondTree: Invalid, "beyond-the-log", "from";
    ToBeyondTree: Invalid, "beyond-the-log", "to";
    SizeBeyondTree: Invalid, "beyond-the-log", "size";
    UnknownLeaf: NotFound, "unknown-leaf", "leaf";
} else { Store });

impl KeyLog {
    /// The newest signed tree (C2SP `tlog-checkpoint`), and its size.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn checkpoint(&self) -> Result<(u64, String), StoreError> {
        // Twice: whoever asks before the very first signature has it made.
        for _ in 0..2 {
            let head: LogHead = self.env.store.ask(|tx| tx.key_log().head()).await?;
            if let Some(checkpoint) = head.checkpoint {
                return Ok((head.size, checkpoint));
            }
            self.sequence().await?;
        }
        Err(StoreError::Internal("the key log was never signed".into()))
    }

    /// The leaves from number `from` on, at most `limit` and never more than [`KeyLog::LEAF_PAGE`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leaves(&self, from: u64, limit: u32) -> Result<LeafPage, StoreError> {
        let limit = limit.clamp(1, Self::LEAF_PAGE);
        self.env
            .store
            .read(move |tx| {
                let size = tx.key_log().head()?.size;
                let leaves = tx.key_log().leaves(from, limit)?;
                let next = leaves.last().map(|(index, _)| index.saturating_add(1));
                Ok(LeafPage {
                    leaves,
                    next: next.filter(|next| *next < size),
                })
            })
            .await
    }

    /// Proves that the tree of size `to` (None: the newest) begins with the tree of size `from`.
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn prove_consistency(
        &self,
        from: u64,
        to: Option<u64>,
    ) -> Result<ConsistencyProof, ProofError> {
        let sha256 = self.sha256();
        self.env
            .store
            .read(move |tx| prove_consistency(tx, &sha256, from, to))
            .await
    }

    /// Proves that leaf `index` is in the tree of this size (None: the newest).
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn prove_inclusion(
        &self,
        index: u64,
        size: Option<u64>,
    ) -> Result<InclusionProof, ProofError> {
        let sha256 = self.sha256();
        self.env
            .store
            .read(move |tx| prove_inclusion(tx, &sha256, index, size))
            .await
    }
}

fn prove_consistency(
    tx: &mut dyn Tx,
    sha256: Sha256<'_>,
    from: u64,
    to: Option<u64>,
) -> Result<ConsistencyProof, ProofError> {
    let size = tx.key_log().head()?.size;
    let to = to.unwrap_or(size);
    if to > size {
        return Err(ProofError::ToBeyondTree);
    }
    if from > to {
        return Err(ProofError::FromBeyondTree);
    }
    let spans = tree::consistency_path(from, to);
    let path = hash_spans(tx, sha256, &[spans])?.into_iter().flatten();
    Ok(ConsistencyProof {
        from,
        to,
        path: path.collect(),
    })
}

fn prove_inclusion(
    tx: &mut dyn Tx,
    sha256: Sha256<'_>,
    index: u64,
    size: Option<u64>,
) -> Result<InclusionProof, ProofError> {
    let head = tx.key_log().head()?;
    let size = size.unwrap_or(head.size);
    if size > head.size {
        return Err(ProofError::SizeBeyondTree);
    }
    if index >= size {
        return Err(ProofError::UnknownLeaf);
    }
    let leaves = tx.key_log().leaves(index, 1)?;
    let (_, leaf) = leaves.first().copied().ok_or_else(damaged)?;
    let spans = tree::inclusion_path(index, size);
    let path = hash_spans(tx, sha256, &[spans])?.into_iter().flatten();
    Ok(InclusionProof {
        index,
        leaf,
        size,
        path: path.collect(),
        checkpoint: head.checkpoint.filter(|_| size == head.size),
    })
}

/// The hashes of the spans of several paths, read together.
pub(super) fn hash_spans(
    tx: &mut dyn Tx,
    sha256: Sha256<'_>,
    paths: &[Vec<Span>],
) -> Result<Vec<Vec<Digest>>, StoreError> {
    let wanted: BTreeSet<NodeId> = paths
        .iter()
        .flatten()
        .flat_map(|span| span.nodes())
        .collect();
    let wanted: Vec<NodeId> = wanted.into_iter().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    for some in wanted.chunks(NODES_AT_ONCE) {
        found.extend(tx.key_log().find_nodes(some)?);
    }
    let hash = |span: &Span| span.hash(sha256, &|id| found.get(&id).copied());
    paths
        .iter()
        .map(|path| {
            path.iter()
                .map(hash)
                .collect::<Option<_>>()
                .ok_or_else(damaged)
        })
        .collect()
}

fn damaged() -> StoreError {
    StoreError::Corrupt {
        table: "key_log_nodes",
        column: "hash",
    }
}
