//! The number that two people compare.

use sealpost_crypto::{PublicKeyInspector, Side, safety_number};
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{KeyInspector as _, KeyMaterial};

use super::Correspondent;
use super::correspondent::bad_key;
use crate::ClientError;
use crate::wire::{Custody, PublishedKey, User};

impl Correspondent {
    /// The safety number with somebody: 60 digits that both see, if nobody sits in between, and that are others as soon as
    /// either's keys are.
    ///
    /// # Errors
    /// [`ClientError::BadKey`] if the server handed out a key that is not a good one, and what calls fail with.
    pub async fn safety_number_with(&self, user: &User) -> Result<String, ClientError> {
        let me = self.client().me().await?;
        let mine = self.client().keys_of(&me.username).await?;
        let theirs = self.client().keys_of(&user.username).await?;
        Ok(safety_number(
            &side(me.id, &me.username, &mine)?,
            &side(user.id, &user.username, &theirs)?,
        ))
    }
}

/// The keys that their owner alone holds, by what they are: not by what the server says that they are called.
fn side(account: AccountId, username: &str, keys: &[PublishedKey]) -> Result<Side, ClientError> {
    let good = keys
        .iter()
        .filter(|key| key.custody == Custody::Client && key.revoked_at.is_none());
    let keys = good.map(|key| {
        let key = PublicKeyInspector.inspect(&KeyMaterial::Jwk(key.jwk.clone()));
        key.map(|key| key.thumbprint)
    });
    Ok(Side {
        account: *account.as_bytes(),
        keys: keys
            .collect::<Result<_, _>>()
            .map_err(|reason| bad_key(username, reason))?,
    })
}
