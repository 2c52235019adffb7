//! The signing keys of those who write, kept so that not every message asks for them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sealpost_domain::accounts::AccountId;
use sealpost_domain::keys::KeyUse;

use crate::wire::User;
use crate::{Client, ClientError};

/// JWKs by account, then by name (`kid`).
#[derive(Debug, Default)]
pub(super) struct Senders {
    known: Mutex<HashMap<AccountId, HashMap<String, String>>>,
}

impl Senders {
    /// The key of this name that `account` is known to sign with.
    pub(super) fn find(&self, account: AccountId, kid: &str) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&account)?.get(kid).cloned()
    }

    /// Asks the server for all signing keys of `user`.
    pub(super) async fn fetch(&self, client: &Client, user: &User) -> Result<(), ClientError> {
        let keys = client.keys_of(&user.username).await?;
        let keys = keys
            .into_iter()
            .filter(|key| key.key_use == KeyUse::Sign)
            .map(|key| (key.fingerprint, key.jwk));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(user.id, keys.collect());
        Ok(())
    }
}
