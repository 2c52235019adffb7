//! Cases of [`crate::ports::AccountRepository`] about names.

use std::sync::Arc;

use super::accounts::{insert, look, made_at};
use super::join_all;
use crate::Timestamp;
use crate::accounts::{Account, AccountId, Username};
use crate::ports::{Constraint, Store, StoreError, StoreExt};
use crate::testing::account;

/// `É` and `é` are one name, for the engine too.
pub async fn username_is_unique_when_folded(store: Arc<dyn Store>) {
    insert(&store, account("Élise")).await.unwrap();
    let refused = insert(&store, account("éLISE")).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Username))),
        "{refused:?}"
    );
}

const FREE_AT: i64 = 1_000;

async fn rename(
    store: &Arc<dyn Store>,
    id: AccountId,
    last: Option<i64>,
    username: &str,
    at: i64,
) -> Result<bool, StoreError> {
    let username = Username::parse(username).unwrap();
    let (last, at) = (
        last.map(Timestamp::from_seconds),
        Timestamp::from_seconds(at),
    );
    let free_at = Timestamp::from_seconds(FREE_AT);
    store
        .write(move |tx| tx.accounts().rename(id, last, &username, at, free_at))
        .await
}

fn is_taken<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Conflict(Constraint::Username)))
}

/// The same name, for an account of its own.
fn another(mut account: Account) -> Account {
    account.id = AccountId::from_bytes([0x55; 16]);
    account
}

/// An account gets another name, once for each state it was seen in; ids find it as before.
pub async fn renamed_if_unchanged(store: Arc<dyn Store>) {
    insert(&store, account("alice")).await.unwrap();
    insert(&store, account("bob")).await.unwrap();
    let id = account("alice").id;
    assert!(rename(&store, id, None, "Alicia", 5).await.unwrap());
    let alice = look(&store, id).await;
    assert_eq!(alice.username.as_str(), "Alicia");
    assert_eq!(alice.renamed_at, Some(Timestamp::from_seconds(5)));
    for last in [None, Some(4)] {
        assert!(!rename(&store, id, last, "again", 6).await.unwrap());
    }
    let nobody = account("nobody").id;
    assert!(!rename(&store, nobody, None, "somebody", 6).await.unwrap());
    let taken = rename(&store, id, Some(5), "BOB", 6).await;
    assert!(is_taken(&taken), "{taken:?}");
    assert_eq!(look(&store, id).await, alice);

    // Another way to write it is a change, and retires nothing.
    assert!(rename(&store, id, Some(5), "ALICIA", 7).await.unwrap());
    assert!(rename(&store, id, Some(7), "alice", 8).await.unwrap());
    let ids = [account("bob").id, id, nobody];
    let mut found: Vec<Account> = store
        .read(move |tx| tx.accounts().find_many(&ids))
        .await
        .unwrap();
    found.sort_by(|one, other| one.username.as_str().cmp(other.username.as_str()));
    assert_eq!(found, [look(&store, id).await, account("bob")]);
}

/// A name that somebody had is nobody else's until its time has come, by no door.
pub async fn a_retired_name_is_its_former_owners(store: Arc<dyn Store>) {
    insert(&store, account("alice")).await.unwrap();
    insert(&store, account("bob")).await.unwrap();
    let (alice, bob) = (account("alice").id, account("bob").id);
    assert!(rename(&store, alice, None, "alicia", 5).await.unwrap());
    let refused = insert(&store, another(made_at("ALICE", FREE_AT - 1))).await;
    assert!(is_taken(&refused), "{refused:?}");
    let refused = rename(&store, bob, None, "Alice", FREE_AT - 1).await;
    assert!(is_taken(&refused), "{refused:?}");
    let name = Username::parse("alice").unwrap();
    let found: Option<Account> = store
        .read(move |tx| tx.accounts().find_by_username(&name))
        .await
        .unwrap();
    assert_eq!(found, None, "it leads to nobody");

    assert!(rename(&store, alice, Some(5), "alice", 6).await.unwrap());
    let refused = rename(&store, bob, None, "alicia", 7).await;
    assert!(is_taken(&refused), "the other is retired in turn");
    assert!(rename(&store, bob, None, "alicia", FREE_AT).await.unwrap());
    assert!(rename(&store, alice, Some(6), "alison", 8).await.unwrap());
    insert(&store, another(made_at("alice", FREE_AT)))
        .await
        .unwrap();
}

/// A name that looks like somebody's is taken, while they have it and until it is free, by no door. Their own is theirs.
pub async fn a_lookalike_is_taken(store: Arc<dyn Store>) {
    insert(&store, account("paypal")).await.unwrap();
    insert(&store, account("modern")).await.unwrap();
    insert(&store, account("modem")).await.unwrap();
    let cyrillic = account("раураl");
    assert!(is_taken(&insert(&store, cyrillic.clone()).await));
    let modem = account("modem").id;
    assert!(is_taken(&rename(&store, modem, None, "mоdern", 5).await));
    let kept = look(&store, modem).await;
    assert_eq!(kept.username.as_str(), "modem");

    let paypal = account("paypal").id;
    assert!(rename(&store, paypal, None, "раураl", 5).await.unwrap());
    for (name, seconds) in [("pаypal", 6), ("раураl", 6), ("раураl", FREE_AT)] {
        let refused = insert(&store, another(made_at(name, seconds))).await;
        assert!(is_taken(&refused), "{name} at {seconds}");
    }
    assert!(rename(&store, paypal, Some(5), "bank", 7).await.unwrap());
    let early = insert(&store, another(made_at("pаypal", FREE_AT - 1))).await;
    assert!(is_taken(&early), "both of the old names are retired");
    insert(&store, another(made_at("pаypal", FREE_AT)))
        .await
        .unwrap();
    let none: u64 = store
        .write(|tx| tx.accounts().fill_skeletons(9))
        .await
        .unwrap();
    assert_eq!(none, 0, "each was stored with its name");
}

/// Retired names that are free again are deleted, a few at a time.
pub async fn retired_names_are_swept(store: Arc<dyn Store>) {
    for (person, other) in [("a", "a1"), ("b", "b1")] {
        insert(&store, account(person)).await.unwrap();
        let renamed = rename(&store, account(person).id, None, other, 5).await;
        assert!(renamed.unwrap());
    }
    for (now, limit, gone) in [(FREE_AT - 1, 9, 0), (FREE_AT, 1, 1), (FREE_AT, 9, 1)] {
        let now = Timestamp::from_seconds(now);
        let swept = store
            .write(move |tx| tx.accounts().sweep_retired(now, limit))
            .await
            .unwrap();
        assert_eq!(swept, gone);
    }
}

/// Of many that want one name at once, one gets it, and nobody gets a name that is being retired.
pub async fn many_want_a_name(store: Arc<dyn Store>) {
    let people: Vec<AccountId> = (0..10).map(|n| account(&format!("p{n}")).id).collect();
    for n in 0..10 {
        insert(&store, account(&format!("p{n}"))).await.unwrap();
    }
    insert(&store, account("alice")).await.unwrap();
    let alice = account("alice").id;
    let (first, wanted): (Vec<_>, Vec<_>) = (vec![(alice, "alicia")], vec!["wanted", "alice"]);
    let rest = wanted
        .iter()
        .flat_map(|name| people.iter().map(|person| (*person, *name)));
    let asked = first.into_iter().chain(rest);
    let asked = asked.map(|(person, name)| rename(&store, person, None, name, 5));
    let outcomes = join_all(asked.collect()).await;
    let (renamed, others) = outcomes.split_first().unwrap();
    assert!(matches!(renamed, Ok(true)), "{renamed:?}");
    let got = others.iter().filter(|outcome| matches!(outcome, Ok(true)));
    assert_eq!(got.count(), 1, "{others:?}");
    let fair = |outcome: &Result<bool, StoreError>| is_taken(outcome) || outcome.is_ok();
    assert!(others.iter().all(fair), "{others:?}");
}
/// A removed account is nowhere found, and its names, the last one too, are nobody's until their time has come.
pub async fn a_removed_account_leaves_its_names(store: Arc<dyn Store>) {
    insert(&store, account("alice")).await.unwrap();
    let alice = account("alice").id;
    assert!(rename(&store, alice, None, "alicia", 5).await.unwrap());
    let free_at = Timestamp::from_seconds(FREE_AT);
    for expected in [true, false] {
        let gone: Result<_, StoreError> = store
            .write(move |tx| {
                let vacated = tx.accounts().vacate(alice, free_at)?;
                Ok((vacated, tx.accounts().remove(alice)?))
            })
            .await;
        assert_eq!(gone.unwrap(), (expected, expected));
    }
    let found: Result<_, StoreError> = store.read(move |tx| tx.accounts().find(alice)).await;
    assert_eq!(found.unwrap(), None);
    for name in ["alice", "Alicia"] {
        let refused = insert(&store, another(made_at(name, FREE_AT - 1))).await;
        assert!(is_taken(&refused), "{refused:?}");
    }
    let again = insert(&store, another(made_at("alicia", FREE_AT))).await;
    again.unwrap();
}
