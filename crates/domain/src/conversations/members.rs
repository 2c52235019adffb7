//! A member looks at who else is there.

use super::{ConversationId, Conversations, Member, MemberPlace, ViewConversationError};
use crate::ports::StoreExt;
use crate::sessions::Actor;

/// A stretch of a conversation's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPage {
    /// Who has been in it longest comes first.
    pub members: Vec<Member>,
    /// Where to read on; None at the end.
    pub next: Option<MemberPlace>,
}

impl Conversations {
    /// The members of a conversation that the caller is in, after `after` (from the first, if None), at most `limit`
    /// ([`Conversations::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`ViewConversationError`].
    pub async fn members(
        &self,
        actor: &Actor,
        id: ConversationId,
        after: Option<MemberPlace>,
        limit: u32,
    ) -> Result<MemberPage, ViewConversationError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut members = self
            .env
            .store
            .read(move |tx| {
                let standing = tx.conversations().find_standing(id, account)?;
                standing.ok_or(ViewConversationError::Unknown)?;
                // One more than asked for tells whether there is a next page.
                Ok::<_, ViewConversationError>(tx.groups().page_members(id, after, limit + 1)?)
            })
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = members.len() > asked;
        members.truncate(asked);
        let next = members.last().filter(|_| more).map(Member::place);
        Ok(MemberPage { members, next })
    }
}
