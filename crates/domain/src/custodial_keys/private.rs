//! The private half under its wrapping key, and the wrapping key under its openers.

use zeroize::Zeroizing;

use super::{CustodialKey, CustodialKeys, KeyOpener, Opener, Unlocked, open_twice, seal_twice};
use crate::Secret;
use crate::accounts::AccountId;
use crate::keys::KeyId;
use crate::ports::{Binding, KeyParameters, SealError, SealPurpose, Sealer};

/// Where the private half rests.
const fn private_binding<'a>(owner: &'a AccountId, key: &'a KeyId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::UserKey,
        table: "custodial_keys",
        column: "sealed_private",
        row: key.as_bytes().as_slice(),
        owner: owner.as_bytes().as_slice(),
    }
}

/// Where the wrapping key rests. The row names the key and the opener, so that nothing opens another key with it.
fn opener_binding<'a>(owner: &'a AccountId, row: &'a [u8]) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::UserKey,
        table: "custodial_key_openers",
        column: "sealed",
        row,
        owner: owner.as_bytes().as_slice(),
    }
}

fn opener_row(key: KeyId, opener: Opener) -> Vec<u8> {
    let mut row = key.as_bytes().to_vec();
    match opener {
        Opener::Password => {}
        Opener::AppPassword(id) => row.extend_from_slice(id.as_bytes()),
        Opener::RecoveryKey => row.extend_from_slice(b"recovery-key"),
    }
    row
}

/// The private half, sealed.
pub(super) fn seal_private(
    sealer: &dyn Sealer,
    owner: AccountId,
    unlocked: &Unlocked,
    private: &[u8],
) -> Vec<u8> {
    let binding = private_binding(&owner, &unlocked.key);
    sealer.seal_under(&unlocked.wrapping, &binding, private)
}

impl CustodialKeys {
    /// The private half of a key that was unlocked.
    ///
    /// # Errors
    /// [`SealError`] if the wrapping key is not that of this key.
    pub(crate) fn open_private(
        &self,
        key: &CustodialKey,
        wrapping: &Secret<[u8; 32]>,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let binding = private_binding(&key.account, &key.key);
        self.ports
            .sealer
            .open_under(wrapping, &binding, &key.sealed_private)
    }

    /// The wrapping key, sealed for an opener whose key this is.
    pub(super) fn seal_opener(
        &self,
        account: AccountId,
        unlocked: &Unlocked,
        opener: Opener,
        key: &Secret<[u8; 32]>,
        parameters: Option<KeyParameters>,
    ) -> KeyOpener {
        let row = opener_row(unlocked.key, opener);
        let binding = opener_binding(&account, &row);
        let wrapping = unlocked.wrapping.expose();
        KeyOpener {
            account,
            key: unlocked.key,
            opener,
            parameters,
            sealed: seal_twice(&*self.ports.sealer, key, &binding, wrapping),
        }
    }

    /// The wrapping key, if this is the opener's key.
    pub(super) fn open_opener(
        &self,
        opener: &KeyOpener,
        key: &Secret<[u8; 32]>,
    ) -> Result<Option<Unlocked>, SealError> {
        let row = opener_row(opener.key, opener.opener);
        let binding = opener_binding(&opener.account, &row);
        let opened = open_twice(&*self.ports.sealer, key, &binding, &opener.sealed)?;
        let wrapping = opened.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        Ok(wrapping.map(|wrapping| Unlocked {
            key: opener.key,
            wrapping: Secret::new(wrapping),
        }))
    }
}
