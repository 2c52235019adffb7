use std::sync::Arc;

use sealpost_crypto::jose::{CannotOpen, Draft, Opened, Place, RecipientKey, open, seal};
use sealpost_crypto::{OsEntropy, SystemClock};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::keys::KeyUse;
use sealpost_domain::ports::{Clock as _, KeyRefused};

use super::Device;
use super::senders::Senders;
use crate::calls::random_client_id;
use crate::wire::{Format, Message, Receipt, User};
use crate::{Client, ClientError, KeyMaterial, Outgoing};

/// Somebody who is logged in, with a device: writes and reads messages that the server cannot read. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Correspondent {
    client: Client,
    device: Arc<Device>,
    senders: Arc<Senders>,
}

impl Correspondent {
    /// Nothing is sent yet.
    #[must_use]
    pub fn new(client: Client, device: Device) -> Self {
        Self {
            client,
            device: Arc::new(device),
            senders: Arc::default(),
        }
    }

    /// For all other calls.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The keys.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Publishes the public halves of the device's keys, if they are not published yet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn publish(&self) -> Result<(), ClientError> {
        let published = self.client.keys().await?;
        let (sealing, signing) = (&self.device.sealing, &self.device.signing);
        for (key_use, kid, jwk) in [
            (KeyUse::Seal, sealing.kid(), sealing.public_jwk()),
            (KeyUse::Sign, signing.kid(), signing.public_jwk()),
        ] {
            if published.iter().all(|key| key.fingerprint != kid) {
                let jwk = KeyMaterial::Jwk(&jwk);
                self.client.publish_key(key_use, jwk, None).await?;
            }
        }
        Ok(())
    }

    /// Seals `text` to every key of every member, oneself included, and sends it.
    ///
    /// # Errors
    /// [`ClientError::NoKey`], [`ClientError::BadKey`] and [`ClientError::CannotSeal`]: nothing was sent.
    pub async fn send_sealed(
        &self,
        conversation: ConversationId,
        text: &str,
    ) -> Result<Receipt, ClientError> {
        let message = self.seal(conversation, text).await?;
        self.client.send(conversation, &message).await
    }

    /// Seals `text` to every key of every member, oneself included. The result is for this conversation alone, and can
    /// be sent again and again: it stays one message.
    ///
    /// # Errors
    /// As [`Correspondent::send_sealed`].
    pub async fn seal(
        &self,
        conversation: ConversationId,
        text: &str,
    ) -> Result<Outgoing, ClientError> {
        let members = self.client.conversation(conversation).await?.members;
        let mut recipients = vec![self.own_key()?];
        for member in &members {
            self.add_keys(member, &mut recipients).await?;
        }
        let client_id = random_client_id();
        let draft = Draft {
            conversation,
            client_id: &client_id,
            sent_at: SystemClock.now(),
            content: text,
        };
        let body = seal(&draft, &self.device.signing, &recipients, &OsEntropy)?;
        Ok(Outgoing::new(Format::Jose, body).named(client_id))
    }

    /// Opens a message, if it is what it seems: sealed to this device, signed with a key of the account that the server
    /// names as its sender, and written for this conversation and under this `client_id`.
    ///
    /// # Errors
    /// [`ClientError::CannotOpen`]; [`ClientError::NotSealed`] for a message in another format.
    pub async fn open(&self, message: &Message) -> Result<Opened, ClientError> {
        if message.format != Format::Jose {
            return Err(ClientError::NotSealed);
        }
        match self.open_with_known_keys(message) {
            Err(CannotOpen::UnknownSender(_)) => {
                self.senders.fetch(&self.client, &message.sender).await?;
                Ok(self.open_with_known_keys(message)?)
            }
            opened => Ok(opened?),
        }
    }

    fn open_with_known_keys(&self, message: &Message) -> Result<Opened, CannotOpen> {
        let place = Place {
            conversation: message.conversation,
            client_id: &message.client_id,
        };
        let mine = std::slice::from_ref(&self.device.sealing);
        open(&message.body, &place, mine, |kid| {
            self.senders.find(message.sender.id, kid)
        })
    }

    fn own_key(&self) -> Result<RecipientKey, ClientError> {
        RecipientKey::from_jwk(&self.device.sealing.public_jwk())
            .map_err(|reason| bad_key("this device", reason))
    }

    /// Adds the keys of `member` that nobody but the member has the private half of.
    async fn add_keys(
        &self,
        member: &User,
        recipients: &mut Vec<RecipientKey>,
    ) -> Result<(), ClientError> {
        let keys = self.client.keys_of(&member.username).await?;
        let mut found = false;
        for key in keys {
            if !key.seals_end_to_end() {
                continue;
            }
            let key = RecipientKey::from_jwk(&key.jwk)
                .map_err(|reason| bad_key(&member.username, reason))?;
            found = true;
            if recipients.iter().all(|other| other.kid() != key.kid()) {
                recipients.push(key);
            }
        }
        if found {
            Ok(())
        } else {
            Err(ClientError::NoKey {
                username: member.username.clone(),
            })
        }
    }
}

fn bad_key(username: &str, reason: KeyRefused) -> ClientError {
    ClientError::BadKey {
        username: username.to_owned(),
        reason,
    }
}
