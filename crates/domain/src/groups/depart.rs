//! Somebody who leaves for good leaves their groups.

use super::MemberChangeId;
use super::remove::{Removal, take_out};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationKind;
use crate::ports::{StoreError, Tx};

/// How many groups are read at once.
const BATCH: u32 = 100;

/// Takes the account out of every group, as if it left each of them: those who stay are told, and what it owned goes to
/// others. What it said there goes with the account; the numbers of those messages stay empty.
pub(crate) fn depart(
    tx: &mut dyn Tx,
    account: AccountId,
    new_id: &dyn Fn() -> MemberChangeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut before = None;
    loop {
        let groups =
            tx.conversations()
                .page(account, Some(ConversationKind::Group), before, BATCH)?;
        let Some(last) = groups.last() else {
            return Ok(());
        };
        before = Some(*last);
        for conversation in groups {
            // None: somebody was faster, and removed the account.
            let Some(standing) = tx.conversations().lock_standing(conversation, account)? else {
                continue;
            };
            let removal = Removal {
                conversation,
                actor: account,
                account,
                role: standing.role,
                now,
            };
            take_out(tx, &removal, new_id)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::{ConversationId, Role};
    use crate::groups::testing::{NOW, group, membership, standing};
    use crate::testing::{MockTx, account};

    #[test]
    fn every_group_is_left_however_many_there_are() {
        let alice = account("alice").id;
        let mut tx = MockTx::default();
        tx.conversations
            .expect_page()
            .withf(|_, kind, _, _| *kind == Some(ConversationKind::Group))
            .times(3)
            .returning(|_, _, before, _| {
                let byte = before.map_or(9, |id: ConversationId| id.as_bytes()[0] - 1);
                let ids = (byte > 7).then(|| ConversationId::from_bytes([byte; 16]));
                Ok(ids.into_iter().collect())
            });
        tx.conversations
            .expect_lock_standing()
            .times(2)
            .returning(|_, _| Ok(Some(standing(Role::Member))));
        tx.conversations
            .expect_find_membership()
            .returning(|_, _| Ok(Some(membership(group()))));
        tx.groups
            .expect_remove_member()
            .withf(move |_, who| *who == alice)
            .times(2)
            .returning(|_, _| Ok(true));
        tx.groups.expect_record().times(2).returning(|_| Ok(()));
        tx.inbox.expect_collect().times(2).return_const(());
        depart(&mut tx, alice, &|| MemberChangeId::from_bytes([1; 16]), NOW).unwrap();
    }
}
