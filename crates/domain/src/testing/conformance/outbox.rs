//! Cases of [`crate::ports::OutboxRepository`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use crate::Timestamp;
use crate::mail::{MailId, MailState, MailSummary, MailTemplate, OutboxTally, SealedMail};
use crate::ports::{Constraint, LeasedMail, Store, StoreError, StoreExt};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const LEASE: Duration = Duration::from_secs(60);

fn id(number: u8) -> MailId {
    MailId::from_bytes([number; 16])
}

/// A mail that is due at this second.
fn mail(number: u8, second: i64) -> SealedMail {
    SealedMail {
        id: id(number),
        template: MailTemplate::LoginCode,
        payload: vec![number; 40],
        created_at: Timestamp::from_seconds(second),
        not_after: Timestamp::from_seconds(second + 300),
    }
}

async fn insert(store: &Arc<dyn Store>, mail: SealedMail) -> Result<(), StoreError> {
    store.write(move |tx| tx.outbox().insert(&mail)).await
}

async fn lease(store: &Arc<dyn Store>, now: Timestamp) -> Option<LeasedMail> {
    store
        .write(move |tx| tx.outbox().lease_next(now, now + LEASE))
        .await
        .unwrap()
}

async fn find(store: &Arc<dyn Store>, id: MailId) -> Option<MailSummary> {
    store.read(move |tx| tx.outbox().find(id)).await.unwrap()
}

async fn delete(store: &Arc<dyn Store>, id: MailId) -> bool {
    store.write(move |tx| tx.outbox().delete(id)).await.unwrap()
}

async fn defer(store: &Arc<dyn Store>, id: MailId, attempts: u32, next_at: Timestamp) -> bool {
    store
        .write(move |tx| tx.outbox().defer(id, attempts, next_at, "busy"))
        .await
        .unwrap()
}

async fn bury(store: &Arc<dyn Store>, id: MailId, attempts: u32, now: Timestamp) -> bool {
    store
        .write(move |tx| tx.outbox().bury(id, attempts, now, "refused"))
        .await
        .unwrap()
}

async fn hasten(store: &Arc<dyn Store>, id: MailId, attempts: u32, now: Timestamp) -> bool {
    store
        .write(move |tx| tx.outbox().hasten(id, attempts, now))
        .await
        .unwrap()
}

/// A mail comes back as it was stored, once under its id.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let mail = mail(1, 990);
    insert(&store, mail.clone()).await.unwrap();
    let summary = MailSummary {
        id: mail.id,
        template: mail.template,
        state: MailState::Waiting,
        created_at: mail.created_at,
        not_after: mail.not_after,
        attempts: 0,
        next_at: Some(mail.created_at),
        died_at: None,
        reason: None,
    };
    assert_eq!(find(&store, mail.id).await, Some(summary));
    assert_eq!(find(&store, id(2)).await, None);
    let again = insert(&store, mail.clone()).await;
    assert!(
        matches!(again, Err(StoreError::Conflict(Constraint::Id))),
        "{again:?}"
    );
    let leased = LeasedMail {
        id: mail.id,
        template: mail.template,
        payload: mail.payload,
        created_at: mail.created_at,
        not_after: mail.not_after,
        attempts: 1,
    };
    assert_eq!(lease(&store, NOW).await, Some(leased));
}

/// What has been due for longest comes first, what is not due not at all; at its second a mail is due.
pub async fn leased_when_due_longest_first(store: Arc<dyn Store>) {
    for (number, second) in [(4, 1_000), (3, 999), (2, 999), (1, 1_001)] {
        insert(&store, mail(number, second)).await.unwrap();
    }
    for number in [2, 3, 4] {
        assert_eq!(lease(&store, NOW).await.unwrap().id, id(number));
    }
    assert_eq!(lease(&store, NOW).await, None);
}

/// A leased mail is nobody else's until the lease is over; then it is due, and counts one more attempt.
pub async fn a_lease_runs_out(store: Arc<dyn Store>) {
    insert(&store, mail(1, 1_000)).await.unwrap();
    assert_eq!(lease(&store, NOW).await.unwrap().attempts, 1);
    let leased = find(&store, id(1)).await.unwrap();
    assert_eq!(leased.state, MailState::Leased);
    assert_eq!(leased.next_at, Some(NOW + LEASE));
    let almost = NOW + LEASE - Duration::from_micros(1);
    assert_eq!(lease(&store, almost).await, None);
    assert_eq!(lease(&store, NOW + LEASE).await.unwrap().attempts, 2);
}

/// Of sixty-four workers that reach for one mail at once, one gets it.
pub async fn one_of_many_gets_a_mail(store: Arc<dyn Store>) {
    insert(&store, mail(1, 1_000)).await.unwrap();
    for round in 0..10_u32 {
        let now = NOW + LEASE * round;
        let reached = join_all((0..64).map(|_| lease(&store, now)).collect()).await;
        let won: Vec<_> = reached.into_iter().flatten().collect();
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(won.first().map(|mail| mail.attempts), Some(round + 1));
    }
}

/// Sixty-four workers and thirty-two mails: nobody gets what another has, and nothing is left behind.
pub async fn many_get_one_each(store: Arc<dyn Store>) {
    for number in 0..32 {
        insert(&store, mail(number, 1_000)).await.unwrap();
    }
    let reached = join_all((0..64).map(|_| lease(&store, NOW)).collect()).await;
    let mut won: Vec<_> = reached.into_iter().flatten().collect();
    // Whoever was overtaken at everything it saw reaches again.
    while let Some(mail) = lease(&store, NOW).await {
        won.push(mail);
    }
    assert!(won.iter().all(|mail| mail.attempts == 1));
    let ids: BTreeSet<_> = won.iter().map(|mail| mail.id).collect();
    assert_eq!((won.len(), ids.len()), (32, 32));
}

/// A sent mail is deleted, once, also by one whose lease has run out; a dead one stays.
pub async fn deleted_when_sent(store: Arc<dyn Store>) {
    insert(&store, mail(1, 1_000)).await.unwrap();
    lease(&store, NOW).await.unwrap();
    assert!(delete(&store, id(1)).await);
    assert!(!delete(&store, id(1)).await);
    assert_eq!(find(&store, id(1)).await, None);
    insert(&store, mail(2, 1_000)).await.unwrap();
    lease(&store, NOW).await.unwrap();
    assert!(bury(&store, id(2), 1, NOW).await);
    assert!(!delete(&store, id(2)).await);
}

/// Only the present lease says what becomes of a mail; a dead one is never due again.
pub async fn deferred_and_buried_by_its_holder_alone(store: Arc<dyn Store>) {
    insert(&store, mail(1, 1_000)).await.unwrap();
    assert!(!defer(&store, id(1), 0, NOW).await, "nobody has leased it");
    lease(&store, NOW).await.unwrap();
    let later = NOW + LEASE;
    lease(&store, later).await.unwrap();
    assert!(!defer(&store, id(1), 1, later).await);
    assert!(!bury(&store, id(1), 1, later).await);
    assert!(defer(&store, id(1), 2, later + LEASE).await);
    assert!(!defer(&store, id(1), 2, later).await, "the lease has ended");
    let waiting = find(&store, id(1)).await.unwrap();
    assert_eq!(waiting.state, MailState::Waiting);
    assert_eq!(waiting.next_at, Some(later + LEASE));
    assert_eq!(waiting.reason.as_deref(), Some("busy"));
    let last = later + LEASE;
    assert_eq!(lease(&store, last).await.unwrap().attempts, 3);
    assert!(bury(&store, id(1), 3, last).await);
    let dead = find(&store, id(1)).await.unwrap();
    assert_eq!((dead.state, dead.next_at), (MailState::Dead, None));
    assert_eq!(dead.died_at, Some(last));
    assert_eq!(dead.reason.as_deref(), Some("refused"));
    assert_eq!(lease(&store, last + LEASE * 1_000).await, None);
}

/// A waiting mail becomes due, one in hand does not, and one whose holder is gone does.
pub async fn hastened_unless_in_hand(store: Arc<dyn Store>) {
    insert(&store, mail(1, 1_000)).await.unwrap();
    lease(&store, NOW).await.unwrap();
    assert!(!hasten(&store, id(1), 1, NOW).await);
    assert!(defer(&store, id(1), 1, NOW + LEASE * 10).await);
    assert!(!hasten(&store, id(1), 0, NOW).await);
    assert!(hasten(&store, id(1), 1, NOW).await);
    lease(&store, NOW).await.unwrap();
    assert!(hasten(&store, id(1), 2, NOW + LEASE).await);
    assert!(!defer(&store, id(1), 2, NOW).await, "the lease has ended");
    let leased = lease(&store, NOW + LEASE).await.unwrap();
    assert!(bury(&store, id(1), leased.attempts, NOW).await);
    assert!(!hasten(&store, id(1), leased.attempts, NOW).await);
    assert!(!hasten(&store, id(2), 0, NOW).await);
}

/// Waiting and leased mails count, dead ones do not.
pub async fn counted_up_to_the_cap(store: Arc<dyn Store>) {
    for number in 1..=3 {
        insert(&store, mail(number, 1_000)).await.unwrap();
    }
    let waiting = async |count| {
        store
            .read(move |tx| tx.outbox().has_waiting(count))
            .await
            .unwrap()
    };
    lease(&store, NOW).await.unwrap();
    assert!(waiting(3).await);
    assert!(!waiting(4).await);
    assert!(bury(&store, id(1), 1, NOW).await);
    assert!(waiting(2).await);
    assert!(!waiting(3).await);
    let tally: Result<OutboxTally, StoreError> = store.read(move |tx| tx.outbox().tally()).await;
    let tally = tally.unwrap();
    assert_eq!((tally.waiting, tally.dead), (2, 1));
    assert_eq!(tally.oldest, Some(mail(2, 1_000).created_at));
}

/// Pages go from the newest to the oldest, dead letters among them.
pub async fn paged_newest_first(store: Arc<dyn Store>) {
    for number in 1..=5 {
        insert(&store, mail(number, 1_000)).await.unwrap();
    }
    lease(&store, NOW).await.unwrap();
    assert!(bury(&store, id(1), 1, NOW).await);
    let page = async |before: Option<u8>, limit| {
        let mails = store
            .read(move |tx| tx.outbox().page(before.map(id), limit))
            .await
            .unwrap();
        mails.into_iter().map(|mail| mail.id).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 3).await, [id(5), id(4), id(3)]);
    assert_eq!(page(Some(3), 3).await, [id(2), id(1)]);
    assert_eq!(page(Some(1), 3).await, []);
}

/// Dead letters of that age go, at most so many at a time; younger ones and the living stay.
pub async fn old_dead_letters_go(store: Arc<dyn Store>) {
    for number in 1..=4 {
        insert(&store, mail(number, 1_000)).await.unwrap();
    }
    for (number, second) in [(1, 1_000), (2, 1_001), (3, 1_002)] {
        lease(&store, NOW).await.unwrap();
        assert!(bury(&store, id(number), 1, Timestamp::from_seconds(second)).await);
    }
    let sweep = async |limit| {
        store
            .write(move |tx| {
                tx.outbox()
                    .delete_dead(Timestamp::from_seconds(1_001), limit)
            })
            .await
            .unwrap()
    };
    assert_eq!(sweep(1).await, 1);
    assert_eq!(find(&store, id(1)).await, None, "the oldest goes first");
    assert_eq!(sweep(10).await, 1);
    assert_eq!(sweep(10).await, 0);
    assert!(find(&store, id(3)).await.is_some());
    assert!(find(&store, id(4)).await.is_some());
}

/// A mail is committed with what it is about, or not at all.
pub async fn a_refused_unit_sends_nothing(store: Arc<dyn Store>) {
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            tx.outbox().insert(&mail(1, 1_000))?;
            Err(StoreError::Full)
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(lease(&store, NOW).await, None);
}
