//! Cases of [`crate::ports::AccountRepository`].

use std::sync::Arc;

use crate::Timestamp;
use crate::accounts::{Account, AccountId, Email, MessagesFrom, Settings, Username};
use crate::ports::{Constraint, PasswordHash, Store, StoreError, StoreExt};
use crate::testing::account;

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

pub(super) async fn insert(store: &Arc<dyn Store>, account: Account) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.accounts().insert(&account, &hash("$h$")))
        .await
}

fn with_email(mut account: Account, email: &str) -> Account {
    account.email = Some(Email::parse(email).unwrap());
    account
}

/// An account is found by its id, its name and its address, as it was written.
pub async fn found_by_id_name_and_address(store: Arc<dyn Store>) {
    let élise = with_email(account("Élise"), "Elise@Mail.example");
    insert(&store, élise.clone()).await.unwrap();
    let id = élise.id;
    let found: Vec<Option<Account>> = store
        .read(move |tx| {
            Ok::<_, StoreError>(vec![
                tx.accounts().find(id)?,
                tx.accounts()
                    .find_by_username(&Username::parse("ÉLISE").unwrap())?,
                tx.accounts()
                    .find_by_email(&Email::parse("elise@mail.EXAMPLE").unwrap())?,
                tx.accounts()
                    .find_by_username(&Username::parse("elise").unwrap())?,
            ])
        })
        .await
        .unwrap();
    assert_eq!(
        found,
        vec![
            Some(élise.clone()),
            Some(élise.clone()),
            Some(élise.clone()),
            None
        ]
    );
    let shown = found.first().cloned().flatten().unwrap();
    assert_eq!(shown.username.as_str(), "Élise");
    assert_eq!(shown.email.unwrap().as_str(), "Elise@Mail.example");
}

async fn found_by(store: &Arc<dyn Store>, email: &str) -> Option<Account> {
    let email = Email::parse(email).unwrap();
    store
        .read(move |tx| tx.accounts().find_by_email(&email))
        .await
        .unwrap()
}

/// Any number of accounts can name one address, and the first of them is found by it; two cannot have proved it.
pub async fn an_address_is_one_accounts_once_it_is_proved(store: Arc<dyn Store>) {
    for (name, seconds) in [("a", 3), ("b", 2), ("c", 4)] {
        let claiming = with_email(made_at(name, seconds), "x@y.example");
        insert(&store, claiming).await.unwrap();
    }
    insert(&store, account("d")).await.unwrap();
    insert(&store, account("e")).await.unwrap();
    let found = found_by(&store, "X@y.example").await.unwrap();
    assert_eq!(found.username.as_str(), "b");
    let proved = |name| Account {
        email_verified_at: Some(Timestamp::from_seconds(5)),
        ..with_email(account(name), "X@Y.example")
    };
    insert(&store, proved("f")).await.unwrap();
    assert_eq!(found_by(&store, "x@y.example").await, Some(proved("f")));
    let refused = insert(&store, proved("g")).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Email))),
        "{refused:?}"
    );
}

/// Only who knows the present hash can replace it.
pub async fn password_is_replaced_only_if_unchanged(store: Arc<dyn Store>) {
    let alice = account("alice");
    let id = alice.id;
    insert(&store, alice).await.unwrap();
    let outcome: (bool, bool, Option<PasswordHash>, bool) = store
        .write(move |tx| {
            Ok::<_, StoreError>((
                tx.accounts()
                    .replace_password(id, &hash("other"), &hash("no"))?,
                tx.accounts()
                    .replace_password(id, &hash("$h$"), &hash("new"))?,
                tx.accounts().find_password(id)?,
                tx.accounts()
                    .replace_password(account("bob").id, &hash("$h$"), &hash("no"))?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(outcome, (false, true, Some(hash("new")), false));
}

async fn verify(store: &Arc<dyn Store>, id: AccountId, email: &str, at: i64) -> bool {
    let email = Email::parse(email).unwrap();
    let at = Timestamp::from_seconds(at);
    store
        .write(move |tx| tx.accounts().verify_email(id, &email, at))
        .await
        .unwrap()
}

pub(super) async fn look(store: &Arc<dyn Store>, id: AccountId) -> Account {
    let found: Option<Account> = store.read(move |tx| tx.accounts().find(id)).await.unwrap();
    found.unwrap()
}

/// A proved address is the account's own: it leads there, and not to whoever only names it, who does not see that; nobody
/// else can prove it.
pub async fn a_proved_address_beats_a_claimed_one(store: Arc<dyn Store>) {
    let (a, b) = (account("a").id, account("b").id);
    insert(&store, with_email(account("a"), "x@y.example"))
        .await
        .unwrap();
    insert(&store, account("b")).await.unwrap();
    assert!(verify(&store, b, "X@y.example", 7).await);
    let claimant = look(&store, a).await;
    assert_eq!(claimant, with_email(account("a"), "x@y.example"));
    let owner = look(&store, b).await;
    assert_eq!(found_by(&store, "x@y.example").await, Some(owner.clone()));
    assert_eq!(owner.email.unwrap().as_str(), "X@y.example");
    assert_eq!(owner.email_verified_at, Some(Timestamp::from_seconds(7)));

    assert!(!verify(&store, a, "x@Y.example", 8).await);
    assert_eq!(look(&store, a).await, claimant);
    assert!(verify(&store, b, "x@y.example", 9).await);
    assert!(verify(&store, b, "other@y.example", 10).await);
    assert!(verify(&store, a, "x@y.example", 11).await);
    assert!(!verify(&store, account("nobody").id, "n@y.example", 12).await);
}

/// An address that its owner gives up is anybody's.
pub async fn a_removed_address_is_free(store: Arc<dyn Store>) {
    let id = account("a").id;
    insert(&store, account("a")).await.unwrap();
    assert!(verify(&store, id, "x@y.example", 7).await);
    for (id, removed) in [(id, true), (id, true), (account("nobody").id, false)] {
        let gone = store
            .write(move |tx| tx.accounts().remove_email(id))
            .await
            .unwrap();
        assert_eq!(gone, removed);
    }
    let without = look(&store, id).await;
    assert_eq!((without.email, without.email_verified_at), (None, None));
    let other = with_email(account("b"), "x@y.example");
    insert(&store, other).await.unwrap();
}

/// An account is disabled and enabled again.
pub async fn disabled_and_enabled(store: Arc<dyn Store>) {
    insert(&store, account("a")).await.unwrap();
    let id = account("a").id;
    for since in [Some(Timestamp::from_seconds(5)), None] {
        let set = store
            .write(move |tx| tx.accounts().set_disabled(id, since))
            .await
            .unwrap();
        assert!(set);
        assert_eq!(look(&store, id).await.disabled_at, since);
    }
    let nobody = account("nobody").id;
    let set = store
        .write(move |tx| tx.accounts().set_disabled(nobody, None))
        .await
        .unwrap();
    assert!(!set);
}

/// An account made at this second.
pub(super) fn made_at(username: &str, seconds: i64) -> Account {
    Account {
        created_at: Timestamp::from_seconds(seconds),
        ..account(username)
    }
}

/// Settings begin as the default, and change only for whom knows what they are.
pub async fn settings_are_replaced_only_if_unchanged(store: Arc<dyn Store>) {
    insert(&store, account("a")).await.unwrap();
    let (id, nobody) = (account("a").id, account("nobody").id);
    let new = Settings {
        discoverable: false,
        show_presence: false,
        messages_from: MessagesFrom::Nobody,
        send_receipts: false,
    };
    for (who, old, expected) in [
        (id, new, false),
        (id, Settings::default(), true),
        (id, Settings::default(), false),
        (nobody, Settings::default(), false),
    ] {
        let replaced = store
            .write(move |tx| tx.accounts().replace_settings(who, &old, &new))
            .await
            .unwrap();
        assert_eq!(replaced, expected);
    }
    for (who, expected) in [(id, Some(new)), (nobody, None)] {
        let found = store
            .read(move |tx| tx.accounts().find_settings(who))
            .await
            .unwrap();
        assert_eq!(found, expected);
    }
}

/// Accounts are listed by the bytes of their folded usernames, in stretches.
pub async fn paged_by_folded_username(store: Arc<dyn Store>) {
    let sorted = ["Anna", "bob", "Zoë", "Élise", "日本語"].map(account);
    for account in sorted.iter().rev() {
        insert(&store, account.clone()).await.unwrap();
    }
    for (after, limit, expected) in [
        (None, 9, &sorted[..]),
        (None, 2, &sorted[..2]),
        (Some("BOB"), 2, &sorted[2..4]),
        (Some("nobody"), 9, &sorted[2..]),
        (Some("日本語"), 9, &[]),
    ] {
        let after = after.map(|name| Username::parse(name).unwrap());
        let page = store
            .read(move |tx| tx.accounts().page(after.clone(), limit))
            .await
            .unwrap();
        assert_eq!(page, expected);
    }
}
