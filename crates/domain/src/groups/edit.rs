//! A group gets another title, or shows those who join more or less; messages of a conversation stay longer or shorter.

use std::sync::Arc;

use thiserror::Error;

use super::Groups;
use super::access::{GroupAccessError, everybody, lock_any};
use super::change::tell;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::{
    ConversationId, ConversationKind, ConversationOverview, Standing, Title, open_title,
};
use crate::inbox::EventKind;
use crate::messages::{Lifetime, open_key};
use crate::ports::{
    GroupSettings, SealError, Sealer, StoreError, StoreExt, StoredConversation, Tx,
};
use crate::sessions::Actor;

/// Asks for a conversation to be different. What is None stays.
#[derive(Debug, Clone)]
pub struct EditGroup {
    /// Which.
    pub conversation: ConversationId,
    /// What it is called; `Some(None)`: nothing.
    pub title: Option<Option<Title>>,
    /// Whether somebody who is added later sees what was said before. Who is there sees what they saw.
    pub shows_history: Option<bool>,
    /// How long messages stay that are sent from now on; `Some(None)`: for ever. Either of a pair may say so, too.
    pub expires_in: Option<Option<Lifetime>>,
    /// Change it only if its version is one of these; None: whatever it is.
    pub expected: Option<Vec<u64>>,
}

/// Why the group stays as it is.
#[derive(Debug, Error)]
pub enum EditGroupError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] GroupAccessError),
    /// It is not what the caller expects.
    #[error("the group was changed meanwhile: read it again")]
    Changed,
    /// Its key or its title does not open.
    #[error("the key or the title of the group cannot be opened")]
    Sealed(#[from] SealError),
}

impl Groups {
    /// Changes title and history of a group, as owner or admin of it, and how long messages stay, as either of a pair as well; what
    /// it is then. Everybody in it is told.
    ///
    /// # Errors
    /// [`EditGroupError`]; then nothing has changed.
    pub async fn edit(
        &self,
        actor: &Actor,
        command: EditGroup,
    ) -> Result<ConversationOverview, EditGroupError> {
        let (caller, now) = (actor.account(), self.env.now());
        let sealer = Arc::clone(&self.sealer);
        let stored = self
            .env
            .store
            .write(move |tx| edit(tx, caller, &command, &*sealer, now))
            .await?;
        Ok(open_title(stored, &*self.sealer)?)
    }
}

fn edit(
    tx: &mut dyn Tx,
    caller: AccountId,
    command: &EditGroup,
    sealer: &dyn Sealer,
    now: Timestamp,
) -> Result<StoredConversation, EditGroupError> {
    let id = command.conversation;
    let standing = lock_to_edit(tx, caller, command)?;
    let unexpected = |expected: &Vec<u64>| !expected.contains(&standing.version);
    if command.expected.as_ref().is_some_and(unexpected) {
        return Err(EditGroupError::Changed);
    }
    let settings = settings(&standing, command, sealer)?;
    if let Some(settings) = &settings
        && !tx
            .groups()
            .replace_settings(id, standing.version, settings)?
    {
        return Err(EditGroupError::Changed);
    }
    let stays_otherwise = match command.expires_in {
        Some(lifetime) => tx.conversations().replace_lifetime(id, lifetime)?,
        None => false,
    };
    if settings.is_some() || stays_otherwise {
        let audience = everybody(tx, id, caller)?;
        tell(tx, EventKind::ConversationUpdated, id, &audience, now);
    }
    let stored = tx.conversations().find_many(caller, &[id])?;
    let stored = stored.into_iter().next();
    Ok(stored.ok_or(GroupAccessError::UnknownConversation)?)
}

/// How the caller stands in a conversation that they may change so, which is locked until the unit of work ends.
fn lock_to_edit(
    tx: &mut dyn Tx,
    caller: AccountId,
    command: &EditGroup,
) -> Result<Standing, GroupAccessError> {
    let standing = lock_any(tx, command.conversation, caller)?;
    let of_groups_alone = command.title.is_some() || command.shows_history.is_some();
    match standing.kind {
        ConversationKind::Pair if of_groups_alone || command.expires_in.is_none() => {
            Err(GroupAccessError::NotAGroup)
        }
        ConversationKind::Group if !standing.role.manages() => {
            Err(GroupAccessError::InsufficientRole)
        }
        ConversationKind::Pair | ConversationKind::Group => Ok(standing),
    }
}

/// What the group is to be; None if that is what it is. A title is sealed anew whenever one is named.
fn settings(
    standing: &Standing,
    command: &EditGroup,
    sealer: &dyn Sealer,
) -> Result<Option<GroupSettings>, SealError> {
    let sealed_title = match &command.title {
        None => standing.sealed_title.clone(),
        Some(None) => None,
        Some(Some(title)) => {
            let key = open_key(&command.conversation, &standing.sealed_key, sealer)?;
            Some(title.seal(&command.conversation, &key, sealer))
        }
    };
    let shows_history = command.shows_history.unwrap_or(standing.shows_history);
    let same = sealed_title == standing.sealed_title && shows_history == standing.shows_history;
    Ok((!same).then_some(GroupSettings {
        sealed_title,
        shows_history,
    }))
}

impl From<StoreError> for EditGroupError {
    fn from(error: StoreError) -> Self {
        Self::Access(error.into())
    }
}

domain_error!(EditGroupError {
    Changed: PreconditionFailed, "precondition-failed";
    Sealed: Internal, "internal-error";
} else { Access });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::Role;
    use crate::groups::testing::{GROUP, NOW, group, run_as, standing};
    use crate::ports::MockSealer;
    use crate::testing::{MockTx, account, stored_group};

    fn command() -> EditGroup {
        EditGroup {
            conversation: GROUP,
            title: None,
            shows_history: None,
            expires_in: None,
            expected: None,
        }
    }

    fn run(tx: &mut MockTx, command: &EditGroup) -> Result<StoredConversation, EditGroupError> {
        let mut sealer = MockSealer::new();
        sealer
            .expect_open()
            .returning(|_, _| Ok(zeroize::Zeroizing::new(vec![7; 32])));
        sealer
            .expect_seal_under()
            .withf(|_, binding, _| binding.column == "sealed_title")
            .returning(|_, _, _| b"sealed".to_vec());
        tx.conversations
            .expect_find_many()
            .returning(|_, ids| Ok(ids.iter().map(|id| stored_group(*id)).collect()));
        edit(tx, account("alice").id, command, &sealer, NOW)
    }

    #[test]
    fn a_title_is_sealed_and_everybody_is_told() {
        let mut tx = MockTx::default();
        run_as(&mut tx, standing(Role::Admin));
        tx.groups
            .expect_replace_settings()
            .withf(|_, version, settings| {
                *version == 4 && settings.sealed_title.as_deref() == Some(b"sealed")
            })
            .once()
            .returning(|_, _, _| Ok(true));
        tx.inbox
            .expect_collect()
            .withf(|who, event| who == group() && event.kind == EventKind::ConversationUpdated)
            .once()
            .return_const(());
        let title = Some(Some(Title::parse("Choir").unwrap()));
        let expected = Some(vec![4]);
        let command = EditGroup {
            title,
            expected,
            ..command()
        };
        run(&mut tx, &command).unwrap();
    }

    #[test]
    fn how_long_messages_stay_is_for_either_of_a_pair_and_told_to_both() {
        let lifetime = Lifetime::parse(60).ok();
        let pair = || Standing {
            kind: ConversationKind::Pair,
            ..standing(Role::Member)
        };
        let command = EditGroup {
            expires_in: Some(lifetime),
            ..command()
        };
        let mut tx = MockTx::default();
        run_as(&mut tx, pair());
        tx.conversations
            .expect_replace_lifetime()
            .withf(move |id, new| *id == GROUP && *new == lifetime)
            .once()
            .returning(|_, _| Ok(true));
        tx.inbox
            .expect_collect()
            .withf(|who, event| who == group() && event.kind == EventKind::ConversationUpdated)
            .once()
            .return_const(());
        run(&mut tx, &command).unwrap();
        // What is so already is told to nobody.
        let mut same = MockTx::default();
        run_as(&mut same, pair());
        same.conversations
            .expect_replace_lifetime()
            .returning(|_, _| Ok(false));
        run(&mut same, &command).unwrap();
        // A plain member of a group does not say so, and a pair has no title.
        let titled = EditGroup {
            title: Some(None),
            ..command.clone()
        };
        for (standing, command) in [(standing(Role::Member), command), (pair(), titled)] {
            let mut tx = MockTx::default();
            run_as(&mut tx, standing);
            let refused = run(&mut tx, &command);
            assert!(matches!(refused, Err(EditGroupError::Access(_))));
        }
    }

    #[test]
    fn what_names_nothing_new_changes_nothing() {
        for shows_history in [None, Some(false)] {
            let mut tx = MockTx::default();
            run_as(&mut tx, standing(Role::Owner));
            let command = EditGroup {
                shows_history,
                ..command()
            };
            run(&mut tx, &command).unwrap();
        }
    }

    #[test]
    fn who_has_not_seen_it_or_may_not_changes_nothing() {
        for (role, expected) in [(Role::Owner, vec![3]), (Role::Admin, vec![])] {
            let mut tx = MockTx::default();
            run_as(&mut tx, standing(role));
            let command = EditGroup {
                shows_history: Some(true),
                expected: Some(expected),
                ..command()
            };
            assert!(matches!(
                run(&mut tx, &command),
                Err(EditGroupError::Changed)
            ));
        }
        let mut tx = MockTx::default();
        run_as(&mut tx, standing(Role::Member));
        assert!(matches!(
            run(&mut tx, &command()),
            Err(EditGroupError::Access(GroupAccessError::InsufficientRole))
        ));
    }
}
