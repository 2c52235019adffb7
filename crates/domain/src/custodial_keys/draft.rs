//! A pair becomes an account's custodial key.

use super::private::seal_private;
use super::{CustodialKey, CustodialKeyError, CustodialKeys, KeyOpener, Opener, Unlocked};
use crate::Secret;
use crate::accounts::{AccountId, Password};
use crate::audit::{AuditEvent, AuditKind};
use crate::keys::{self, Custody, KeyId, KeyUse, PublicKey};
use crate::ports::{KeyMaterial, Tx};
use crate::sessions::Dialect;

/// All of a custodial key that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct KeyDraft {
    pub(crate) unlocked: Unlocked,
    custodial: CustodialKey,
    opener: KeyOpener,
    public: PublicKey,
    /// The custodial key that the account has, whether or not its public half is still good.
    replaced: Option<KeyId>,
    published: AuditEvent,
    revoked: Option<AuditEvent>,
}

impl CustodialKeys {
    /// Takes a pair for an account that has this password, in the place of `replaced`.
    pub(crate) async fn draft(
        &self,
        account: AccountId,
        password: &Password,
        replaced: Option<KeyId>,
        dialect: Option<Dialect>,
    ) -> Result<KeyDraft, CustodialKeyError> {
        let pair = self.ports.pairs.take().await?;
        let (parameters, key) = self.ports.password_keys.new_key(password.clone()).await?;
        let material = KeyMaterial::Pem(pair.public_pem);
        let public = PublicKey {
            custody: Custody::Server,
            ..self.keys.draft(KeyUse::Seal, &material)?
        };
        let unlocked = Unlocked {
            key: public.id,
            wrapping: Secret::new(self.env.random()),
        };
        let event = |kind, key: KeyId| {
            AuditEvent::outside(account, dialect, &self.env, kind).about(*key.as_bytes())
        };
        let private = pair.private.expose();
        Ok(KeyDraft {
            custodial: CustodialKey {
                account,
                key: public.id,
                sealed_private: seal_private(&*self.ports.sealer, account, &unlocked, private),
                created_at: public.created_at,
            },
            opener: self.seal_opener(account, &unlocked, Opener::Password, &key, Some(parameters)),
            published: event(AuditKind::KeyPublished, public.id),
            revoked: replaced.map(|old| event(AuditKind::KeyRevoked, old)),
            public,
            unlocked,
            replaced,
        })
    }
}

/// Stores it, and tells everybody of the new public half. False, and nothing changes, if the account has another
/// custodial key by now than the one that is replaced.
pub(crate) fn store(tx: &mut dyn Tx, draft: &KeyDraft) -> Result<bool, CustodialKeyError> {
    let owner = draft.custodial.account;
    // Its owner may have withdrawn the old one's public half.
    let good = tx.keys().list(owner)?;
    let replaced = draft
        .replaced
        .filter(|old| good.iter().any(|key| key.id == *old));
    if !tx.custodial_keys().put(&draft.custodial, draft.replaced)? {
        return Ok(false);
    }
    let revoked = draft.revoked.filter(|_| replaced.is_some());
    let trail: Vec<AuditEvent> = [Some(draft.published), revoked]
        .into_iter()
        .flatten()
        .collect();
    keys::publish(tx, owner, &draft.public, replaced, &trail)?;
    tx.custodial_keys().put_opener(&draft.opener)?;
    Ok(true)
}
