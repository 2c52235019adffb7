//! Checking proofs, as a client does. Written after the algorithms of RFC 9162, and not after how this server makes proofs.

use super::tree::{Sha256, hash_node};
use crate::ports::Digest;

/// Whether the leaf with hash `leaf` is number `index` of the tree with this size and root (RFC 9162, section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(
    sha256: Sha256<'_>,
    leaf: &Digest,
    index: u64,
    (size, root): (u64, &Digest),
    path: &[Digest],
) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if is_odd(place) || place == last {
            hash = hash_node(sha256, sibling, &hash);
            climb_to_a_right_child(&mut place, &mut last);
        } else {
            hash = hash_node(sha256, &hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether the second tree begins with the first one; each is its size and root (RFC 9162, section 2.1.4.2). The tree without
/// leaves begins every other one, and a tree itself; both need no path.
#[must_use]
pub fn verify_consistency(
    sha256: Sha256<'_>,
    (from, old_root): (u64, &Digest),
    (to, new_root): (u64, &Digest),
    path: &[Digest],
) -> bool {
    if from == to {
        return path.is_empty() && old_root == new_root;
    }
    if from == 0 || from > to {
        return from == 0 && path.is_empty() && *old_root == sha256(&[]);
    }
    let known = from.is_power_of_two().then_some(old_root);
    let mut hashes = known.into_iter().chain(path);
    let Some(first) = hashes.next().filter(|_| !path.is_empty()) else {
        return false;
    };
    let (mut place, mut last) = (from - 1, to - 1);
    while is_odd(place) {
        (place, last) = (place >> 1, last >> 1);
    }
    let (mut old, mut new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if is_odd(place) || place == last {
            old = hash_node(sha256, sibling, &old);
            new = hash_node(sha256, sibling, &new);
            climb_to_a_right_child(&mut place, &mut last);
        } else {
            new = hash_node(sha256, &new, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && old == *old_root && new == *new_root
}

const fn is_odd(number: u64) -> bool {
    number & 1 == 1
}

/// Goes up where there is no sibling to the right.
const fn climb_to_a_right_child(place: &mut u64, last: &mut u64) {
    while !is_odd(*place) && *place != 0 {
        *place >>= 1;
        *last >>= 1;
    }
}
