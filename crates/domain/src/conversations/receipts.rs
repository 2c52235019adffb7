//! A member sees how far the others are.

use super::{ConversationId, Conversations, Markers, ViewConversationError};
use crate::accounts::{AccountId, Username};
use crate::ports::{StoreExt, StoredReceipts, Tx};
use crate::sessions::Actor;

/// How far a member is, as far as the viewer may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReceipts {
    /// Who.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// Where they are; None if the viewer may not know.
    pub markers: Option<Markers>,
}

/// Some members of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// By account id, the viewer included.
    pub receipts: Vec<MemberReceipts>,
    /// Where to read on; None at the end.
    pub next: Option<AccountId>,
}

impl Conversations {
    /// How far the members with ids above `after` (all, if None) are, at most `limit` of them ([`Conversations::MAX_PAGE`] at
    /// the most). Who sends no receipts shows none and sees none but their own; those of whom one blocks the other see none
    /// of each other.
    ///
    /// # Errors
    /// [`ViewConversationError`].
    pub async fn receipts(
        &self,
        actor: &Actor,
        id: ConversationId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<ReceiptPage, ViewConversationError> {
        let viewer = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        self.env
            .store
            .read(move |tx| load(tx, viewer, id, (after, limit)))
            .await
    }
}

fn load(
    tx: &mut dyn Tx,
    viewer: AccountId,
    id: ConversationId,
    (after, limit): (Option<AccountId>, u32),
) -> Result<ReceiptPage, ViewConversationError> {
    let standing = tx.conversations().find_standing(id, viewer)?;
    standing.ok_or(ViewConversationError::Unknown)?;
    let settings = tx.accounts().find_settings(viewer)?;
    let sends = settings.is_some_and(|settings| settings.send_receipts);
    // One more than asked for tells whether there is a next page.
    let mut found = tx
        .conversations()
        .page_receipts(id, viewer, after, limit + 1)?;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > asked;
    found.truncate(asked);
    let next = found.last().filter(|_| more);
    Ok(ReceiptPage {
        next: next.map(|last| last.account),
        receipts: found
            .into_iter()
            .map(|stored| show(stored, viewer, sends))
            .collect(),
    })
}

/// What `viewer`, who `sends` receipts or does not, sees of a member.
fn show(stored: StoredReceipts, viewer: AccountId, sends: bool) -> MemberReceipts {
    let is_shown = stored.account == viewer || (sends && stored.sends && stored.unblocked);
    MemberReceipts {
        account: stored.account,
        username: stored.username,
        markers: is_shown.then_some(stored.markers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Settings;
    use crate::conversations::{ConversationKind, Role, Standing};
    use crate::testing::{MockTx, account};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);
    const HERE: Markers = Markers {
        read: 3,
        delivered: 4,
    };

    fn stored(name: &str, sends: bool, unblocked: bool) -> StoredReceipts {
        StoredReceipts {
            account: account(name).id,
            username: account(name).username,
            markers: HERE,
            sends,
            unblocked,
        }
    }

    /// What Alice sees of herself and of Bob.
    fn seen(alice: bool, bob: StoredReceipts) -> Vec<Option<Markers>> {
        let mut tx = MockTx::default();
        tx.conversations.expect_find_standing().returning(|_, _| {
            Ok(Some(Standing {
                kind: ConversationKind::Pair,
                role: Role::Member,
                first_seq: 1,
                sealed_key: vec![1],
                sealed_title: None,
                shows_history: true,
                version: 1,
                member_count: 2,
                last_seq: 4,
            }))
        });
        tx.accounts.expect_find_settings().returning(move |_| {
            Ok(Some(Settings {
                send_receipts: alice,
                ..Settings::default()
            }))
        });
        tx.conversations
            .expect_page_receipts()
            .return_once(move |_, _, _, _| Ok(vec![stored("alice", alice, true), bob]));
        let page = load(&mut tx, account("alice").id, TALK, (None, 10)).unwrap();
        assert_eq!(page.next, None);
        let markers = page.receipts.into_iter().map(|receipts| receipts.markers);
        markers.collect()
    }

    #[test]
    fn who_sends_receipts_sees_those_of_others_who_do() {
        assert_eq!(
            seen(true, stored("bob", true, true)),
            [Some(HERE), Some(HERE)]
        );
        assert_eq!(seen(true, stored("bob", false, true)), [Some(HERE), None]);
    }

    #[test]
    fn who_sends_none_sees_none_but_their_own() {
        assert_eq!(seen(false, stored("bob", true, true)), [Some(HERE), None]);
    }

    #[test]
    fn a_block_hides_them_both_ways() {
        assert_eq!(seen(true, stored("bob", true, false)), [Some(HERE), None]);
    }

    #[test]
    fn who_is_not_a_member_learns_nothing() {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_find_standing()
            .returning(|_, _| Ok(None));
        let refused = load(&mut tx, account("carol").id, TALK, (None, 10));
        assert!(matches!(refused, Err(ViewConversationError::Unknown)));
    }
}
