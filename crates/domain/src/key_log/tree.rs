//! The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1, is the same), without knowing where its nodes rest.
//!
//! Kept are the hashes of all complete subtrees, and those alone: they never change. Whatever a proof needs beside them, at
//! the tree's right edge, is computed from a few of them.

use crate::ports::Digest;

/// SHA-256 (FIPS 180-4), wherever it comes from.
pub type Sha256<'a> = &'a dyn Fn(&[u8]) -> Digest;

/// The hash of a leaf with this content.
#[must_use]
pub fn hash_leaf(sha256: Sha256<'_>, content: &[u8]) -> Digest {
    sha256(&[&[0], content].concat())
}

/// The hash of the node above these two.
#[must_use]
pub fn hash_node(sha256: Sha256<'_>, left: &Digest, right: &Digest) -> Digest {
    sha256(&[&[1], left.as_slice(), right.as_slice()].concat())
}

/// A complete subtree: the 2^`level` leaves from leaf `index` · 2^`level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// How far above the leaves; below 56.
    pub level: u8,
    /// The how manieth of its level, from 0; below 2^56.
    pub index: u64,
}

impl NodeId {
    const INDEX_BITS: u32 = 56;

    /// The leaf with this number.
    #[must_use]
    pub const fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }

    /// One number for both, as it is stored: the level in the highest byte.
    #[must_use]
    pub fn position(self) -> u64 {
        (u64::from(self.level) << Self::INDEX_BITS) | self.index
    }

    /// The subtree stored under this number.
    #[must_use]
    pub fn at(position: u64) -> Self {
        let [level, ..] = position.to_be_bytes();
        Self {
            level,
            index: position & ((1 << Self::INDEX_BITS) - 1),
        }
    }

    const fn parent(self) -> Self {
        Self {
            level: self.level + 1,
            index: self.index >> 1,
        }
    }
}

/// A subtree: the leaves from `start` up to, but not including, `end`. Proofs are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The whole tree of this size.
    #[must_use]
    pub const fn whole(size: u64) -> Self {
        Self {
            start: 0,
            end: size,
        }
    }

    /// The complete subtrees that it consists of, from left to right; each is smaller than the one before.
    #[must_use]
    pub fn nodes(self) -> Vec<NodeId> {
        let (mut nodes, mut start) = (Vec::new(), self.start);
        while let Some(widest) = self.end.saturating_sub(start).checked_ilog2() {
            let level = start.trailing_zeros().min(widest);
            nodes.push(NodeId {
                level: u8::try_from(level).unwrap_or(u8::MAX),
                index: start >> level,
            });
            start += 1 << level;
        }
        nodes
    }

    /// Its hash (`MTH`), if the hash of each of its [`Span::nodes`] is known.
    #[must_use]
    pub fn hash(
        self,
        sha256: Sha256<'_>,
        find: &dyn Fn(NodeId) -> Option<Digest>,
    ) -> Option<Digest> {
        let hashes: Option<Vec<Digest>> = self.nodes().into_iter().map(find).collect();
        Some(root_of(sha256, &hashes?))
    }

    /// Where it falls into two (RFC 6962: the largest power of two smaller than its size); None if it is one leaf or none.
    fn middle(self) -> Option<u64> {
        let size = self.end.saturating_sub(self.start);
        let widest = size.checked_sub(1)?.checked_ilog2()?;
        Some(self.start + (1 << widest))
    }

    const fn split_at(self, middle: u64) -> (Self, Self) {
        let (start, end) = (self.start, self.end);
        (Self { start, end: middle }, Self { start: middle, end })
    }
}

/// The hash above these complete subtrees, from left to right and each smaller than the one before.
fn root_of(sha256: Sha256<'_>, hashes: &[Digest]) -> Digest {
    let above = |right: Digest, left: &Digest| hash_node(sha256, left, &right);
    match hashes.split_last() {
        None => sha256(&[]),
        Some((last, before)) => before.iter().rev().fold(*last, above),
    }
}

/// The audit path of leaf `index` in the tree of this size (RFC 9162, section 2.1.3.1), from the leaf upwards; empty if there
/// is no such leaf.
#[must_use]
pub fn inclusion_path(index: u64, size: u64) -> Vec<Span> {
    if index >= size {
        return Vec::new();
    }
    let (mut path, mut around) = (Vec::new(), Span::whole(size));
    while let Some(middle) = around.middle() {
        let (left, right) = around.split_at(middle);
        if index < middle {
            path.push(right);
            around = left;
        } else {
            path.push(left);
            around = right;
        }
    }
    path.reverse();
    path
}

/// What proves that the tree of size `to` begins with the tree of size `from` (RFC 9162, section 2.1.4.1); empty if that needs
/// no proof: `from` is 0 or `to`, or there is no such proof because it is more.
#[must_use]
pub fn consistency_path(from: u64, to: u64) -> Vec<Span> {
    if from == 0 || from >= to {
        return Vec::new();
    }
    let (mut path, mut around) = (Vec::new(), Span::whole(to));
    while let Some(middle) = around.middle().filter(|_| around.end != from) {
        let (left, right) = around.split_at(middle);
        if from <= middle {
            path.push(right);
            around = left;
        } else {
            path.push(left);
            around = right;
        }
    }
    // The old tree itself is known to whoever asks; a part of it is not.
    if around.start != 0 {
        path.push(around);
    }
    path.reverse();
    path
}

/// What a tree becomes when leaves are appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The complete subtrees that there are now and were not before, the leaves among them.
    pub nodes: Vec<(NodeId, Digest)>,
    /// The root of the tree as it is now.
    pub root: Digest,
}

/// Appends leaves with these hashes to the tree of `size`. `edge` are the hashes of [`Span::nodes`] of the whole tree, in
/// their order.
#[must_use]
pub fn grow(sha256: Sha256<'_>, size: u64, edge: &[Digest], leaves: &[Digest]) -> Growth {
    let ids = Span::whole(size).nodes().into_iter();
    let mut standing: Vec<(NodeId, Digest)> = ids.zip(edge.iter().copied()).collect();
    let mut nodes = Vec::new();
    for (index, leaf) in (size..).zip(leaves) {
        let mut node = (NodeId::leaf(index), *leaf);
        nodes.push(node);
        while let Some((_, left)) = standing.pop_if(|(id, _)| id.level == node.0.level) {
            node = (node.0.parent(), hash_node(sha256, &left, &node.1));
            nodes.push(node);
        }
        standing.push(node);
    }
    let hashes: Vec<Digest> = standing.into_iter().map(|(_, hash)| hash).collect();
    Growth {
        nodes,
        root: root_of(sha256, &hashes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_leads_back_to_its_node() {
        for (level, index) in [(0, 0), (0, 7), (3, 1), (55, (1 << 56) - 1)] {
            let id = NodeId { level, index };
            assert_eq!(NodeId::at(id.position()), id);
        }
        assert_eq!(NodeId::leaf(9).position(), 9);
    }

    #[test]
    fn there_are_no_proofs_beyond_the_tree() {
        assert_eq!(inclusion_path(0, 0), []);
        assert_eq!(inclusion_path(5, 5), []);
        assert_eq!(inclusion_path(u64::MAX, 5), []);
        assert_eq!(consistency_path(u64::MAX, 5), []);
    }

    #[test]
    fn a_proof_in_a_huge_tree_is_short() {
        let size = (1 << 40) + 12_345;
        assert!(inclusion_path(1 << 39, size).len() <= 41);
        assert!(consistency_path(1 << 39, size).len() <= 42);
        assert!(Span::whole(size).nodes().len() <= 41);
    }
}
