//! Recovery codes: ten, each good once, instead of any other factor.

use super::{FactorError, Factors};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::codes::Alphabet;
use crate::mail::{self, MailMessage};
use crate::ports::{Digest, Digester, MacPurpose, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{Environment, Secret};

/// A fresh set of recovery codes. They are nowhere stored, so this is the one time they can be seen.
#[derive(Debug, Clone)]
pub struct RecoveryCodes(Vec<Secret<String>>);

impl RecoveryCodes {
    /// How many there are in a set.
    pub const COUNT: usize = 10;
    /// Letters of Crockford's base 32 in each: 80 bits.
    const LETTERS: usize = 16;

    /// Draws a set.
    pub(super) fn draw(env: &Environment) -> Self {
        let codes = (0..Self::COUNT).map(|_| Alphabet::Crockford.random(env, Self::LETTERS));
        Self(codes.collect())
    }

    /// The codes as people write them down, in groups of four letters.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        let letters = |code: &Secret<String>| code.expose().chars().collect::<Vec<char>>();
        self.0
            .iter()
            .map(|code| {
                let groups: Vec<String> = letters(code)
                    .chunks(4)
                    .map(|group| group.iter().collect())
                    .collect();
                groups.join("-")
            })
            .collect()
    }

    /// What is stored in their place.
    pub(super) fn macs(&self, digester: &dyn Digester, account: AccountId) -> Vec<Digest> {
        self.0
            .iter()
            .map(|code| mac(digester, account, code.expose()))
            .collect()
    }
}

fn mac(digester: &dyn Digester, account: AccountId, code: &str) -> Digest {
    let bytes = [
        b"recovery-code".as_slice(),
        account.as_bytes(),
        code.as_bytes(),
    ]
    .concat();
    digester.mac(MacPurpose::Code, &bytes)
}

/// Uses a recovery code up, if it is one.
pub(super) fn take(
    tx: &mut dyn Tx,
    digester: &dyn Digester,
    account: AccountId,
    typed: &str,
) -> Result<bool, StoreError> {
    let code = Alphabet::Crockford.read(typed);
    tx.factors()
        .take_recovery_code(account, &mac(digester, account, code.expose()))
}

impl Factors {
    /// Ten new recovery codes in place of all others. Needs a fresh login and a factor that they can stand in for.
    ///
    /// # Errors
    /// [`FactorError`]; then the old ones are good.
    pub async fn replace_recovery_codes(
        &self,
        actor: &Actor,
    ) -> Result<RecoveryCodes, FactorError> {
        let account = self.fresh(actor).await?;
        let codes = RecoveryCodes::draw(&self.env);
        let macs = codes.macs(&*self.ports.digester, account.id);
        let event = AuditEvent::by(actor, &self.env, AuditKind::RecoveryCodesReplaced);
        let notice = self
            .outbox
            .notice(&account, MailMessage::RecoveryCodesReplaced);
        self.env
            .store
            .write(move |tx| {
                if !tx.factors().find_set(account.id)?.is_on() {
                    return Err(FactorError::NoFactor);
                }
                tx.factors().replace_recovery_codes(account.id, &macs)?;
                tx.audit().append(&event)?;
                mail::enqueue_if(tx, notice.as_ref())?;
                Ok(())
            })
            .await?;
        Ok(codes)
    }
}
