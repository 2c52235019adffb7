use std::time::Duration;

use sealpost_domain::invites::{CreateInvite, InviteId, RevokeInviteError, ViewInviteError};
use sealpost_domain::operators::Operator;

use super::Admin;
use crate::admin::wire::{Answer, Invite, InviteDetails, InviteUse, NewInvite, Page, Refusal};

impl Admin {
    pub(super) async fn create_invite(
        &self,
        operator: Operator,
        uses: u32,
        lifetime_seconds: u64,
    ) -> Result<Answer, Refusal> {
        let lifetime = Duration::from_secs(lifetime_seconds);
        let command = CreateInvite { uses, lifetime };
        let (invite, code) = self.invites.create(operator, command).await?;
        let made = NewInvite::of(&invite, &code, self.env.now());
        Ok(Answer::NewInvite(made))
    }

    pub(super) async fn list_invites(
        &self,
        operator: Operator,
        before: Option<String>,
        limit: u32,
    ) -> Result<Answer, Refusal> {
        let before: Option<InviteId> = before
            .map(|id| id.parse().map_err(|_| ViewInviteError::Unknown))
            .transpose()?;
        let page = self.invites.list(operator, before, limit).await?;
        let now = self.env.now();
        let invites = page.invites.iter();
        Ok(Answer::Invites(Page {
            data: invites.map(|invite| Invite::of(invite, now)).collect(),
            next: page.next.map(|id| id.to_string()),
        }))
    }

    pub(super) async fn show_invite(
        &self,
        operator: Operator,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let id = id.parse().map_err(|_| ViewInviteError::Unknown)?;
        let (invite, uses) = self.invites.view(operator, id).await?;
        Ok(Answer::InviteDetails(InviteDetails {
            invite: Invite::of(&invite, self.env.now()),
            accounts: uses.iter().map(InviteUse::from).collect(),
        }))
    }

    pub(super) async fn revoke_invite(
        &self,
        operator: Operator,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let id = id.parse().map_err(|_| RevokeInviteError::Unknown)?;
        let invite = self.invites.revoke(operator, id).await?;
        Ok(Answer::Invite(Invite::of(&invite, self.env.now())))
    }
}
