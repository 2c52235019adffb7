//! The keys of a device, sealed under a recovery code.

use sealpost_crypto::OsEntropy;
use sealpost_crypto::jose::CannotSeal;
use sealpost_crypto::key_backup::{
    CannotOpenBackup, RecoveryCode, open_key_backup, seal_key_backup,
};
use sealpost_domain::accounts::AccountId;

use super::Device;

impl Device {
    /// Seals the keys for a backup: the web client opens it with the code, and so does [`Device::from_backup`].
    ///
    /// # Errors
    /// [`CannotSeal`] for an RSA pair.
    pub fn to_backup(&self, code: &RecoveryCode, account: AccountId) -> Result<String, CannotSeal> {
        seal_key_backup(code, account, &self.sealing, &self.signing, &OsEntropy)
    }

    /// The keys of a backup.
    ///
    /// # Errors
    /// [`CannotOpenBackup`].
    pub fn from_backup(
        code: &RecoveryCode,
        account: AccountId,
        backup: &str,
    ) -> Result<Self, CannotOpenBackup> {
        let (sealing, signing) = open_key_backup(code, account, backup)?;
        Ok(Self { sealing, signing })
    }
}
