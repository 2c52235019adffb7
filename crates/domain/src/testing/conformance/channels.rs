//! Cases of [`crate::ports::ChannelRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::channels::{
    Channel, ChannelId, ChannelLogin, ChannelRecovery, ChannelSuite, SealedWrapping,
};
use crate::keys::KeyId;
use crate::ports::{Constraint, Store, StoreError, StoreExt};
use crate::recovery::RecoveryId;
use crate::sessions::{EndedSession, SessionId};
use crate::testing::session;

const MADE_AT: Timestamp = Timestamp::from_seconds(1_000);

const fn id(byte: u8) -> ChannelId {
    ChannelId::from_bytes([byte; 16])
}

fn channel(byte: u8) -> Channel {
    Channel {
        id: id(byte),
        handle: [byte; 32],
        secret: [byte.wrapping_add(100); 32],
        suite: ChannelSuite::A256Ecb,
        sealed_key: vec![byte; 90],
        login: None,
        recovery: None,
        created_at: MADE_AT,
        expires_at: MADE_AT + Channel::LIFETIME,
    }
}

fn login(session: SessionId) -> ChannelLogin {
    ChannelLogin {
        session,
        wrong_passwords: 0,
        wrapping: Some(SealedWrapping {
            key: KeyId::from_bytes([4; 16]),
            sealed: vec![5; 90],
        }),
    }
}

async fn insert(store: &Arc<dyn Store>, channel: Channel) -> Result<(), StoreError> {
    store.write(move |tx| tx.channels().insert(&channel)).await
}

async fn find(store: &Arc<dyn Store>, handle: u8) -> Option<Channel> {
    store
        .read(move |tx| tx.channels().find(&[handle; 32]))
        .await
        .unwrap()
}

async fn rotate(store: &Arc<dyn Store>, used: u8, channel: Channel) -> bool {
    store
        .write(move |tx| tx.channels().rotate(&[used; 32], &channel))
        .await
        .unwrap()
}

/// A stored session of a stored account, and its login to a channel.
async fn logged_in(store: &Arc<dyn Store>, username: &str, byte: u8) -> (AccountId, SessionId) {
    let account = person(store, username).await.id;
    let row = session(account);
    let session = row.id;
    store
        .write(move |tx| {
            tx.sessions().insert(&row, &[byte; 32].into())?;
            tx.channels().put_login(id(byte), &login(session))
        })
        .await
        .unwrap();
    (account, session)
}

async fn has_anonymous(store: &Arc<dyn Store>, number: u32) -> bool {
    store
        .read(move |tx| tx.channels().has_anonymous(number))
        .await
        .unwrap()
}

/// A channel is found by its handle, as it was inserted, once.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    insert(&store, channel(1)).await.unwrap();
    assert_eq!(find(&store, 1).await, Some(channel(1)));
    assert_eq!(find(&store, 2).await, None);
    for twice in [
        channel(1),
        Channel {
            id: id(2),
            ..channel(1)
        },
    ] {
        let refused = insert(&store, twice).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::Id))));
    }
}

/// Of many who rotate one handle, one does; what is not rotated stays.
pub async fn one_of_many_rotates(store: Arc<dyn Store>) {
    insert(&store, channel(1)).await.unwrap();
    let (_, session) = logged_in(&store, "alice", 1).await;
    let next = |byte| Channel {
        id: id(1),
        login: Some(ChannelLogin {
            wrapping: Some(SealedWrapping {
                key: KeyId::from_bytes([4; 16]),
                sealed: vec![byte; 90],
            }),
            ..login(session)
        }),
        expires_at: MADE_AT + Duration::from_secs(9_999),
        ..channel(byte)
    };
    let rotations = (11..27).map(|byte| rotate(&store, 1, next(byte))).collect();
    let rotated = join_all(rotations).await;
    assert_eq!(rotated.iter().filter(|rotated| **rotated).count(), 1);
    assert_eq!(find(&store, 1).await, None);
    let mut found = None;
    for byte in 11..27 {
        found = found.or(find(&store, byte).await);
    }
    let found = found.unwrap();
    assert_eq!(found, next(found.handle[0]));
}

/// A login ends with its session, whatever ended that; the channel stays.
pub async fn a_login_ends_with_its_session(store: Arc<dyn Store>) {
    insert(&store, channel(1)).await.unwrap();
    let (alice, session) = logged_in(&store, "alice", 1).await;
    assert_eq!(find(&store, 1).await.unwrap().login, Some(login(session)));
    let count = || store.write(|tx| tx.channels().count_wrong(id(1)));
    count().await.unwrap();
    count().await.unwrap();
    let found = find(&store, 1).await.unwrap().login.unwrap();
    assert_eq!(found.wrong_passwords, 2);
    let note = EndedSession {
        id: session,
        ended_at: MADE_AT,
        forget_at: MADE_AT,
    };
    assert!(
        store
            .write(move |tx| tx.sessions().end(alice, &note))
            .await
            .unwrap()
    );
    assert_eq!(find(&store, 1).await, Some(channel(1)));
    // A channel that rotates after that has no login either.
    let next = Channel {
        id: id(1),
        login: Some(login(session)),
        ..channel(2)
    };
    assert!(rotate(&store, 1, next).await);
    assert_eq!(find(&store, 2).await.unwrap().login, None);
}

/// Only channels without a login count.
pub async fn anonymous_ones_are_counted(store: Arc<dyn Store>) {
    assert!(!has_anonymous(&store, 1).await);
    for byte in 1..=3 {
        insert(&store, channel(byte)).await.unwrap();
    }
    logged_in(&store, "alice", 1).await;
    assert!(has_anonymous(&store, 2).await);
    assert!(!has_anonymous(&store, 3).await);
}

/// How far a recovery has come is set, rotated and forgotten.
pub async fn a_recovery_comes_and_goes(store: Arc<dyn Store>) {
    insert(&store, channel(1)).await.unwrap();
    let recovery = ChannelRecovery {
        id: RecoveryId::from_bytes([6; 16]),
        sealed_token: Some(vec![7; 90]),
    };
    let (set, expected) = (recovery.clone(), Some(recovery.clone()));
    store
        .write(move |tx| tx.channels().set_recovery(id(1), Some(set.clone())))
        .await
        .unwrap();
    assert_eq!(find(&store, 1).await.unwrap().recovery, expected);
    let resealed = ChannelRecovery {
        sealed_token: Some(vec![8; 90]),
        ..recovery
    };
    let next = Channel {
        id: id(1),
        recovery: Some(resealed.clone()),
        ..channel(2)
    };
    assert!(rotate(&store, 1, next).await);
    assert_eq!(find(&store, 2).await.unwrap().recovery, Some(resealed));
    store
        .write(|tx| tx.channels().set_recovery(id(1), None))
        .await
        .unwrap();
    assert_eq!(find(&store, 2).await.unwrap().recovery, None);
}

/// A hundred parallel logins spend no more tries than there are.
pub async fn tries_are_exact(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let mut spent = 0;
    for _ in 0..4 {
        let count = || store.write(move |tx| tx.channels().count_try(alice, 5));
        let counted = join_all((0..25).map(|_| count()).collect()).await;
        spent += counted
            .into_iter()
            .filter(|counted| *counted.as_ref().unwrap())
            .count();
    }
    assert_eq!(spent, 5);
    let count = || store.write(move |tx| tx.channels().count_try(alice, 5));
    let back = || store.write(move |tx| tx.channels().take_back_try(alice));
    back().await.unwrap();
    assert!(count().await.unwrap());
    assert!(!count().await.unwrap());
    store
        .write(move |tx| tx.channels().forget_tries(alice))
        .await
        .unwrap();
    // There is none to take back.
    back().await.unwrap();
    for _ in 0..5 {
        assert!(count().await.unwrap());
    }
    assert!(!count().await.unwrap());
}

/// What has expired is listed, the longest expired first, and deleted unless it was used meanwhile.
pub async fn expired_ones_go(store: Arc<dyn Store>) {
    let at = |byte: u8| MADE_AT + Duration::from_secs(u64::from(byte));
    for byte in [3, 1, 2] {
        let row = Channel {
            expires_at: at(byte),
            ..channel(byte)
        };
        insert(&store, row).await.unwrap();
    }
    let list = |now, limit| store.read(move |tx| tx.channels().list_expired(now, limit));
    let ids = |channels: Vec<Channel>| -> Vec<ChannelId> {
        channels.into_iter().map(|channel| channel.id).collect()
    };
    assert_eq!(ids(list(at(0), 9).await.unwrap()), []);
    assert_eq!(ids(list(at(2), 9).await.unwrap()), [id(1), id(2)]);
    assert_eq!(ids(list(at(9), 1).await.unwrap()), [id(1)]);
    let delete = |byte, now| store.write(move |tx| tx.channels().delete_expired(id(byte), now));
    assert!(!delete(3, at(2)).await.unwrap());
    assert!(delete(2, at(2)).await.unwrap());
    assert!(!delete(2, at(2)).await.unwrap());
    assert_eq!(find(&store, 2).await, None);
    assert!(find(&store, 3).await.is_some());
}
