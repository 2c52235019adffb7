//! Cases of [`crate::ports::AuditRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::ports::{Store, StoreError, StoreExt};
use crate::sessions::{Dialect, SessionId};

const fn id(number: u8) -> AuditEventId {
    AuditEventId::from_bytes([number; 16])
}

fn event(number: u8, account: AccountId) -> AuditEvent {
    let odd = !number.is_multiple_of(2);
    AuditEvent {
        id: id(number),
        account,
        kind: AuditKind::FileKeyDisclosed,
        at: Timestamp::from_seconds(i64::from(number)),
        session: odd.then(|| SessionId::from_bytes([5; 16])),
        dialect: odd.then_some(Dialect::Vault),
        subject: odd.then_some([number; 16]),
    }
}

async fn page(
    store: &Arc<dyn Store>,
    account: AccountId,
    before: Option<u8>,
    limit: u32,
) -> Vec<AuditEvent> {
    store
        .read(move |tx| tx.audit().page(account, before.map(id), limit))
        .await
        .unwrap()
}

/// Each account has its own trail, read newest first in stretches; what is old goes.
pub async fn paged_newest_first_and_swept(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    for event in [
        event(1, alice),
        event(2, alice),
        event(3, bob),
        event(4, alice),
    ] {
        store
            .write(move |tx| tx.audit().append(&event))
            .await
            .unwrap();
    }
    let alices = [event(4, alice), event(2, alice), event(1, alice)];
    assert_eq!(page(&store, alice, None, 9).await, alices);
    assert_eq!(page(&store, alice, None, 2).await, alices[..2]);
    assert_eq!(page(&store, alice, Some(4), 1).await, alices[1..2]);
    assert_eq!(page(&store, bob, None, 9).await, [event(3, bob)]);

    let before = Timestamp::from_seconds(3);
    for (limit, gone) in [(1, 1), (9, 1), (9, 0)] {
        let swept = store
            .write(move |tx| tx.audit().sweep(before, limit))
            .await
            .unwrap();
        assert_eq!(swept, gone);
    }
    assert_eq!(page(&store, alice, None, 9).await, [event(4, alice)]);
    assert_eq!(page(&store, bob, None, 9).await, [event(3, bob)]);
}

/// What became of an event is written in its place; one that has gone stays gone.
pub async fn settled(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let noted = event(2, alice);
    store
        .write(move |tx| tx.audit().append(&noted))
        .await
        .unwrap();
    for byte in [2, 3] {
        let session = Some(SessionId::from_bytes([6; 16]));
        let settled: Result<(), StoreError> = store
            .write(move |tx| tx.audit().settle(id(byte), AuditKind::LoggedIn, session))
            .await;
        settled.unwrap();
    }
    let expected = AuditEvent {
        kind: AuditKind::LoggedIn,
        session: Some(SessionId::from_bytes([6; 16])),
        ..noted
    };
    assert_eq!(page(&store, alice, None, 9).await, [expected]);
}
