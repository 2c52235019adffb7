//! Cases of [`crate::ports::KeyLogRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::key_log::tree::NodeId;
use crate::key_log::{ChainLink, Leaf, LinkOperation, NewLink, SettledLink};
use crate::keys::{Asserter, KeyEvent, KeyId, KeyOperation};
use crate::ports::{LogHead, NextLink, Store, StoreError, StoreExt};

fn link(account: AccountId, seq: u64) -> NewLink {
    NewLink {
        account,
        seq,
        operation: LinkOperation::Rotate,
        username: "somebody".to_owned(),
        keys: "[]".to_owned(),
        created_at: Timestamp::from_seconds(9),
    }
}

fn settled(account: AccountId, seq: u64, leaf: u64) -> SettledLink {
    SettledLink {
        account,
        seq,
        leaf,
        text: format!("link {seq}"),
        digest: [u8::try_from(leaf).unwrap(); 32],
        opening: [7; 32],
    }
}

async fn append(store: &Arc<dyn Store>, link: NewLink) {
    store
        .write(move |tx| tx.key_log().append(&link))
        .await
        .unwrap();
}

async fn settle(store: &Arc<dyn Store>, link: SettledLink) -> bool {
    store
        .write(move |tx| tx.key_log().settle(&link))
        .await
        .unwrap()
}

async fn chain(store: &Arc<dyn Store>, of: AccountId, after: u64, limit: u32) -> Vec<ChainLink> {
    store
        .read(move |tx| tx.key_log().chain(of, after, limit))
        .await
        .unwrap()
}

async fn next(store: &Arc<dyn Store>, of: AccountId) -> Option<NextLink> {
    store
        .write(move |tx| tx.key_log().next_link(of))
        .await
        .unwrap()
}

/// Links come back as they were appended, those of one account alone, and the last one of them.
pub async fn a_chain_is_numbered_and_told_in_order(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    assert_eq!(chain(&store, alice, 0, 10).await, []);
    for seq in 1..=3 {
        let first = next(&store, alice).await.unwrap();
        assert_eq!((first.seq, first.username.as_str()), (seq, "alice"));
        append(&store, link(alice, seq)).await;
    }
    append(&store, link(bob, 1)).await;
    let [one, two, three] = [1, 2, 3].map(|seq| ChainLink::Pending(link(alice, seq)));
    let all = [one, two.clone(), three.clone()];
    assert_eq!(chain(&store, alice, 0, 10).await, all);
    assert_eq!(chain(&store, alice, 1, 1).await, [two]);
    assert_eq!(chain(&store, alice, u64::MAX, 10).await, []);
    let newest = store
        .read(move |tx| tx.key_log().find_newest(alice))
        .await
        .unwrap();
    assert_eq!(newest, Some(three));
}

/// Erasing a chain takes the openings and leaves the leaves, other chains, and the number that comes next for the `delete`, which
/// nobody is told of.
pub async fn a_chain_is_erased_and_its_leaves_stay(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for account in [alice, bob] {
        append(&store, link(account, 1)).await;
    }
    assert!(settle(&store, settled(alice, 1, 0)).await);
    let leaf = Leaf {
        label: [1; 32],
        commitment: [2; 32],
    };
    let delete = NewLink {
        operation: LinkOperation::Delete,
        ..link(alice, 2)
    };
    let row = delete.clone();
    store
        .write(move |tx| {
            tx.key_log().insert_leaves(0, &[leaf])?;
            tx.key_log().erase(alice)?;
            tx.key_log().append(&row)
        })
        .await
        .unwrap();
    assert_eq!(chain(&store, alice, 0, 10).await, []);
    assert_eq!(chain(&store, bob, 0, 10).await.len(), 1);
    let (leaves, pending) = store
        .read(|tx| Ok::<_, StoreError>((tx.key_log().leaves(0, 9)?, tx.key_log().list_pending(9)?)))
        .await
        .unwrap();
    assert_eq!(leaves, [(0, leaf)]);
    assert!(pending.iter().any(|pending| pending.link == delete));
}

/// Who is no account gets no next link.
pub async fn nobody_without_an_account_has_a_chain(store: Arc<dyn Store>) {
    assert_eq!(next(&store, AccountId::from_bytes([9; 16])).await, None);
}

/// Pending links come by number and account, at most so many, each with the digest of the one before it if that has a leaf.
pub async fn pending_links_know_their_predecessor(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for account in [alice, bob] {
        for seq in 1..=3 {
            append(&store, link(account, seq)).await;
        }
    }
    assert!(settle(&store, settled(alice, 1, 5)).await);
    let pending = store.read(|tx| tx.key_log().list_pending(4)).await.unwrap();
    let mut people = [alice, bob];
    people.sort();
    let [first, second] = people;
    let before = |account| (account == alice).then_some([5; 32]);
    let found: Vec<_> = pending
        .iter()
        .map(|pending| (pending.link.seq, pending.link.account, pending.previous))
        .collect();
    assert_eq!(
        found,
        [
            (1, bob, None),
            (2, first, before(first)),
            (2, second, before(second)),
            (3, first, None),
        ]
    );
}

/// A link gets a leaf once, and one that is not there gets none.
pub async fn a_link_is_settled_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    append(&store, link(alice, 1)).await;
    assert!(!settle(&store, settled(alice, 2, 0)).await);
    assert!(settle(&store, settled(alice, 1, 0)).await);
    assert!(!settle(&store, settled(alice, 1, 1)).await);
    assert_eq!(
        chain(&store, alice, 0, 10).await,
        [ChainLink::Settled(settled(alice, 1, 0))]
    );
    let pending = store.read(|tx| tx.key_log().list_pending(4)).await.unwrap();
    assert_eq!(pending, []);
}

/// Accounts whose keys have a history and no chain are found, by id and behind another one; those without keys are not.
pub async fn who_had_keys_before_has_no_chain(store: Arc<dyn Store>) {
    let mut old = Vec::new();
    for name in ["alice", "bob", "carol"] {
        old.push(person(&store, name).await.id);
    }
    person(&store, "dave").await;
    for account in old.clone() {
        for byte in [1, 2] {
            let event = KeyEvent {
                account,
                operation: KeyOperation::Add,
                key: KeyId::from_bytes([byte; 16]),
                replaced: None,
                asserted_by: Asserter::Server,
                created_at: Timestamp::from_seconds(1),
            };
            store
                .write(move |tx| tx.keys().record(&event))
                .await
                .unwrap();
        }
    }
    old.sort();
    let [first, begun, last] = old.try_into().unwrap();
    append(&store, link(begun, 1)).await;
    let found = async |after, limit| {
        store
            .read(move |tx| tx.key_log().list_without_chain(after, limit))
            .await
            .unwrap()
    };
    assert_eq!(found(None, 9).await, [first, last]);
    assert_eq!(found(None, 1).await, [first]);
    assert_eq!(found(Some(first), 9).await, [last]);
}

/// Leaves come in order, from any number on and at most so many; there are none behind the last.
pub async fn leaves_are_told_from_anywhere(store: Arc<dyn Store>) {
    let leaf = |byte| Leaf {
        label: [byte; 32],
        commitment: [byte + 100; 32],
    };
    store
        .write(move |tx| {
            tx.key_log().insert_leaves(0, &[leaf(0), leaf(1)])?;
            tx.key_log().insert_leaves(2, &[leaf(2)])
        })
        .await
        .unwrap();
    let from = async |from, limit| {
        store
            .read(move |tx| tx.key_log().leaves(from, limit))
            .await
            .unwrap()
    };
    assert_eq!(from(0, 9).await, [(0, leaf(0)), (1, leaf(1)), (2, leaf(2))]);
    assert_eq!(from(1, 1).await, [(1, leaf(1))]);
    assert_eq!(from(u64::MAX, 1).await, []);
}

/// Of the subtrees that are asked for, those come that there are.
pub async fn subtrees_are_found(store: Arc<dyn Store>) {
    let high = NodeId {
        level: 40,
        index: 3,
    };
    store
        .write(move |tx| {
            tx.key_log()
                .insert_nodes(&[(NodeId::leaf(0), [1; 32]), (high, [2; 32])])
        })
        .await
        .unwrap();
    let find = async |ids: Vec<NodeId>| {
        store
            .read(move |tx| tx.key_log().find_nodes(&ids))
            .await
            .unwrap()
    };
    assert_eq!(find(Vec::new()).await, []);
    let mut found = find(vec![high, NodeId::leaf(0), NodeId::leaf(1)]).await;
    found.sort();
    assert_eq!(found, [(NodeId::leaf(0), [1; 32]), (high, [2; 32])]);
}

/// A new log has no leaves and no signature; of many who let it grow from one size, one does.
pub async fn one_of_many_advances_the_tree(store: Arc<dyn Store>) {
    let head = store.read(|tx| tx.key_log().head()).await.unwrap();
    assert_eq!(head, LogHead::default());
    let tries = (1..=8).map(|size| {
        let head = LogHead {
            size,
            checkpoint: Some(format!("size {size}")),
        };
        let store = Arc::clone(&store);
        async move {
            let new = head.clone();
            let won = store
                .write(move |tx| tx.key_log().advance(0, &new))
                .await
                .unwrap();
            won.then_some(head)
        }
    });
    let won: Vec<LogHead> = join_all(tries.collect())
        .await
        .into_iter()
        .flatten()
        .collect();
    let head = store.read(|tx| tx.key_log().head()).await.unwrap();
    assert_eq!(won, [head]);
}

/// Changes of one account at once get numbers without a hole.
pub async fn appends_at_once_have_no_holes(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let appends = (0..8).map(|_| {
        let store = Arc::clone(&store);
        async move {
            store
                .write(move |tx| {
                    let next = tx.key_log().next_link(alice)?.unwrap();
                    tx.key_log().append(&link(alice, next.seq))
                })
                .await
                .unwrap();
        }
    });
    join_all(appends.collect()).await;
    let all: Vec<_> = (1..=8)
        .map(|seq| ChainLink::Pending(link(alice, seq)))
        .collect();
    assert_eq!(chain(&store, alice, 0, 99).await, all);
}
