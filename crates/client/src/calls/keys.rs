use sealpost_domain::keys::{KeyId, KeyUse};
use serde_json::{Value, json};

use crate::call::Call;
use crate::wire::{Page, PublishedKey};
use crate::{Client, ClientError};

/// A public key to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMaterial<'a> {
    /// The JSON text of a JWK.
    Jwk(&'a str),
    /// PEM of an RSA key.
    Pem(&'a str),
}

impl Client {
    /// Publishes a public key; in place of `replaces`, if that is said.
    ///
    /// # Errors
    /// [`ClientError::Refused`] says what is wrong with the key.
    pub async fn publish_key(
        &self,
        key_use: KeyUse,
        material: KeyMaterial<'_>,
        replaces: Option<KeyId>,
    ) -> Result<PublishedKey, ClientError> {
        let (name, material) = match material {
            // A text that is no JSON goes as it is: the server says what it thinks of it.
            KeyMaterial::Jwk(text) => (
                "jwk",
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            ),
            KeyMaterial::Pem(text) => ("pem", Value::from(text)),
        };
        let mut body = json!({"use": key_use.name(), name: material});
        if let (Some(body), Some(id)) = (body.as_object_mut(), replaces) {
            body.insert("replaces".to_owned(), id.to_string().into());
        }
        let call = Call::post(&["v1", "me", "keys"], &body)?.idempotent();
        self.fetch(&call).await
    }

    /// One's own good keys, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn keys(&self) -> Result<Vec<PublishedKey>, ClientError> {
        let page: Page<PublishedKey> = self.fetch(&Call::get(&["v1", "me", "keys"])).await?;
        Ok(page.data)
    }

    /// The good keys of `username`, newest first.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: nobody has this name.
    pub async fn keys_of(&self, username: &str) -> Result<Vec<PublishedKey>, ClientError> {
        let call = Call::get(&["v1", "users", username, "keys"]);
        let page: Page<PublishedKey> = self.fetch(&call).await?;
        Ok(page.data)
    }

    /// Withdraws one of one's keys.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn revoke_key(&self, id: KeyId) -> Result<(), ClientError> {
        let id = id.to_string();
        let call = Call::delete(&["v1", "me", "keys", &id]);
        self.call(&call).await.map(drop)
    }
}
