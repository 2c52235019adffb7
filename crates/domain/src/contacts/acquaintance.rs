use super::{ContactState, Correspondent, Relation};
use crate::accounts::{AccountId, Settings, Username};
use crate::ports::{StoreError, Tx};

/// An account as another one, the viewer, stands to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// What its owner lets others see and do.
    pub settings: Settings,
    /// How the viewer stands to it.
    pub relation: Relation,
}

impl Acquaintance {
    /// What decides whether the viewer may write to it.
    #[must_use]
    pub const fn correspondent(&self) -> Correspondent {
        Correspondent {
            messages_from: self.settings.messages_from,
            relation: self.relation,
        }
    }

    /// Whether the viewer sees if it is there: mutual contacts do, unless its owner hides it.
    #[must_use]
    pub fn shows_presence(&self) -> bool {
        self.settings.show_presence && self.relation.contact == ContactState::Mutual
    }
}

/// The account of this name, if `viewer` may know of it ([`is_visible`]); None is answered like a name that nobody has.
pub(crate) fn find_visible(
    tx: &mut dyn Tx,
    viewer: AccountId,
    username: &Username,
) -> Result<Option<Acquaintance>, StoreError> {
    let Some(found) = tx.contacts().find_by_username(viewer, username)? else {
        return Ok(None);
    };
    Ok(is_visible(tx, viewer, &found)?.then_some(found))
}

/// The account of this name, if `viewer` may know of it or talks with it already: what somebody sent is there to be read and
/// acknowledged, also once they block the reader. None is answered like a name that nobody has.
pub(crate) fn find_partner(
    tx: &mut dyn Tx,
    viewer: AccountId,
    username: &Username,
) -> Result<Option<AccountId>, StoreError> {
    let Some(found) = tx.contacts().find_by_username(viewer, username)? else {
        return Ok(None);
    };
    let known =
        is_visible(tx, viewer, &found)? || tx.conversations().has_pair(viewer, found.account)?;
    Ok(known.then_some(found.account))
}

/// The account of this name, if `viewer` may know of it or is in a group with it: whoever writes to a group seals to everybody
/// in it, also to those who block the writer. None is answered like a name that nobody has.
pub(crate) fn find_reader(
    tx: &mut dyn Tx,
    viewer: AccountId,
    username: &Username,
) -> Result<Option<AccountId>, StoreError> {
    let Some(found) = tx.contacts().find_by_username(viewer, username)? else {
        return Ok(None);
    };
    let known =
        is_visible(tx, viewer, &found)? || tx.conversations().share_group(viewer, found.account)?;
    Ok(known.then_some(found.account))
}

/// Whether `viewer` may know of the account. Whom it blocks may not. Who does not want to be discovered is known to those
/// who have to do with them already: contacts and those who asked to be (either way), those who talk with them, be it in a
/// group, and those who block them.
pub(crate) fn is_visible(
    tx: &mut dyn Tx,
    viewer: AccountId,
    found: &Acquaintance,
) -> Result<bool, StoreError> {
    let relation = &found.relation;
    if found.account == viewer {
        return Ok(true);
    }
    if relation.blocked_by_at.is_some() {
        return Ok(false);
    }
    let known = relation.contact != ContactState::None || relation.blocked_at.is_some();
    if found.settings.discoverable || known {
        return Ok(true);
    }
    Ok(tx.conversations().has_pair(viewer, found.account)?
        || tx.conversations().share_group(viewer, found.account)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::testing::{MockTx, acquaintance};

    fn seen(found: &Acquaintance, talk: bool) -> bool {
        seen_in(found, talk, false)
    }

    fn seen_in(found: &Acquaintance, talk: bool, group: bool) -> bool {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_has_pair()
            .returning(move |_, _| Ok(talk));
        tx.conversations
            .expect_share_group()
            .returning(move |_, _| Ok(group));
        is_visible(&mut tx, crate::testing::account("alice").id, found).unwrap()
    }

    fn hidden() -> Acquaintance {
        let mut hidden = acquaintance("bob");
        hidden.settings.discoverable = false;
        hidden
    }

    #[test]
    fn who_is_not_discoverable_is_known_to_those_they_have_to_do_with() {
        assert!(seen(&acquaintance("bob"), false));
        assert!(!seen(&hidden(), false));
        assert!(seen(&hidden(), true));
        assert!(seen_in(&hidden(), false, true), "in a group with them");
        for contact in ContactState::ALL {
            let mut known = hidden();
            known.relation.contact = contact;
            assert_eq!(seen(&known, false), contact != ContactState::None);
        }
        let mut blocked = hidden();
        blocked.relation.blocked_at = Some(Timestamp::from_seconds(1));
        assert!(seen(&blocked, false));
    }

    #[test]
    fn who_is_blocked_sees_nobody_whatever_they_had_to_do_with_each_other() {
        for mut found in [acquaintance("bob"), hidden()] {
            found.relation = Relation {
                contact: ContactState::Mutual,
                blocked_at: Some(Timestamp::from_seconds(1)),
                blocked_by_at: Some(Timestamp::from_seconds(1)),
                ..Relation::default()
            };
            assert!(!seen_in(&found, true, true));
        }
        let mut own = hidden();
        own.account = crate::testing::account("alice").id;
        assert!(seen(&own, false));
    }

    #[test]
    fn whoever_writes_to_a_group_finds_the_keys_of_everybody_in_it() {
        let mut blocks = acquaintance("bob");
        blocks.relation.blocked_by_at = Some(Timestamp::from_seconds(1));
        for group in [true, false] {
            let (mut tx, found) = (MockTx::default(), blocks.clone());
            tx.contacts
                .expect_find_by_username()
                .returning(move |_, _| Ok(Some(found.clone())));
            tx.conversations
                .expect_share_group()
                .returning(move |_, _| Ok(group));
            let alice = crate::testing::account("alice").id;
            let found = find_reader(&mut tx, alice, &blocks.username).unwrap();
            assert_eq!(found.is_some(), group);
        }
    }

    #[test]
    fn presence_is_for_mutual_contacts_who_are_allowed_to_see_it() {
        for contact in ContactState::ALL {
            let mut found = acquaintance("bob");
            found.relation.contact = contact;
            assert_eq!(found.shows_presence(), contact == ContactState::Mutual);
            found.settings.show_presence = false;
            assert!(!found.shows_presence());
        }
    }
}
