use std::time::Duration;

use crate::accounts::{AccountId, Email};
use crate::codes;
use crate::ports::{Digest, Digester};
use crate::{Secret, Timestamp};

define_id! {
    /// Names a recovery; whoever asked for it gets to know it.
    RecoveryId
}

/// A recovery as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// Whose password is forgotten; None if nobody's, and then no code was mailed and none is right.
    pub account: Option<AccountId>,
    /// The address that the code was mailed to.
    pub email: Option<Email>,
    /// Random, so that equal codes have different MACs.
    pub salt: [u8; 16],
    /// HMAC over purpose, id, salt and code.
    pub mac: Digest,
    /// How many tries the code has left.
    pub tries_left: u16,
    /// SHA-256 of the token that the code gave; None while it has not been given.
    pub token: Option<Digest>,
    /// When somebody asked for it.
    pub created_at: Timestamp,
    /// When the step that it waits for is over.
    pub expires_at: Timestamp,
}

impl Recovery {
    /// How often somebody may try a code.
    pub const TRIES: u16 = 3;
    /// How long the token is good that a code gives.
    pub const TOKEN_LIFETIME: Duration = Duration::from_secs(10 * 60);
    /// The number that its codes are MACed with, beside those of [`codes::CodePurpose`].
    const MAC_PURPOSE: i16 = 3;

    pub(super) fn mac(
        digester: &dyn Digester,
        id: RecoveryId,
        salt: &[u8; 16],
        code: &Secret<String>,
    ) -> Digest {
        codes::mac(digester, Self::MAC_PURPOSE, id.as_bytes(), salt, code)
    }
}
