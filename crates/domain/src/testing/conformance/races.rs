//! Cases of units that run beside each other: whatever the order, what they leave behind holds.

use std::pin::Pin;
use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::ports::{Store, StoreError, StoreExt};
use crate::sessions::{EndedSession, Session, SessionId};
use crate::testing::session;

/// How often each race is run.
const ROUNDS: u8 = 20;
const NOW: Timestamp = Timestamp::from_seconds(9);

/// What a unit came to that has been handed in.
type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

fn session_of(account: AccountId, byte: u8) -> Session {
    Session {
        id: SessionId::from_bytes([byte; 16]),
        ..session(account)
    }
}

/// Logs in, as far as the store is concerned.
fn begin<'a>(store: &'a Arc<dyn Store>, session: Session, byte: u8) -> Pending<'a, ()> {
    Box::pin(store.write(move |tx| {
        let account = tx.accounts().lock(session.account)?;
        if account.is_some_and(|account| account.disabled_at.is_none()) {
            tx.sessions().insert(&session, &[byte; 32].into())?;
        }
        Ok(())
    }))
}

/// Disables the account and ends its sessions.
fn disable(store: &Arc<dyn Store>, account: AccountId) -> Pending<'_, ()> {
    Box::pin(store.write(move |tx| {
        tx.accounts().set_disabled(account, Some(NOW))?;
        for session in tx.sessions().list(account)? {
            let ended = EndedSession {
                id: session.id,
                ended_at: NOW,
                forget_at: NOW,
            };
            tx.sessions().end(account, &ended)?;
        }
        Ok(())
    }))
}

/// No session begins beside the unit that disables its account.
pub async fn no_session_outlives_disabling(store: Arc<dyn Store>) {
    for round in 1..=ROUNDS {
        let account = person(&store, &format!("p{round}")).await.id;
        let units = vec![
            begin(&store, session_of(account, round), round),
            disable(&store, account),
        ];
        for outcome in super::join_all(units).await {
            outcome.unwrap();
        }
        let left = store
            .read(move |tx| tx.sessions().list(account))
            .await
            .unwrap();
        assert_eq!(left, [], "round {round}");
    }
}

/// A login beside the unit that removes its account finds nobody or is swept away; neither fails.
pub async fn nothing_is_added_to_a_removed_account(store: Arc<dyn Store>) {
    for round in 1..=ROUNDS {
        let account = person(&store, &format!("p{round}")).await.id;
        let removed: Pending<'_, ()> = Box::pin(store.write(move |tx| {
            tx.accounts().remove(account)?;
            Ok(())
        }));
        let units = vec![begin(&store, session_of(account, round), round), removed];
        for outcome in super::join_all(units).await {
            outcome.unwrap();
        }
        let left = store
            .read(move |tx| tx.sessions().list(account))
            .await
            .unwrap();
        assert_eq!(left, [], "round {round}");
    }
}

/// Of two accounts that prove one address at once, one has it, and the other is told so.
pub async fn an_address_is_proved_by_one_of_two(store: Arc<dyn Store>) {
    for round in 1..=ROUNDS {
        let email = Email::parse(&format!("p{round}@mail.example")).unwrap();
        let (alice, bob) = (
            person(&store, &format!("a{round}")).await.id,
            person(&store, &format!("b{round}")).await.id,
        );
        let prove = |account: AccountId| -> Pending<'_, bool> {
            let email = email.clone();
            Box::pin(store.write(move |tx| tx.accounts().verify_email(account, &email, NOW)))
        };
        let mut proved = Vec::new();
        for outcome in super::join_all(vec![prove(alice), prove(bob)]).await {
            proved.push(outcome.unwrap());
        }
        proved.sort_unstable();
        assert_eq!(proved, [false, true], "round {round}");
    }
}
