//! Cases of [`crate::ports::CodeRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::codes::{CodePurpose, MailedCode};
use crate::ports::{Store, StoreExt};

const MADE_AT: Timestamp = Timestamp::from_seconds(1_000);

fn code(account: AccountId, byte: u8) -> MailedCode {
    MailedCode {
        account,
        purpose: CodePurpose::VerifyEmail,
        salt: [byte; 16],
        mac: [byte; 32],
        target: Some(Email::parse("A@b.example").unwrap()),
        tries_left: MailedCode::TRIES,
        created_at: MADE_AT,
        expires_at: MADE_AT + Duration::from_secs(100),
    }
}

async fn put(store: &Arc<dyn Store>, code: MailedCode) -> bool {
    let replaceable = code.created_at - MailedCode::PAUSE;
    store
        .write(move |tx| tx.codes().put(&code, replaceable))
        .await
        .unwrap()
}

async fn spend(
    store: &Arc<dyn Store>,
    account: AccountId,
    purpose: CodePurpose,
    now: Timestamp,
) -> Option<MailedCode> {
    store
        .write(move |tx| tx.codes().spend_try(account, purpose, now))
        .await
        .unwrap()
}

/// One for each account and purpose; a young one stays, an older one is replaced with all that belongs to it.
pub async fn a_new_one_replaces_an_old_one(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let first = code(alice, 1);
    assert!(put(&store, first.clone()).await);
    assert!(put(&store, code(bob, 2)).await);
    let login = MailedCode {
        purpose: CodePurpose::Login,
        ..code(alice, 3)
    };
    assert!(put(&store, login.clone()).await);
    let made = |after| MailedCode {
        created_at: MADE_AT + after,
        target: None,
        ..code(alice, 4)
    };
    assert!(!put(&store, made(MailedCode::PAUSE - Duration::from_micros(1))).await);
    let spent = spend(&store, alice, CodePurpose::VerifyEmail, MADE_AT).await;
    let left = first.tries_left - 1;
    assert_eq!(
        spent,
        Some(MailedCode {
            tries_left: left,
            ..first
        })
    );
    assert!(put(&store, made(MailedCode::PAUSE)).await);
    let spent = spend(&store, alice, CodePurpose::VerifyEmail, MADE_AT).await;
    assert_eq!(
        spent,
        Some(MailedCode {
            tries_left: left,
            ..made(MailedCode::PAUSE)
        })
    );
    let spent = spend(&store, alice, CodePurpose::Login, MADE_AT).await;
    assert_eq!(spent.map(|code| code.mac), Some(login.mac));
}

/// Whoever has used up the tries finds no code, until there is a new one.
pub async fn tries_run_out(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    assert!(put(&store, code(alice, 1)).await);
    for left in (0..MailedCode::TRIES).rev() {
        let spent = spend(&store, alice, CodePurpose::VerifyEmail, MADE_AT).await;
        assert_eq!(spent.map(|code| code.tries_left), Some(left));
    }
    let none = spend(&store, alice, CodePurpose::VerifyEmail, MADE_AT).await;
    assert_eq!(none, None);
    let next = MailedCode {
        created_at: MADE_AT + MailedCode::PAUSE,
        ..code(alice, 2)
    };
    assert!(put(&store, next).await);
    let spent = spend(&store, alice, CodePurpose::VerifyEmail, MADE_AT).await;
    assert_eq!(spent.map(|code| code.mac), Some([2; 32]));
}

/// At the moment it expires it is good for nothing.
pub async fn an_expired_one_is_none(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let row = code(alice, 1);
    let end = row.expires_at;
    assert!(put(&store, row).await);
    let purpose = CodePurpose::VerifyEmail;
    assert_eq!(spend(&store, alice, purpose, end).await, None);
    let last = end - Duration::from_micros(1);
    assert!(spend(&store, alice, purpose, last).await.is_some());
}

/// One goes, all of an account go, or all that have expired.
pub async fn deleted_and_swept(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let login = |account| MailedCode {
        purpose: CodePurpose::Login,
        ..code(account, 1)
    };
    for row in [code(alice, 1), login(alice), code(bob, 1), login(bob)] {
        assert!(put(&store, row).await);
    }
    let delete = move |tx: &mut dyn crate::ports::Tx| tx.codes().delete(alice, CodePurpose::Login);
    assert!(store.write(delete).await.unwrap());
    assert!(!store.write(delete).await.unwrap());
    let all = move |tx: &mut dyn crate::ports::Tx| tx.codes().delete_all(alice);
    assert_eq!(store.write(all).await.unwrap(), 1);
    assert_eq!(store.write(all).await.unwrap(), 0);
    let end = code(bob, 1).expires_at;
    let before = end - Duration::from_micros(1);
    for (now, limit, swept) in [(before, 10, 0), (end, 1, 1), (end, 10, 1)] {
        let gone = store
            .write(move |tx| tx.codes().sweep(now, limit))
            .await
            .unwrap();
        assert_eq!(gone, swept);
    }
}

/// Of a hundred who guess at once, five get to see the code.
pub async fn a_hundred_parallel_guesses_spend_at_most_five_tries(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    assert!(put(&store, code(alice, 1)).await);
    let mut left = Vec::new();
    // As many at once as every store takes.
    for _ in 0..4 {
        let guess = || {
            store.write(move |tx| {
                tx.codes()
                    .spend_try(alice, CodePurpose::VerifyEmail, MADE_AT)
            })
        };
        let spent = join_all((0..25).map(|_| guess()).collect()).await;
        let codes = spent.into_iter().filter_map(Result::unwrap);
        left.extend(codes.map(|code| code.tries_left));
    }
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}
