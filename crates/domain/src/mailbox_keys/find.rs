//! Anybody asks for somebody's key.

use thiserror::Error;

use super::{MailboxKey, MailboxKeys};
use crate::accounts::{AccountId, Username};
use crate::contacts::find_visible;
use crate::keys::{Custody, KeyAlgorithm, KeyId, KeyUse, PublicKey, Thumbprint};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Somebody's key as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedKey {
    /// What its owner set, or the PEM (SPKI) of their newest good RSA key.
    pub text: String,
    /// Its RFC 7638 thumbprint, if it is an RSA key.
    pub thumbprint: Option<Thumbprint>,
}

/// Why no key is handed out.
#[derive(Debug, Error)]
pub enum FindMailboxKeyError {
    /// Nobody has this name, the caller may not know who, or they have no key whose private half is theirs alone.
    #[error("there is no user of this name, or they have no key")]
    NoKey,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(FindMailboxKeyError {
    NoKey: NotFound, "no-key", "username";
} else { Store });

/// Where the key comes from.
enum Found {
    Set(ServedKey),
    InRing { jwk: String, thumbprint: Thumbprint },
}

impl MailboxKeys {
    /// The key of the user of this name: the one they set here while it is good, else their newest good RSA key whose private
    /// half they alone hold. To somebody who is not logged in, only those are known who want to be discovered.
    ///
    /// # Errors
    /// [`FindMailboxKeyError`].
    pub async fn find(
        &self,
        viewer: Option<&Actor>,
        username: Username,
    ) -> Result<ServedKey, FindMailboxKeyError> {
        let viewer = viewer.map(Actor::account);
        let found: Result<Option<Found>, StoreError> = self
            .env
            .store
            .read(move |tx| {
                let Some(owner) = find_owner(tx, viewer, &username)? else {
                    return Ok(None);
                };
                served(tx, owner)
            })
            .await;
        match found?.ok_or(FindMailboxKeyError::NoKey)? {
            Found::Set(key) => Ok(key),
            Found::InRing { jwk, thumbprint } => Ok(ServedKey {
                text: self.pem.of_jwk(&jwk).ok_or(FindMailboxKeyError::NoKey)?,
                thumbprint: Some(thumbprint),
            }),
        }
    }
}

fn find_owner(
    tx: &mut dyn Tx,
    viewer: Option<AccountId>,
    username: &Username,
) -> Result<Option<AccountId>, StoreError> {
    if let Some(viewer) = viewer {
        return Ok(find_visible(tx, viewer, username)?.map(|found| found.account));
    }
    let Some(found) = tx.accounts().find_by_username(username)? else {
        return Ok(None);
    };
    let settings = tx.accounts().find_settings(found.id)?;
    Ok(settings
        .is_some_and(|settings| settings.discoverable)
        .then_some(found.id))
}

fn served(tx: &mut dyn Tx, owner: AccountId) -> Result<Option<Found>, StoreError> {
    let set = tx.mailbox_keys().find(owner)?;
    let good = tx.keys().list(owner)?;
    if let Some(key) = set.filter(|key| still_stands(key, &good)) {
        return Ok(Some(Found::Set(ServedKey {
            text: key.text.as_str().to_owned(),
            thumbprint: key.thumbprint,
        })));
    }
    Ok(newest_rsa(&good).map(|key| Found::InRing {
        jwk: key.jwk.clone(),
        thumbprint: key.thumbprint,
    }))
}

/// Which key is handed out here, of an account that has set this one and has these good ones.
pub(super) fn handed_out(set: Option<MailboxKey>, good: &[PublicKey]) -> Option<KeyId> {
    let set = set.filter(|key| still_stands(key, good));
    let set = set.map(|key| key.id);
    set.or_else(|| newest_rsa(good).map(|key| key.id))
}

/// Whether this key is one of the good ones.
pub(super) fn is_good(good: &[PublicKey], id: KeyId) -> bool {
    good.iter().any(|key| key.id == id)
}

/// Whether the key that was set was not withdrawn from the ring since.
fn still_stands(set: &MailboxKey, good: &[PublicKey]) -> bool {
    !set.in_ring || is_good(good, set.id)
}

/// The newest of these that others can encrypt with here, and whose private half its owner alone holds.
fn newest_rsa(good: &[PublicKey]) -> Option<&PublicKey> {
    good.iter().find(|key| {
        key.key_use == KeyUse::Seal
            && key.algorithm == KeyAlgorithm::Rsa
            && key.custody == Custody::Client
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::accounts::Settings;
    use crate::mailbox_keys::KeyText;
    use crate::testing::{MockTx, account};

    fn ring_key(byte: u8, custody: Custody) -> PublicKey {
        PublicKey {
            id: KeyId::from_bytes([byte; 16]),
            key_use: KeyUse::Seal,
            algorithm: KeyAlgorithm::Rsa,
            custody,
            jwk: byte.to_string(),
            thumbprint: [byte; 32],
            created_at: Timestamp::from_seconds(9),
            revoked_at: None,
        }
    }

    /// What is served: the text that was set, or the number of a key of the ring.
    fn serve(set: Option<(u8, bool)>, good: Vec<PublicKey>) -> Option<String> {
        let mut tx = MockTx::default();
        tx.mailbox_keys.expect_find().returning(move |_| {
            Ok(set.map(|(byte, in_ring)| MailboxKey {
                id: KeyId::from_bytes([byte; 16]),
                text: KeyText::restore("SET".to_owned()),
                thumbprint: None,
                in_ring,
                created_at: Timestamp::from_seconds(9),
            }))
        });
        tx.keys.expect_list().returning(move |_| Ok(good.clone()));
        let found = served(&mut tx, account("bob").id).unwrap()?;
        Some(match found {
            Found::Set(key) => key.text,
            Found::InRing { jwk, .. } => jwk,
        })
    }

    #[test]
    fn a_custodial_key_is_never_handed_out() {
        assert_eq!(serve(None, vec![ring_key(1, Custody::Server)]), None);
        let both = vec![ring_key(1, Custody::Server), ring_key(2, Custody::Client)];
        assert_eq!(serve(None, both).as_deref(), Some("2"));
    }

    #[test]
    fn a_key_that_was_withdrawn_is_not_served_any_more() {
        let ring = || vec![ring_key(2, Custody::Client), ring_key(1, Custody::Client)];
        assert_eq!(serve(Some((1, true)), ring()).as_deref(), Some("SET"));
        assert_eq!(serve(Some((3, true)), ring()).as_deref(), Some("2"));
        assert_eq!(serve(Some((3, true)), Vec::new()), None);
        assert_eq!(serve(Some((3, false)), ring()).as_deref(), Some("SET"));
    }

    #[test]
    fn strangers_do_not_learn_of_who_wants_not_to_be_discovered() {
        for discoverable in [true, false] {
            let mut tx = MockTx::default();
            tx.accounts
                .expect_find_by_username()
                .returning(|_| Ok(Some(account("bob"))));
            tx.accounts.expect_find_settings().returning(move |_| {
                Ok(Some(Settings {
                    discoverable,
                    ..Settings::default()
                }))
            });
            let found = find_owner(&mut tx, None, &account("bob").username).unwrap();
            assert_eq!(found.is_some(), discoverable);
        }
    }
}
