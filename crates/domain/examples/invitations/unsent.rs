//! Adapters for what this service never does: it has no mail addresses, so nothing is sealed and no mail is sent.

use std::sync::Arc;

use async_trait::async_trait;
use sealpost_domain::accounts::Password;
use sealpost_domain::mail::Outbox;
use sealpost_domain::ports::{
    Binding, CommonPasswords, Digest, Digester, MacPurpose, MailError, Mailer, OutgoingMail,
    SealError, Sealer,
};
use sealpost_domain::{Environment, Secret};
use zeroize::Zeroizing;

/// Stands where mails would be sealed and sent.
pub(crate) struct Unsent;

/// An outbox that nobody uses.
pub(crate) fn outbox(env: &Environment) -> Outbox {
    Outbox::new(env.clone(), Arc::new(Unsent), Arc::new(Unsent))
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
