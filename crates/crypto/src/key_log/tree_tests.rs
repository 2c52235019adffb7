//! The domain's Merkle tree under real SHA-256: against vectors of others, and against the definition itself, written down as
//! RFC 9162 has it and with nothing of how the tree is stored.

use std::collections::HashMap;

use sealpost_domain::key_log::tree::{
    NodeId, Span, consistency_path, grow, hash_leaf, inclusion_path,
};
use sealpost_domain::key_log::{verify_consistency, verify_inclusion};
use sealpost_domain::ports::Digest;

use crate::sha256;

/// The eight leaves of the Certificate Transparency project's own tests, and the roots of the first so many.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/// How many leaves the trees have that are compared with the definition.
const MOST: u64 = 130;

/// The complete subtrees of a log, as a store keeps them.
#[derive(Default)]
struct Log {
    size: u64,
    nodes: HashMap<NodeId, Digest>,
}

impl Log {
    /// Appends leaves with these hashes; says the root.
    fn append(&mut self, leaves: &[Digest]) -> Digest {
        let edge = Span::whole(self.size).nodes();
        let edge: Vec<Digest> = edge.iter().map(|id| self.nodes[id]).collect();
        let grown = grow(&sha256, self.size, &edge, leaves);
        for (id, hash) in grown.nodes {
            assert!(self.nodes.insert(id, hash).is_none(), "{id:?} twice");
        }
        self.size += u64::try_from(leaves.len()).unwrap();
        grown.root
    }

    fn hashes(&self, path: Vec<Span>) -> Vec<Digest> {
        let find = |id| self.nodes.get(&id).copied();
        let hash = |span: Span| span.hash(&sha256, &find).unwrap();
        path.into_iter().map(hash).collect()
    }
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

#[test]
fn the_tree_is_that_of_rfc_6962() {
    let leaves = LEAVES.map(|leaf| hash_leaf(&sha256, &bytes(leaf)));
    for (size, root) in ROOTS.into_iter().enumerate() {
        let expected: Digest = unhex(root);
        assert_eq!(Log::default().append(&leaves[..size]), expected, "{size}");
        // And one by one.
        let mut log = Log::default();
        let mut root = log.append(&[]);
        for leaf in &leaves[..size] {
            root = log.append(&[*leaf]);
        }
        assert_eq!(root, expected, "{size}");
    }
}

#[test]
fn proofs_are_those_of_rfc_6962() {
    let leaves = LEAVES.map(|leaf| hash_leaf(&sha256, &bytes(leaf)));
    let mut log = Log::default();
    log.append(&leaves);
    // Leaf 5 of 8, and from 6 to 8, as those tests have them.
    assert_eq!(
        log.hashes(inclusion_path(5, 8)),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(unhex::<32>)
    );
    assert_eq!(
        log.hashes(consistency_path(6, 8)),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(unhex::<32>)
    );
}

/// RFC 9162, section 2.1.1.
fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(mth(left), mth(right))
        }
    }
}

fn node(left: Digest, right: Digest) -> Digest {
    sha256(&[&[1], left.as_slice(), right.as_slice()].concat())
}

/// The largest power of two smaller than `n`.
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// RFC 9162, section 2.1.3.1.
fn path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, sibling) = if m < left.len() {
        (path(m, left), mth(right))
    } else {
        (path(m - left.len(), right), mth(left))
    };
    hashes.push(sibling);
    hashes
}

/// RFC 9162, section 2.1.4.1.
fn subproof(m: usize, leaves: &[Digest], is_known: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if is_known {
            Vec::new()
        } else {
            vec![mth(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, sibling) = if m <= left.len() {
        (subproof(m, left, is_known), mth(right))
    } else {
        (subproof(m - left.len(), right, false), mth(left))
    };
    hashes.push(sibling);
    hashes
}

fn leaves() -> Vec<Digest> {
    (0..MOST)
        .map(|number| hash_leaf(&sha256, &number.to_be_bytes()))
        .collect()
}

fn length(leaves: &[Digest]) -> u64 {
    u64::try_from(leaves.len()).unwrap()
}

#[test]
fn every_tree_and_inclusion_is_as_defined() {
    let all = leaves();
    let mut log = Log::default();
    log.append(&all);
    for size in 1..=all.len() {
        let (part, root) = (&all[..size], mth(&all[..size]));
        let whole = Span::whole(length(part));
        assert_eq!(log.hashes(vec![whole]), [root], "{size}");
        for (index, leaf) in part.iter().enumerate() {
            let number = u64::try_from(index).unwrap();
            let proof = log.hashes(inclusion_path(number, length(part)));
            assert_eq!(proof, path(index, part), "{index} of {size}");
            let is_in = |leaf, at, root, proof: &[Digest]| {
                verify_inclusion(&sha256, leaf, at, (length(part), root), proof)
            };
            assert!(is_in(leaf, number, &root, &proof));
            assert!(!is_in(&[0; 32], number, &root, &proof));
            assert!(!is_in(leaf, number + 1, &root, &proof));
            assert!(!is_in(leaf, number, &[0; 32], &proof));
            assert!(!is_in(
                leaf,
                number,
                &root,
                &[&proof[..], &[[0; 32]]].concat()
            ));
            if let Some((_, short)) = proof.split_last() {
                assert!(!is_in(leaf, number, &root, short));
            }
        }
    }
}

#[test]
fn every_consistency_is_as_defined() {
    let all = leaves();
    let mut log = Log::default();
    log.append(&all);
    let roots: Vec<Digest> = (0..=all.len()).map(|size| mth(&all[..size])).collect();
    for (to, new_root) in roots.iter().enumerate().skip(1) {
        for (from, old_root) in roots.iter().enumerate().take(to + 1).skip(1) {
            let (small, large) = (u64::try_from(from).unwrap(), u64::try_from(to).unwrap());
            let proof = log.hashes(consistency_path(small, large));
            assert_eq!(proof, subproof(from, &all[..to], true), "{from} to {to}");
            let is_so = |old, new, proof: &[Digest]| {
                verify_consistency(&sha256, (small, old), (large, new), proof)
            };
            assert!(is_so(old_root, new_root, &proof));
            assert!(!is_so(&[0; 32], new_root, &proof));
            assert!(!is_so(old_root, &[0; 32], &proof));
            assert!(!is_so(
                old_root,
                new_root,
                &[&proof[..], &[[0; 32]]].concat()
            ));
            if let Some((_, short)) = proof.split_last() {
                assert!(!is_so(old_root, new_root, short));
            }
        }
    }
}

#[test]
fn an_empty_tree_begins_every_tree_and_no_tree_begins_a_smaller_one() {
    let (all, empty) = (leaves(), sha256(&[]));
    let (three, five) = (mth(&all[..3]), mth(&all[..5]));
    assert!(verify_consistency(&sha256, (0, &empty), (5, &five), &[]));
    assert!(verify_consistency(&sha256, (0, &empty), (0, &empty), &[]));
    assert!(!verify_consistency(&sha256, (0, &three), (5, &five), &[]));
    assert!(!verify_consistency(&sha256, (5, &five), (3, &three), &[]));
    assert!(!verify_consistency(&sha256, (5, &five), (5, &three), &[]));
    assert!(!verify_consistency(&sha256, (3, &three), (5, &five), &[]));
}
