//! Somebody types in the code that was mailed.

use subtle::ConstantTimeEq;
use thiserror::Error;

use super::{Recoveries, Recovery, RecoveryId, RecoveryToken};
use crate::codes::Alphabet;
use crate::ports::{Digest, Digester, StoreError, StoreExt, Tx};
use crate::{Secret, Timestamp};

/// A recovery whose code was given.
#[derive(Debug, Clone)]
pub struct VerifiedRecovery {
    /// What the last step wants.
    pub token: RecoveryToken,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why there is no token.
#[derive(Debug, Error)]
pub enum VerifyRecoveryError {
    /// It is not the code, or there is no such recovery, or the code is used up or too old: never says which.
    #[error("this code is wrong, used up or too old")]
    WrongCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(VerifyRecoveryError {
    WrongCode: Invalid, "wrong-code", "code";
} else { Store });

impl Recoveries {
    /// Exchanges the code of a recovery for a token. Three tries, exactly, however many come at once.
    ///
    /// # Errors
    /// [`VerifyRecoveryError`].
    pub async fn verify(
        &self,
        id: RecoveryId,
        code: &Secret<String>,
    ) -> Result<VerifiedRecovery, VerifyRecoveryError> {
        let now = self.env.now();
        let expires_at = now + Recovery::TOKEN_LIFETIME;
        let token = RecoveryToken::draw(&self.env);
        let digester = self.ports.factors.digester.clone();
        let digest = token.digest(&*digester);
        let typed = Alphabet::Crockford.read(code.expose());
        let right = self
            .env
            .store
            .write(move |tx| {
                let Some(recovery) = spend(tx, &*digester, id, &typed, now)? else {
                    // To be committed: it cost a try.
                    return Ok(false);
                };
                tx.recoveries().confirm(recovery.id, &digest, expires_at)
            })
            .await?;
        if right {
            Ok(VerifiedRecovery { token, expires_at })
        } else {
            Err(VerifyRecoveryError::WrongCode)
        }
    }
}

/// The recovery, if this is its code. The try is taken before anything is compared.
fn spend(
    tx: &mut dyn Tx,
    digester: &dyn Digester,
    id: RecoveryId,
    typed: &Secret<String>,
    now: Timestamp,
) -> Result<Option<Recovery>, StoreError> {
    let found = tx.recoveries().spend_try(id, now)?;
    let (salt, mac): ([u8; 16], Digest) = found
        .as_ref()
        .map_or(([0; 16], [0; 32]), |recovery| (recovery.salt, recovery.mac));
    // Also where there is nothing to compare it with.
    let right = Recovery::mac(digester, id, &salt, typed).ct_eq(&mac);
    Ok(found.filter(|recovery| recovery.account.is_some() && right.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::AccountId;
    use crate::testing::{MockTx, ToyDigester, account};

    const ID: RecoveryId = RecoveryId::from_bytes([1; 16]);
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn code(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn spent(account: Option<AccountId>, typed: &str) -> Option<Recovery> {
        let recovery = Recovery {
            id: ID,
            account,
            email: None,
            salt: [7; 16],
            mac: Recovery::mac(&ToyDigester, ID, &[7; 16], &code("7K3M9QXA")),
            tries_left: 2,
            token: None,
            created_at: NOW,
            expires_at: NOW,
        };
        let mut tx = MockTx::default();
        tx.recoveries
            .expect_spend_try()
            .once()
            .returning(move |_, _| Ok(Some(recovery.clone())));
        spend(&mut tx, &ToyDigester, ID, &code(typed), NOW).unwrap()
    }

    #[test]
    fn only_the_code_of_somebodys_recovery_is_right() {
        let alice = Some(account("alice").id);
        assert!(spent(alice, "7K3M9QXA").is_some());
        assert!(spent(alice, "7K3M9QXB").is_none());
        assert!(spent(None, "7K3M9QXA").is_none());
        let mut tx = MockTx::default();
        tx.recoveries.expect_spend_try().returning(|_, _| Ok(None));
        let none = spend(&mut tx, &ToyDigester, ID, &code("7K3M9QXA"), NOW).unwrap();
        assert!(none.is_none());
    }
}
