//! Cases of [`crate::ports::InviteRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::Account;
use crate::invites::{Invite, InviteId, InviteUse};
use crate::ports::{Constraint, Digest, PasswordHash, Store, StoreError, StoreExt, Tx};
use crate::testing::account;

const NOW: Timestamp = Timestamp::from_seconds(1_000);

fn invite(byte: u8, uses: u32) -> Invite {
    Invite {
        id: InviteId::from_bytes([byte; 16]),
        made_by: u32::MAX,
        uses,
        used: 0,
        created_at: Timestamp::from_seconds(1),
        expires_at: Timestamp::from_seconds(2_000),
        revoked_at: None,
    }
}

const fn digest(byte: u8) -> Digest {
    [byte; 32]
}

async fn insert(store: &Arc<dyn Store>, byte: u8, uses: u32) -> Result<Invite, StoreError> {
    let row = invite(byte, uses);
    store
        .write(move |tx| tx.invites().insert(&row, &digest(byte)))
        .await?;
    Ok(row)
}

async fn find(store: &Arc<dyn Store>, byte: u8) -> Option<Invite> {
    let id = InviteId::from_bytes([byte; 16]);
    store.read(move |tx| tx.invites().find(id)).await.unwrap()
}

async fn spend(store: &Arc<dyn Store>, byte: u8, now: Timestamp) -> Option<InviteId> {
    store
        .write(move |tx| tx.invites().spend(&digest(byte), now))
        .await
        .unwrap()
}

/// An invite is found by its id and by its code's digest; neither exists twice.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let made = insert(&store, 1, 5).await.unwrap();
    assert_eq!(find(&store, 1).await, Some(made));
    assert_eq!(find(&store, 2).await, None);
    for (byte, expected) in [(1, Some(made)), (2, None)] {
        let found = store
            .read(move |tx| tx.invites().find_by_digest(&digest(byte)))
            .await
            .unwrap();
        assert_eq!(found, expected);
    }
    for (id, code) in [(1, 2), (2, 1)] {
        let row = invite(id, 5);
        let refused = store
            .write(move |tx| tx.invites().insert(&row, &digest(code)))
            .await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
            "{refused:?}"
        );
    }
}

/// A use is taken of an invite that is good, and of no other.
pub async fn spent_while_it_is_good(store: Arc<dyn Store>) {
    let made = insert(&store, 1, 2).await.unwrap();
    assert_eq!(spend(&store, 9, NOW).await, None);
    assert_eq!(spend(&store, 1, made.expires_at).await, None);
    assert_eq!(spend(&store, 1, NOW).await, Some(made.id));
    assert_eq!(spend(&store, 1, NOW).await, Some(made.id));
    assert_eq!(spend(&store, 1, NOW).await, None);
    assert_eq!(find(&store, 1).await, Some(Invite { used: 2, ..made }));

    let revoked = insert(&store, 2, 2).await.unwrap();
    for expected in [true, false] {
        let outcome = store
            .write(move |tx| tx.invites().revoke(revoked.id, NOW))
            .await
            .unwrap();
        assert_eq!(outcome, expected);
    }
    assert_eq!(spend(&store, 2, NOW).await, None);
    let found = find(&store, 2).await.unwrap();
    assert_eq!((found.used, found.revoked_at), (0, Some(NOW)));
    let nobodys = InviteId::from_bytes([9; 16]);
    let outcome = store.write(move |tx| tx.invites().revoke(nobodys, NOW));
    assert!(!outcome.await.unwrap());
}

fn join(tx: &mut dyn Tx, newcomer: &Account) -> Result<bool, StoreError> {
    let Some(invite) = tx.invites().spend(&digest(1), NOW)? else {
        return Ok(false);
    };
    let hash = PasswordHash::new("$h$".to_owned());
    tx.accounts().insert(newcomer, &hash)?;
    tx.invites().record_use(invite, newcomer.id, NOW)?;
    Ok(true)
}

/// Sixty-four newcomers with one code at once: as many accounts as it has uses, and each is noted.
pub async fn as_many_accounts_as_uses(store: Arc<dyn Store>) {
    let made = insert(&store, 1, 5).await.unwrap();
    let newcomers: Vec<_> = (0..64)
        .map(|n| {
            let newcomer = account(&format!("newcomer{n}"));
            store.write(move |tx| join(tx, &newcomer))
        })
        .collect();
    let outcomes = super::join_all(newcomers).await;
    let joined = outcomes.into_iter().filter(|made| *made.as_ref().unwrap());
    assert_eq!(joined.count(), 5);
    assert_eq!(find(&store, 1).await, Some(Invite { used: 5, ..made }));
    let uses = store
        .read(move |tx| tx.invites().list_uses(made.id))
        .await
        .unwrap();
    assert_eq!(uses.len(), 5);
}

/// A use that was taken in a unit that failed was not taken.
pub async fn a_refused_unit_takes_no_use(store: Arc<dyn Store>) {
    insert(&store, 1, 1).await.unwrap();
    let taken = person(&store, "alice").await;
    let refused = store.write(move |tx| join(tx, &taken)).await;
    assert!(refused.is_err());
    assert_eq!(find(&store, 1).await.unwrap().used, 0);
    let bob = account("bob");
    assert!(store.write(move |tx| join(tx, &bob)).await.unwrap());
}

/// Invites are listed newest first in stretches, the accounts of one oldest first.
pub async fn listed_with_their_accounts(store: Arc<dyn Store>) {
    let mut made = Vec::new();
    for byte in 1..=3 {
        made.insert(0, insert(&store, byte, 9).await.unwrap());
    }
    let newest = InviteId::from_bytes([3; 16]);
    for (before, limit, expected) in [
        (None, 9, made.clone()),
        (None, 2, made.iter().take(2).copied().collect()),
        (
            Some(newest),
            1,
            made.iter().skip(1).take(1).copied().collect(),
        ),
    ] {
        let page = store
            .read(move |tx| tx.invites().page(before, limit))
            .await
            .unwrap();
        assert_eq!(page, expected);
    }

    let mut expected = Vec::new();
    for (name, second) in [("Late", 7), ("early", 6)] {
        let Account { id, username, .. } = person(&store, name).await;
        let used_at = Timestamp::from_seconds(second);
        store
            .write(move |tx| tx.invites().record_use(newest, id, used_at))
            .await
            .unwrap();
        expected.insert(
            0,
            InviteUse {
                account: id,
                username,
                used_at,
            },
        );
    }
    let uses = store
        .read(move |tx| tx.invites().list_uses(newest))
        .await
        .unwrap();
    assert_eq!(uses, expected);
}

/// Invites that were over before a time go, a batch at a time; their accounts stay.
pub async fn swept_when_long_over(store: Arc<dyn Store>) {
    let at = Timestamp::from_seconds;
    let good = invite(1, 1);
    let rows = [
        good,
        Invite {
            expires_at: at(499),
            ..invite(2, 1)
        },
        Invite {
            expires_at: at(500),
            ..invite(3, 1)
        },
        invite(4, 1),
        invite(5, 1),
        invite(6, 1),
        invite(7, 1),
    ];
    for (row, byte) in rows.into_iter().zip(1..) {
        let inserted: Result<(), StoreError> = store
            .write(move |tx| tx.invites().insert(&row, &digest(byte)))
            .await;
        inserted.unwrap();
    }
    for (byte, seconds) in [(4, 499), (5, 500)] {
        let revoked: Result<bool, StoreError> = store
            .write(move |tx| tx.invites().revoke(invite(byte, 1).id, at(seconds)))
            .await;
        assert!(revoked.unwrap());
    }
    for (byte, name, seconds) in [(6, "early", 499), (7, "late", 500)] {
        let account = person(&store, name).await.id;
        let used: Result<(), StoreError> = store
            .write(move |tx| {
                tx.invites().spend(&digest(byte), at(seconds))?;
                tx.invites()
                    .record_use(invite(byte, 1).id, account, at(seconds))
            })
            .await;
        used.unwrap();
    }
    for (limit, gone) in [(2, 2), (9, 1), (9, 0)] {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.invites().sweep(at(500), limit))
            .await;
        assert_eq!(swept.unwrap(), gone);
    }
    for (byte, there) in [
        (1, true),
        (2, false),
        (3, true),
        (4, false),
        (5, true),
        (6, false),
        (7, true),
    ] {
        assert_eq!(find(&store, byte).await.is_some(), there, "{byte}");
    }
    let early = account("early").id;
    let found: Result<Option<Account>, StoreError> =
        store.read(move |tx| tx.accounts().find(early)).await;
    assert!(found.unwrap().is_some());
}
