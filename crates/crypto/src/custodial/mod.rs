//! Custodial keys (dialect `channel`): RSA-3072 pairs made ahead of need, and what is done with them.

mod jwe;
mod pairs;

use sealpost_domain::Secret;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Addressing, CustodialCipher, SecretUse};
use zeroize::Zeroizing;

use crate::derive::secret_key;
pub use pairs::CustodialPairPool;

/// Keeps nothing: one serves all. RSA is computed in aws-lc-rs (ADR 0004).
#[derive(Debug, Clone, Copy, Default)]
pub struct JweCustodian;

impl CustodialCipher for JweCustodian {
    fn derive(&self, secret_use: SecretUse, secret: &[u8]) -> Secret<[u8; 32]> {
        let label = match secret_use {
            SecretUse::Channel => "channel",
            SecretUse::AppPassword => "app-password",
            SecretUse::RecoveryKey => "recovery-key",
        };
        Secret::new(*secret_key(secret, label))
    }

    fn encrypt(&self, jwk: &str, addressing: &Addressing, plaintext: &[u8]) -> Option<String> {
        jwe::encrypt(jwk, addressing, plaintext)
    }

    fn decrypt(
        &self,
        private: &[u8],
        recipient: AccountId,
        text: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        jwe::decrypt(private, recipient, text)
    }
}
