use std::time::Duration;

use crate::Timestamp;
use crate::accounts::{AccountId, Username};

define_id! {
    /// Names an invite; it is no secret, the code is.
    InviteId
}

/// A code's terms and what became of it. The code itself is nowhere stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// The operator who made it, by their user id at the operating system.
    pub made_by: u32,
    /// How many accounts it can make: 1 to [`Invite::MAX_USES`].
    pub uses: u32,
    /// How many it has made.
    pub used: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is no longer good.
    pub expires_at: Timestamp,
    /// When the operator took it back; None while they have not.
    pub revoked_at: Option<Timestamp>,
}

impl Invite {
    /// The most accounts that one invite can make.
    pub const MAX_USES: u32 = 1_000;
    /// How long an invite is good if nothing is said.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    /// How long an invite can be good at most.
    pub const MAX_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

    /// Whether it makes an account at `now`.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.used < self.uses && now < self.expires_at && self.revoked_at.is_none()
    }
}

/// An account that an invite made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteUse {
    /// Whose it is.
    pub account: AccountId,
    /// Its present username.
    pub username: Username,
    /// When it was made.
    pub used_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    const INVITE: Invite = Invite {
        id: InviteId::from_bytes([1; 16]),
        made_by: 0,
        uses: 2,
        used: 1,
        created_at: NOW,
        expires_at: Timestamp::from_seconds(1_001),
        revoked_at: None,
    };

    #[test]
    fn an_invite_is_good_until_it_is_used_up_expires_or_is_revoked() {
        assert!(INVITE.is_good(NOW));
        assert!(!Invite { used: 2, ..INVITE }.is_good(NOW));
        assert!(!INVITE.is_good(INVITE.expires_at));
        let revoked = Invite {
            revoked_at: Some(NOW),
            ..INVITE
        };
        assert!(!revoked.is_good(NOW));
    }
}
