//! Cases of [`crate::ports::GroupRepository`], and of what conversations say of groups.

mod logs;

use std::sync::Arc;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::{ConversationId, ConversationKind, Member, Role};
use crate::groups::{MemberChangeId, MemberChangeKind, NamedAccount, NewMemberChange};
use crate::ports::{GroupSettings, NewGroup, NewMember, Store, StoreError, StoreExt, Tx};

pub use logs::{a_thousand_are_told, who_is_out_gets_nothing_and_who_is_in_gets_all};

const GROUP: ConversationId = ConversationId::from_bytes([0x60; 16]);

fn new(owner: AccountId, others: Vec<AccountId>) -> NewGroup {
    NewGroup {
        id: GROUP,
        sealed_key: vec![6; 80],
        sealed_title: Some(vec![7; 30]),
        shows_history: false,
        owner,
        others,
        created_at: Timestamp::from_seconds(6),
    }
}

async fn group(store: &Arc<dyn Store>, owner: AccountId, others: Vec<AccountId>) {
    let new = new(owner, others);
    let inserted: Result<(), StoreError> = store.write(move |tx| tx.groups().insert(&new)).await;
    inserted.unwrap();
}

/// Stored accounts of these names.
async fn people<const N: usize>(store: &Arc<dyn Store>, names: [&str; N]) -> [AccountId; N] {
    let mut ids = Vec::new();
    for name in names {
        ids.push(person(store, name).await.id);
    }
    ids.try_into().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn comes(account: AccountId, seconds: i64, first_seq: u64) -> NewMember {
    NewMember {
        account,
        first_seq,
        joined_at: at(seconds),
    }
}

async fn list(store: &Arc<dyn Store>, limit: u32) -> Vec<Member> {
    store
        .read(move |tx| tx.groups().page_members(GROUP, None, limit))
        .await
        .unwrap()
}

/// A group is seen by its members, with what is particular to each; to others it is not there.
pub async fn seen_by_its_members(store: Arc<dyn Store>) {
    let [alice, bob, carol] = people(&store, ["alice", "bob", "carol"]).await;
    conversation(&store, 1, alice, bob).await;
    group(&store, alice, vec![bob]).await;
    for (who, role) in [
        (alice, Some(Role::Owner)),
        (bob, Some(Role::Member)),
        (carol, None),
    ] {
        let (seen, standing, membership) = store
            .read(move |tx| {
                let seen = tx.conversations().find_many(who, &[GROUP])?;
                let standing = tx.conversations().find_standing(GROUP, who)?;
                let membership = tx.conversations().find_membership(GROUP, who)?;
                Ok::<_, StoreError>((seen, standing, membership))
            })
            .await
            .unwrap();
        assert_eq!(seen.first().map(|stored| stored.overview.role), role);
        assert_eq!(standing.as_ref().map(|standing| standing.role), role);
        assert_eq!(membership.is_some(), role.is_some());
        let (Some(stored), Some(standing), Some(membership)) = (seen.first(), standing, membership)
        else {
            continue;
        };
        let overview = &stored.overview;
        assert_eq!(
            (&stored.sealed_title, &stored.sealed_key),
            (&Some(vec![7; 30]), &vec![6; 80])
        );
        assert_eq!(
            (
                overview.kind,
                overview.shows_history,
                overview.member_count,
                overview.version
            ),
            (ConversationKind::Group, false, 2, 1)
        );
        let names: Vec<_> = overview
            .members
            .iter()
            .map(|m| (m.account, m.role))
            .collect();
        assert_eq!(names, [(alice, Role::Owner), (bob, Role::Member)]);
        assert_eq!(
            (standing.first_seq, standing.sealed_title),
            (1, Some(vec![7; 30]))
        );
        let mut everybody = vec![alice, bob];
        everybody.sort();
        assert_eq!((membership.members, membership.others), (everybody, vec![]));
    }
}

/// Conversations of one kind are paged without those of the other.
pub async fn paged_by_kind(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    let pair = conversation(&store, 1, alice, bob).await;
    group(&store, alice, vec![bob]).await;
    for (kind, expected) in [
        (None, vec![GROUP, pair]),
        (Some(ConversationKind::Pair), vec![pair]),
        (Some(ConversationKind::Group), vec![GROUP]),
    ] {
        let found = store
            .read(move |tx| tx.conversations().page(alice, kind, None, 9))
            .await;
        assert_eq!(found.unwrap(), expected);
    }
}

/// Whoever is in a group sees the others of it, and is told of what they do after those whom they talk with alone.
pub async fn members_of_a_group_are_partners(store: Arc<dyn Store>) {
    let [alice, bob, carol, dave] = people(&store, ["alice", "bob", "carol", "dave"]).await;
    group(&store, alice, vec![bob, carol]).await;
    conversation(&store, 1, alice, dave).await;
    conversation(&store, 2, alice, bob).await;
    let mut pairs = vec![bob, dave];
    pairs.sort();
    for limit in [9, 3, 2, 1] {
        let found = store
            .read(move |tx| tx.conversations().list_partners(alice, limit))
            .await;
        let mut expected = pairs.clone();
        expected.push(carol);
        expected.truncate(usize::try_from(limit).unwrap());
        assert_eq!(found.unwrap(), expected);
    }
    for (one, other, expected) in [
        (alice, carol, true),
        (carol, bob, true),
        (alice, dave, false),
        (dave, bob, false),
    ] {
        let found = store
            .read(move |tx| tx.conversations().share_group(one, other))
            .await;
        assert_eq!(found.unwrap(), expected);
    }
}

/// Members come once and go once, and are counted; each reads from where they came.
pub async fn members_come_and_go(store: Arc<dyn Store>) {
    let [alice, bob, carol] = people(&store, ["alice", "bob", "carol"]).await;
    group(&store, alice, vec![bob]).await;
    let insert = |new: NewMember| store.write(move |tx| tx.groups().insert_member(GROUP, &new));
    let outcomes: [Result<bool, StoreError>; 2] = [
        insert(comes(carol, 9, 5)).await,
        insert(comes(carol, 10, 1)).await,
    ];
    assert_eq!(outcomes.map(Result::unwrap), [true, false]);
    let standing = move |tx: &mut dyn Tx, who| tx.conversations().find_standing(GROUP, who);
    let found = store
        .read(move |tx| standing(tx, carol))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.first_seq, found.member_count), (5, 3));
    let remove = |who| store.write(move |tx| tx.groups().remove_member(GROUP, who));
    let outcomes: [Result<bool, StoreError>; 2] = [remove(carol).await, remove(carol).await];
    assert_eq!(outcomes.map(Result::unwrap), [true, false]);
    assert_eq!(
        store.read(move |tx| standing(tx, carol)).await.unwrap(),
        None
    );
    let found = store
        .read(move |tx| standing(tx, bob))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.member_count, 2);
    let found: Result<_, StoreError> = store
        .read(move |tx| {
            let bob = tx
                .groups()
                .find_member(GROUP, &crate::testing::account("BOB").username)?;
            let carol = crate::testing::account("carol").username;
            Ok((bob, tx.groups().find_member(GROUP, &carol)?))
        })
        .await;
    let (found, nobody) = found.unwrap();
    let found = found.map(|member| (member.account, member.role, member.joined_at));
    assert_eq!((found, nobody), (Some((bob, Role::Member, at(6))), None));
}

/// The list of members is in the order of their coming, page by page, without a hole; those who come at the same time
/// are in the order of their ids.
pub async fn members_are_paged_as_they_came(store: Arc<dyn Store>) {
    let [alice, bob, carol, dave] = people(&store, ["alice", "bob", "carol", "dave"]).await;
    group(&store, alice, vec![bob]).await;
    for new in [comes(carol, 9, 1), comes(dave, 8, 1)] {
        let inserted: Result<bool, StoreError> = store
            .write(move |tx| tx.groups().insert_member(GROUP, &new))
            .await;
        assert!(inserted.unwrap());
    }
    let mut expected = vec![alice, bob];
    expected.sort();
    expected.extend([dave, carol]);
    for limit in [1, 3, 9] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store
                .read(move |tx| tx.groups().page_members(GROUP, after, limit))
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= usize::try_from(limit).unwrap());
            after = Some(last.place());
            seen.extend(page.iter().map(|member| member.account));
        }
        assert_eq!(seen, expected, "{limit}");
    }
}

/// The admin who has been there longest comes before every member; without an admin it is the member.
pub async fn the_longest_standing_succeeds(store: Arc<dyn Store>) {
    let [alice, bob, carol, dave] = people(&store, ["alice", "bob", "carol", "dave"]).await;
    group(&store, alice, vec![]).await;
    for new in [comes(bob, 7, 1), comes(carol, 8, 1), comes(dave, 9, 1)] {
        let inserted: Result<bool, StoreError> = store
            .write(move |tx| tx.groups().insert_member(GROUP, &new))
            .await;
        assert!(inserted.unwrap());
    }
    for (admins, expected) in [(&[][..], bob), (&[dave], dave), (&[dave, carol], carol)] {
        let admins = admins.to_vec();
        let found: Result<_, StoreError> = store
            .write(move |tx| {
                tx.groups().remove_member(GROUP, alice)?;
                for admin in &admins {
                    assert!(tx.groups().set_role(GROUP, *admin, Role::Admin)?);
                }
                tx.groups().find_successor(GROUP)
            })
            .await;
        assert_eq!(found.unwrap(), Some(expected));
    }
    let handed: Result<_, StoreError> = store
        .write(move |tx| {
            let unknown = tx.groups().set_role(GROUP, alice, Role::Owner)?;
            Ok((unknown, tx.groups().set_role(GROUP, carol, Role::Owner)?))
        })
        .await;
    assert_eq!(handed.unwrap(), (false, true));
    let owners = list(&store, 9).await;
    let owners = owners
        .into_iter()
        .filter(|member| member.role == Role::Owner);
    assert_eq!(
        owners.map(|owner| owner.account).collect::<Vec<_>>(),
        [carol]
    );
}

/// Title and history are replaced by whoever saw the version that is there.
pub async fn settings_are_replaced_only_if_unchanged(store: Arc<dyn Store>) {
    let [alice] = people(&store, ["alice"]).await;
    group(&store, alice, vec![]).await;
    for (version, replaced) in [(2, false), (1, true), (1, false), (2, true)] {
        let settings = GroupSettings {
            sealed_title: (version == 1).then(|| vec![8; 20]),
            shows_history: true,
        };
        let outcome: Result<bool, StoreError> = store
            .write(move |tx| tx.groups().replace_settings(GROUP, version, &settings))
            .await;
        assert_eq!(outcome.unwrap(), replaced, "{version}");
    }
    let standing = store
        .read(move |tx| tx.conversations().find_standing(GROUP, alice))
        .await;
    let standing = standing.unwrap().unwrap();
    assert_eq!(
        (
            standing.version,
            standing.shows_history,
            standing.sealed_title
        ),
        (3, true, None)
    );
}

/// Changes name those whom they are about, for as long as they are there, and go with their group.
pub async fn changes_are_found_as_noted(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    group(&store, alice, vec![bob]).await;
    let id = |byte: u8| MemberChangeId::from_bytes([byte; 16]);
    for (byte, kind) in (1..).zip(MemberChangeKind::ALL) {
        let change = NewMemberChange {
            id: id(byte),
            conversation: GROUP,
            kind,
            actor: alice,
            account: bob,
            role: Role::Admin,
            created_at: at(9),
        };
        let noted: Result<(), StoreError> =
            store.write(move |tx| tx.groups().record(&change)).await;
        noted.unwrap();
    }
    let find = || store.read(move |tx| tx.groups().find_changes(&[id(1), id(2), id(3), id(9)]));
    let left: Result<bool, StoreError> = store.write(move |tx| tx.accounts().remove(bob)).await;
    let name = |name: &str| Some(crate::testing::account(name).username);
    let mut found = find().await.unwrap();
    found.sort_by_key(|change| change.id);
    assert_eq!(found.len(), 3);
    for (change, kind) in found.iter().zip(MemberChangeKind::ALL) {
        assert_eq!(
            (change.kind, change.role, change.created_at),
            (kind, Role::Admin, at(9))
        );
        assert_eq!(change.conversation, GROUP);
        let actor = NamedAccount {
            id: alice,
            username: name("alice"),
        };
        assert_eq!(change.actor, actor);
        assert_eq!(
            change.account,
            NamedAccount {
                id: bob,
                username: None
            }
        );
    }
    assert!(left.unwrap());
    let deleted: Result<(), StoreError> = store.write(move |tx| tx.groups().delete(GROUP)).await;
    deleted.unwrap();
    assert_eq!(find().await.unwrap(), []);
}

/// A group ends with everything in it; a pair's conversation does not end when its two leave their groups.
pub async fn deleted_with_its_content(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    group(&store, alice, vec![bob]).await;
    let pair = conversation(&store, 1, alice, bob).await;
    for (number, place) in [(1, GROUP), (2, pair)] {
        let new = message(number, place, bob);
        let appended: Result<u64, StoreError> =
            store.write(move |tx| tx.messages().append(&new)).await;
        appended.unwrap();
    }
    let deleted: Result<(), StoreError> = store.write(move |tx| tx.groups().delete(GROUP)).await;
    deleted.unwrap();
    let left: Result<_, StoreError> = store
        .read(move |tx| {
            let page = tx.conversations().page(alice, None, None, 9)?;
            Ok((
                page,
                tx.messages()
                    .find_many(&[message_id(1), message_id(2)])?
                    .len(),
            ))
        })
        .await;
    assert_eq!(left.unwrap(), (vec![pair], 1));
}

/// A pair's conversations are deleted for both when one leaves for good; the groups of the one stay.
pub async fn groups_outlive_the_pairs_of_who_leaves(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    group(&store, alice, vec![bob]).await;
    conversation(&store, 1, alice, bob).await;
    let deleted: Result<u64, StoreError> = store
        .write(move |tx| tx.conversations().delete_pairs(alice))
        .await;
    assert_eq!(deleted.unwrap(), 1);
    let left = store
        .read(move |tx| tx.conversations().page(alice, None, None, 9))
        .await;
    assert_eq!(left.unwrap(), [GROUP]);
}
