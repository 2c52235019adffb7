//! Mail that nobody sends: whoever is invited hears of it by other ways than this program. Codes and mails are taken and
//! thrown away, and nothing has to be sealed.

use std::sync::Arc;

use async_trait::async_trait;
use sealpost_domain::accounts::{AccountId, Password};
use sealpost_domain::codes::{CodePurpose, MailedCode};
use sealpost_domain::mail::{MailId, MailSummary, Outbox, SealedMail};
use sealpost_domain::ports::{
    Binding, CodeRepository, CommonPasswords, Digest, Digester, LeasedMail, MacPurpose, MailError,
    Mailer, OutboxRepository, OutgoingMail, SealError, Sealer, StoreError,
};
use sealpost_domain::{Environment, Secret, Timestamp};
use zeroize::Zeroizing;

use crate::absent::absent;

/// Stands where codes and mails would be stored, and where they would be sealed and sent.
pub(crate) struct Unsent;

/// An outbox whose mails are thrown away.
pub(crate) fn outbox(env: &Environment) -> Outbox {
    Outbox::new(env.clone(), Arc::new(Unsent), Arc::new(Unsent))
}

impl CodeRepository for Unsent {
    fn put(&mut self, _: &MailedCode, _: Timestamp) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn spend_try(
        &mut self,
        _: AccountId,
        _: CodePurpose,
        _: Timestamp,
    ) -> Result<Option<MailedCode>, StoreError> {
        absent()
    }

    fn delete(&mut self, _: AccountId, _: CodePurpose) -> Result<bool, StoreError> {
        absent()
    }

    fn delete_all(&mut self, _: AccountId) -> Result<u64, StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl OutboxRepository for Unsent {
    fn insert(&mut self, _: &SealedMail) -> Result<(), StoreError> {
        Ok(())
    }

    fn has_waiting(&mut self, _: u32) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn lease_next(&mut self, _: Timestamp, _: Timestamp) -> Result<Option<LeasedMail>, StoreError> {
        absent()
    }

    fn delete(&mut self, _: MailId) -> Result<bool, StoreError> {
        absent()
    }

    fn defer(&mut self, _: MailId, _: u32, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        absent()
    }

    fn bury(&mut self, _: MailId, _: u32, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        absent()
    }

    fn hasten(&mut self, _: MailId, _: u32, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn find(&mut self, _: MailId) -> Result<Option<MailSummary>, StoreError> {
        absent()
    }

    fn page(&mut self, _: Option<MailId>, _: u32) -> Result<Vec<MailSummary>, StoreError> {
        absent()
    }

    fn delete_dead(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl Sealer for Unsent {
    fn seal<'a>(&self, _: &Binding<'a>, _: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    fn open<'a>(&self, _: &Binding<'a>, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        Err(SealError::Rejected)
    }

    fn seal_under<'a>(&self, _: &Secret<[u8; 32]>, _: &Binding<'a>, _: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    fn open_under<'a>(
        &self,
        _: &Secret<[u8; 32]>,
        _: &Binding<'a>,
        _: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        Err(SealError::Rejected)
    }
}

#[async_trait]
impl Mailer for Unsent {
    async fn send(&self, _: &OutgoingMail) -> Result<(), MailError> {
        Ok(())
    }
}

impl Digester for Unsent {
    fn digest(&self, _: &[u8]) -> Digest {
        [0; 32]
    }

    fn mac(&self, _: MacPurpose, _: &[u8]) -> Digest {
        [0; 32]
    }
}

impl CommonPasswords for Unsent {
    fn contains(&self, _: &Password) -> bool {
        false
    }
}
