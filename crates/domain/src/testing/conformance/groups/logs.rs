//! What the logs of a group's members hold.

use std::sync::Arc;

use super::*;
use crate::inbox::{EventKind, InboxEvent, NewEvent};

/// Somebody of a large group: their account with the number in its name.
async fn crowd(store: &Arc<dyn Store>, size: usize) -> Vec<AccountId> {
    let accounts: Vec<_> = (0..size)
        .map(|number| crate::testing::account(&format!("member{number}")))
        .collect();
    let ids = accounts.iter().map(|account| account.id).collect();
    let inserted: Result<(), StoreError> = store
        .write(move |tx| {
            let hash = crate::ports::PasswordHash::new("$h$".to_owned());
            accounts
                .iter()
                .try_for_each(|account| tx.accounts().insert(account, &hash))
        })
        .await;
    inserted.unwrap();
    ids
}

/// A thousand get an event each, at the end of logs that differ, and one who is named twice gets it once.
pub async fn a_thousand_are_told(store: Arc<dyn Store>) {
    let everybody = crowd(&store, 1_000).await;
    let [owner, ref others @ ..] = everybody[..] else {
        panic!("a thousand")
    };
    group(&store, owner, others.to_vec()).await;
    let last = *others.last().unwrap();
    let event = |byte: u8| NewEvent {
        kind: EventKind::ConversationUpdated,
        subject: [byte; 16],
        created_at: at(9),
    };
    let told: Result<usize, StoreError> = store
        .write(move |tx| {
            let membership = tx.conversations().find_membership(GROUP, owner)?.unwrap();
            tx.inbox().collect(&[last, last], event(1));
            tx.inbox().collect(&membership.members, event(2));
            Ok(membership.members.len())
        })
        .await;
    assert_eq!(told.unwrap(), 1_000);
    let logs: Result<Vec<(Vec<InboxEvent>, u64)>, StoreError> = store
        .read(move |tx| {
            let log = |account: &AccountId| {
                let latest = tx.inbox().window(*account)?.unwrap().latest;
                Ok((tx.inbox().page(*account, 0, 9)?, latest))
            };
            everybody.iter().map(log).collect()
        })
        .await;
    let logs = logs.unwrap();
    let subjects =
        |log: &[InboxEvent]| -> Vec<u8> { log.iter().map(|event| event.subject[0]).collect() };
    for (number, (log, latest)) in logs.iter().enumerate() {
        let expected: &[u8] = if number == 999 { &[1, 2] } else { &[2] };
        assert_eq!(subjects(log), expected, "{number}");
        assert_eq!(u64::try_from(log.len()).unwrap(), *latest);
        assert_eq!(log.last().map(|event| event.offset), Some(*latest));
    }
}

/// Says something to everybody who is in the group at that moment; None if the sender is not.
fn say(tx: &mut dyn Tx, number: u32, sender: AccountId) -> Result<Option<u64>, StoreError> {
    let Some(membership) = tx.conversations().lock_membership(GROUP, sender)? else {
        return Ok(None);
    };
    let new = message(number, GROUP, sender);
    let seq = tx.messages().append(&new)?;
    let event = NewEvent {
        kind: EventKind::MessageCreated,
        subject: *new.id.as_bytes(),
        created_at: at(9),
    };
    tx.inbox().collect(&membership.members, event);
    Ok(Some(seq))
}

/// Lets somebody in if they are out, and out if they are in, and says after which message that was.
fn turn(tx: &mut dyn Tx, owner: AccountId, who: AccountId) -> Result<(bool, u64), StoreError> {
    let standing = tx.conversations().lock_standing(GROUP, owner)?.unwrap();
    let new = comes(who, 9, standing.last_seq + 1);
    let comes = tx.groups().insert_member(GROUP, &new)?;
    if !comes {
        tx.groups().remove_member(GROUP, who)?;
    }
    Ok((comes, standing.last_seq))
}

/// While many write and somebody comes and goes, they get exactly what is said while they are in: nothing with a number
/// after their going, everything after their coming, in order.
pub async fn who_is_out_gets_nothing_and_who_is_in_gets_all(store: Arc<dyn Store>) {
    let [alice, bob, carol] = people(&store, ["alice", "bob", "carol"]).await;
    group(&store, alice, vec![bob]).await;
    let said = (0..60).map(|number| {
        let sender = if number % 2 == 0 { alice } else { bob };
        let said = store.write(move |tx| say(tx, number, sender));
        async move { (None, said.await.unwrap()) }
    });
    let turned = (0..12).map(|_| {
        let turned = store.write(move |tx| turn(tx, alice, carol));
        async move {
            let turned: Result<_, StoreError> = turned.await;
            (Some(turned.unwrap()), None)
        }
    });
    let mut work: Vec<std::pin::Pin<Box<dyn Future<Output = _> + Send>>> = Vec::new();
    let mut turned = turned.into_iter();
    for (number, said) in said.enumerate() {
        work.push(Box::pin(said));
        if number % 5 == 0
            && let Some(turned) = turned.next()
        {
            work.push(Box::pin(turned));
        }
    }
    let outcomes = super::super::join_all(work).await;
    let mut turns: Vec<(bool, u64)> = outcomes.iter().filter_map(|(turn, _)| *turn).collect();
    // Of two turns between the same two messages, either order says the same.
    turns.sort_by_key(|(_, after)| *after);
    let mut expected: Vec<u64> = Vec::new();
    for seq in 1..=60 {
        let before = turns.iter().filter(|(_, after)| *after < seq).count();
        // They were out in the beginning.
        if before % 2 == 1 {
            expected.push(seq);
        }
    }
    let heard: Result<Vec<u64>, StoreError> = store
        .read(move |tx| {
            let log = tx.inbox().page(carol, 0, 100)?;
            let id = |event: &InboxEvent| crate::messages::MessageId::from_bytes(event.subject);
            let mut seqs = Vec::new();
            for event in &log {
                let found = tx.messages().find_many(&[id(event)])?;
                seqs.extend(found.first().map(|message| message.seq));
            }
            Ok(seqs)
        })
        .await;
    assert_eq!(heard.unwrap(), expected);
    let members = list(&store, 9).await.len();
    let count = store
        .read(move |tx| tx.conversations().find_standing(GROUP, alice))
        .await;
    let count = count.unwrap().unwrap().member_count;
    assert_eq!((members, count), (2, 2), "an even number of turns");
}
