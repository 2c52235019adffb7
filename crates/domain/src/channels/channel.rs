use std::time::Duration;

use super::ChannelSuite;
use crate::Timestamp;
use crate::keys::KeyId;
use crate::ports::Digest;
use crate::recovery::RecoveryId;
use crate::sessions::SessionId;

define_id! {
    /// Names a channel; nobody outside gets to know it.
    ChannelId
}

/// A channel as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// SHA-256 of the first part of its session key: what it is found by.
    pub handle: Digest,
    /// SHA-256 of the second part.
    pub secret: Digest,
    /// How its fields are encrypted.
    pub suite: ChannelSuite,
    /// The AES key, sealed under the secret.
    pub sealed_key: Vec<u8>,
    /// Who is logged in; None for nobody.
    pub login: Option<ChannelLogin>,
    /// How far a recovery has come; None if none is under way.
    pub recovery: Option<ChannelRecovery>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is too old.
    pub expires_at: Timestamp,
}

/// Who is logged in to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelLogin {
    /// The session behind it; with that ends the login.
    pub session: SessionId,
    /// How many wrong passwords came out of it.
    pub wrong_passwords: u16,
    /// What opens the account's custodial key; None if nothing does.
    pub wrapping: Option<SealedWrapping>,
}

/// The wrapping key of a custodial key, sealed under a channel's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedWrapping {
    /// The custodial key that it opens.
    pub key: KeyId,
    /// Sealed.
    pub sealed: Vec<u8>,
}

/// How far a recovery has come in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRecovery {
    /// Which.
    pub id: RecoveryId,
    /// The token that its code gave, sealed under the channel's secret; None while the code has not been given.
    pub sealed_token: Option<Vec<u8>>,
}

impl Channel {
    /// How long a channel lives after its last request.
    pub const LIFETIME: Duration = Duration::from_secs(60 * 60);
    /// How long an expired one is still known, so that its client is told why it ended.
    pub const LINGER: Duration = Duration::from_secs(60 * 60);
    /// How many there can be that nobody is logged in to.
    pub const MAX_ANONYMOUS: u32 = 50_000;
    /// After so many wrong passwords nothing more is checked: of an account at the login, of a login in its channel.
    pub const MAX_WRONG_PASSWORDS: u16 = 5;
}
