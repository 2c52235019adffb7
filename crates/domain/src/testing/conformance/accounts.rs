//! Cases of [`crate::ports::AccountRepository`].

use std::sync::Arc;

use crate::Timestamp;
use crate::accounts::{Account, AccountId, Email, Username};
use crate::ports::{Constraint, PasswordHash, Store, StoreError, StoreExt};
use crate::testing::account;

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

async fn insert(store: &Arc<dyn Store>, account: Account) -> Result<(), StoreError> {
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

/// `É` and `é` are one name, for the engine too.
pub async fn username_is_unique_when_folded(store: Arc<dyn Store>) {
    insert(&store, account("Élise")).await.unwrap();
    let refused = insert(&store, account("éLISE")).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Username))),
        "{refused:?}"
    );
}

/// Two accounts cannot have one address; any number can have none.
pub async fn email_is_unique_when_folded(store: Arc<dyn Store>) {
    insert(&store, with_email(account("a"), "x@y.example"))
        .await
        .unwrap();
    let refused = insert(&store, with_email(account("b"), "X@Y.example")).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Email))),
        "{refused:?}"
    );
    insert(&store, account("c")).await.unwrap();
    insert(&store, account("d")).await.unwrap();
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

async fn look(store: &Arc<dyn Store>, id: AccountId) -> Account {
    let found: Option<Account> = store.read(move |tx| tx.accounts().find(id)).await.unwrap();
    found.unwrap()
}

/// A proved address is the account's own: it is taken from whoever only claimed it, and from nobody who proved it.
pub async fn a_proved_address_beats_a_claimed_one(store: Arc<dyn Store>) {
    let (a, b) = (account("a").id, account("b").id);
    insert(&store, with_email(account("a"), "x@y.example"))
        .await
        .unwrap();
    insert(&store, account("b")).await.unwrap();
    assert!(verify(&store, b, "X@y.example", 7).await);
    assert_eq!(look(&store, a).await.email, None);
    let owner = look(&store, b).await;
    assert_eq!(owner.email.unwrap().as_str(), "X@y.example");
    assert_eq!(owner.email_verified_at, Some(Timestamp::from_seconds(7)));

    assert!(!verify(&store, a, "x@Y.example", 8).await);
    assert_eq!(look(&store, a).await.email, None);
    assert!(verify(&store, b, "x@y.example", 9).await);
    assert!(verify(&store, b, "other@y.example", 10).await);
    assert!(verify(&store, a, "x@y.example", 11).await);
    assert!(!verify(&store, account("nobody").id, "n@y.example", 12).await);
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
