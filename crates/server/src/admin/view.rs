//! How things of the domain look on the admin channel.

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::Account;
use sealpost_domain::invites::{self, InviteCode};
use sealpost_domain::mail::MailSummary;
use sealpost_domain::operators::AccountOverview;
use sealpost_domain::{Secret, sessions};

use super::wire::{Invite, InviteUse, Mail, NewInvite, Session, Time, User, UserDetails};

impl From<&Account> for User {
    fn from(account: &Account) -> Self {
        let email = account.email.as_ref();
        Self {
            id: account.id.to_string(),
            username: account.username.to_string(),
            email: email.map(|email| email.as_str().to_owned()),
            email_verified_at: account.email_verified_at.map(Time),
            disabled_at: account.disabled_at.map(Time),
            created_at: Time(account.created_at),
        }
    }
}

impl From<&AccountOverview> for UserDetails {
    fn from(overview: &AccountOverview) -> Self {
        Self {
            user: User::from(&overview.account),
            sessions: overview.sessions.len(),
            second_factors: overview
                .factors
                .kinds()
                .iter()
                .map(|kind| kind.name().to_owned())
                .collect(),
        }
    }
}

impl From<&sessions::Session> for Session {
    fn from(session: &sessions::Session) -> Self {
        Self {
            id: session.id.to_string(),
            dialect: session.dialect.name().to_owned(),
            client: session.client.clone(),
            created_at: Time(session.created_at),
            expires_at: Time(session.expires_at),
        }
    }
}

impl Invite {
    pub(super) fn of(invite: &invites::Invite, now: Timestamp) -> Self {
        let state = if invite.revoked_at.is_some() {
            "revoked"
        } else if invite.used >= invite.uses {
            "used-up"
        } else if invite.is_good(now) {
            "good"
        } else {
            "expired"
        };
        Self {
            id: invite.id.to_string(),
            state: state.to_owned(),
            uses: invite.uses,
            used: invite.used,
            made_by: invite.made_by,
            created_at: Time(invite.created_at),
            expires_at: Time(invite.expires_at),
            revoked_at: invite.revoked_at.map(Time),
        }
    }
}

impl NewInvite {
    pub(super) fn of(invite: &invites::Invite, code: &InviteCode, now: Timestamp) -> Self {
        Self {
            code: Secret::new(code.expose().to_owned()),
            invite: Invite::of(invite, now),
        }
    }
}

impl From<&invites::InviteUse> for InviteUse {
    fn from(used: &invites::InviteUse) -> Self {
        Self {
            id: used.account.to_string(),
            username: used.username.to_string(),
            used_at: Time(used.used_at),
        }
    }
}

impl From<&MailSummary> for Mail {
    fn from(mail: &MailSummary) -> Self {
        Self {
            id: mail.id.to_string(),
            template: mail.template.name().to_owned(),
            state: mail.state.name().to_owned(),
            attempts: mail.attempts,
            created_at: Time(mail.created_at),
            not_after: Time(mail.not_after),
            next_at: mail.next_at.map(Time),
            died_at: mail.died_at.map(Time),
            reason: mail.reason.clone(),
        }
    }
}
