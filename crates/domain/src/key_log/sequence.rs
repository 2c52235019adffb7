//! The server makes leaves of what was recorded, and signs the tree. One at a time, whoever tries: the one whose unit of work
//! comes second finds the tree grown and keeps nothing.

use std::collections::HashMap;

use crate::accounts::AccountId;
use crate::ports::{Digest, LogHead, StoreError, StoreExt, Tx};

use super::tree::{self, NodeId, Span};
use super::{KeyLog, Leaf, LinkOperation, PendingLink, SettledLink};

/// A tree that is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves it has.
    pub size: u64,
    /// The root of it.
    pub root: Digest,
}

/// What there is to do.
struct Batch {
    head: LogHead,
    edge: Vec<Digest>,
    pending: Vec<PendingLink>,
}

/// What is to be stored.
struct Step {
    /// The size the tree must still have.
    from: u64,
    head: LogHead,
    leaves: Vec<Leaf>,
    nodes: Vec<(NodeId, Digest)>,
    settled: Vec<SettledLink>,
    /// Whose deletion is among the leaves.
    gone: Vec<AccountId>,
}

impl KeyLog {
    /// Makes leaves of the links that have none, at most [`KeyLog::BATCH`], and signs the tree that they are in; the tree
    /// without leaves is signed once as well. To be called every second; says how many leaves there are more, also if none
    /// because another instance was faster.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing has changed.
    pub async fn sequence(&self) -> Result<u64, StoreError> {
        let batch: Batch = self.env.store.read(look).await?;
        if batch.pending.is_empty() && self.has_signed(&batch.head) {
            return Ok(0);
        }
        let step = self.step(&batch)?;
        let grown = u64::try_from(step.leaves.len()).unwrap_or(u64::MAX);
        let is_kept = self.env.store.write(move |tx| keep(tx, &step)).await?;
        Ok(if is_kept { grown } else { 0 })
    }

    /// Whether the tree was signed under the log's present name.
    fn has_signed(&self, head: &LogHead) -> bool {
        let origin = head
            .checkpoint
            .as_deref()
            .and_then(|text| text.lines().next());
        origin == Some(self.signer.origin())
    }

    /// Computes all that is to be stored.
    fn step(&self, batch: &Batch) -> Result<Step, StoreError> {
        let sha256 = self.sha256();
        let (mut settled, mut leaves, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut gone, mut last) = (Vec::new(), HashMap::new());
        for (index, pending) in (batch.head.size..).zip(&batch.pending) {
            let account = pending.link.account;
            let before = last.get(&account).copied();
            let pending = PendingLink {
                previous: before.or(pending.previous),
                ..pending.clone()
            };
            let text = pending.text(self.signer.origin());
            let (digest, opening) = (sha256(text.as_bytes()), self.env.random());
            let leaf = Leaf::new(&sha256, account, &opening, &text);
            hashes.push(tree::hash_leaf(&sha256, &leaf.content()));
            leaves.push(leaf);
            last.insert(account, digest);
            if pending.link.operation == LinkOperation::Delete {
                // Its opening ends here: nobody will ever open this leaf.
                gone.push(account);
                continue;
            }
            settled.push(SettledLink {
                account,
                seq: pending.link.seq,
                leaf: index,
                text,
                digest,
                opening,
            });
        }
        let grown = tree::grow(&sha256, batch.head.size, &batch.edge, &hashes);
        let size = batch.head.size + u64::try_from(leaves.len()).unwrap_or(u64::MAX);
        let head = TreeHead {
            size,
            root: grown.root,
        };
        let checkpoint = self.signer.sign(&head);
        Ok(Step {
            from: batch.head.size,
            head: LogHead {
                size,
                checkpoint: Some(checkpoint.map_err(|error| StoreError::Internal(error.into()))?),
            },
            leaves,
            nodes: grown.nodes,
            settled,
            gone,
        })
    }
}

fn look(tx: &mut dyn Tx) -> Result<Batch, StoreError> {
    let head = tx.key_log().head()?;
    let ids = Span::whole(head.size).nodes();
    let mut edge = tx.key_log().find_nodes(&ids)?;
    // From left to right.
    edge.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(id.level));
    Ok(Batch {
        head,
        edge: edge.into_iter().map(|(_, hash)| hash).collect(),
        pending: tx.key_log().list_pending(KeyLog::BATCH)?,
    })
}

/// Stores the step if the tree is as it was; says whether.
fn keep(tx: &mut dyn Tx, step: &Step) -> Result<bool, StoreError> {
    if !tx.key_log().advance(step.from, &step.head)? {
        return Ok(false);
    }
    tx.key_log().insert_leaves(step.from, &step.leaves)?;
    tx.key_log().insert_nodes(&step.nodes)?;
    for link in &step.settled {
        // False if its account has gone meanwhile: then nobody keeps the opening, as it should be.
        tx.key_log().settle(link)?;
    }
    for account in &step.gone {
        tx.key_log().erase(*account)?;
    }
    Ok(true)
}
