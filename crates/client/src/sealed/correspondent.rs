use std::sync::Arc;

use sealpost_crypto::jose::{CannotOpen, Draft, Opened, Place, RecipientKey, open, seal};
use sealpost_crypto::{OsEntropy, SystemClock};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::keys::KeyUse;
use sealpost_domain::ports::{Clock as _, KeyRefused};

use super::Device;
use super::senders::Senders;
use crate::calls::{check_size, new_client_id};
use crate::wire::{Format, Message, Receipt, User};
use crate::{Client, ClientError, KeyMaterial, Outgoing};

/// The code of a refusal: the message is not sealed to the keys that the members have.
const MISMATCHED: &str = "mismatched-recipients";

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

    /// Seals `text` to every key of every member, oneself included, and sends it. If somebody has published or withdrawn a key
    /// meanwhile, so that the server does not take it, it is sealed once more, to the keys as they are then.
    ///
    /// # Errors
    /// [`ClientError::NoKey`], [`ClientError::BadKey`], [`ClientError::CannotSeal`] and [`ClientError::TooLarge`]: nothing was sent.
    pub async fn send_sealed(
        &self,
        conversation: ConversationId,
        text: &str,
    ) -> Result<Receipt, ClientError> {
        let message = self.seal(conversation, text).await?;
        match self.client.send(conversation, &message).await {
            // Nothing was stored: the second one is no repeat.
            Err(refused) if refused.code() == Some(MISMATCHED) => {
                let message = self.seal(conversation, text).await?;
                self.client.send(conversation, &message).await
            }
            sent => sent,
        }
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
        let members = self.client.everybody_in(conversation).await?;
        let mut recipients = vec![self.own_key()?];
        for member in &members {
            self.add_keys(member, &mut recipients).await?;
        }
        let client_id = new_client_id();
        let draft = Draft {
            conversation,
            client_id: &client_id,
            sent_at: SystemClock.now(),
            content: text,
        };
        let body = seal(&draft, &self.device.signing, &recipients, &OsEntropy)?;
        check_size(&body, Some(recipients.len()))?;
        Ok(Outgoing::new(Format::Jose, body).named(client_id))
    }

    /// Opens a message, if it is what it seems: sealed to this device, signed with a key of the account that the server
    /// names as its sender, and written for this conversation and under this `client_id`.
    ///
    /// # Errors
    /// [`ClientError::CannotOpen`]; [`ClientError::NotSealed`] for a message in another format, [`ClientError::Deleted`] for one
    /// that is no longer there.
    pub async fn open(&self, message: &Message) -> Result<Opened, ClientError> {
        if message.format != Format::Jose {
            return Err(ClientError::NotSealed);
        }
        let body = message.body.as_deref().ok_or(ClientError::Deleted)?;
        match self.open_with_known_keys(message, body) {
            Err(CannotOpen::UnknownSender(_)) => {
                self.senders.fetch(&self.client, &message.sender).await?;
                Ok(self.open_with_known_keys(message, body)?)
            }
            opened => Ok(opened?),
        }
    }

    fn open_with_known_keys(&self, message: &Message, body: &str) -> Result<Opened, CannotOpen> {
        let place = Place {
            conversation: message.conversation,
            client_id: &message.client_id,
        };
        let mine = std::slice::from_ref(&self.device.sealing);
        open(body, &place, mine, |kid| {
            self.senders.find(message.sender.id, kid)
        })
    }

    pub(super) fn own_key(&self) -> Result<RecipientKey, ClientError> {
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

pub(super) fn bad_key(username: &str, reason: KeyRefused) -> ClientError {
    ClientError::BadKey {
        username: username.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{Answer, FakeServer, Request, problem, tokens};

    const PLACE: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";
    const BOB: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";
    /// How many X25519 keys a short message is sealed to and still fits (`docs/groups.md`).
    const READERS: usize = 262;

    fn published(device: &Device) -> Value {
        let jwk: Value = serde_json::from_str(&device.sealing.public_jwk()).unwrap();
        json!({"id": PLACE, "use": "seal", "algorithm": "X25519", "custody": "client", "jwk": jwk,
            "fingerprint": device.sealing_kid(), "created_at": "2026-11-21T13:04:05.678Z", "revoked_at": null})
    }

    /// How many keys the message that came is sealed to.
    fn recipients(request: &Request) -> usize {
        let body: Value = serde_json::from_str(request.json["body"].as_str().unwrap()).unwrap();
        body["recipients"].as_array().unwrap().len()
    }

    /// Seals to Bob, who has so many keys.
    async fn seal_to(keys: usize) -> (Result<Outgoing, ClientError>, usize) {
        let keys: Vec<Value> = (0..keys).map(|_| published(&Device::generate())).collect();
        let made = "2026-11-21T13:04:05.678Z";
        let server = FakeServer::start(move |_, request| match request.line.as_str() {
            "POST /v1/sessions/refresh" => Answer::Json(200, tokens(1)),
            line if line.ends_with("/keys") => {
                Answer::Json(200, json!({"data": keys, "next_cursor": null}))
            }
            _ => {
                let members = json!([{"id": BOB, "username": "bob"}]);
                let place =
                    json!({"id": PLACE, "members": members, "created_at": made, "last_seq": 0});
                Answer::Json(200, place)
            }
        })
        .await;
        let alice = Correspondent::new(server.client(), Device::generate());
        let sealed = alice.seal(PLACE.parse().unwrap(), &"x".repeat(100)).await;
        let seen = server.seen();
        let sent = seen.iter().filter(|seen| seen.line.ends_with("/messages"));
        (sealed, sent.count())
    }

    #[tokio::test]
    async fn what_is_sealed_to_more_keys_than_fit_is_refused_before_it_is_sent() {
        // With one of her own.
        let (sealed, _) = seal_to(READERS - 1).await;
        let sealed = sealed.unwrap();
        assert!(sealed.body.len() <= 65_536, "{}", sealed.body.len());
        let (refused, sent) = seal_to(READERS).await;
        let refused = refused.unwrap_err();
        let told = refused.to_string();
        assert!(
            matches!(refused, ClientError::TooLarge { size: 65_537.., limit: 65_536, keys: Some(keys) } if keys == READERS + 1),
            "{told}"
        );
        assert!(told.contains("may have 65536: nothing was sent"), "{told}");
        assert_eq!(sent, 0);
    }

    #[tokio::test]
    async fn what_is_too_long_is_not_sent() {
        let server = FakeServer::start(|_, _| Answer::Json(200, tokens(1))).await;
        let long = Outgoing::text("x".repeat(65_537));
        let refused = server.client().send(PLACE.parse().unwrap(), &long).await;
        assert!(matches!(
            refused,
            Err(ClientError::TooLarge {
                size: 65_537,
                keys: None,
                ..
            })
        ));
        assert!(server.seen().is_empty());
    }

    /// Sends a message to Bob, whose second device is published once a message came; the server refuses so many messages. How
    /// many keys each was sealed to.
    async fn send(refusals: usize) -> (Result<Receipt, ClientError>, Vec<usize>) {
        let keys = [Device::generate(), Device::generate()]
            .each_ref()
            .map(published);
        let came = AtomicUsize::new(0);
        let made = "2026-11-21T13:04:05.678Z";
        let server = FakeServer::start(move |_, request| match request.line.as_str() {
            "POST /v1/sessions/refresh" => Answer::Json(200, tokens(1)),
            line if line.ends_with("/keys") => {
                let there = if came.load(Ordering::SeqCst) == 0 {
                    1
                } else {
                    2
                };
                Answer::Json(200, json!({"data": keys[..there], "next_cursor": null}))
            }
            line if line.ends_with("/messages") => {
                if came.fetch_add(1, Ordering::SeqCst) < refusals {
                    return problem(409, MISMATCHED);
                }
                let client_id = &request.json["client_id"];
                let receipt = json!({"id": PLACE, "conversation_id": PLACE, "seq": 1,
                    "client_id": client_id, "created_at": made});
                Answer::Json(201, receipt)
            }
            _ => {
                let members = json!([{"id": BOB, "username": "bob"}]);
                let place =
                    json!({"id": PLACE, "members": members, "created_at": made, "last_seq": 0});
                Answer::Json(200, place)
            }
        })
        .await;
        let alice = Correspondent::new(server.client(), Device::generate());
        let sent = alice.send_sealed(PLACE.parse().unwrap(), "hello").await;
        let seen = server.seen();
        let messages = seen.iter().filter(|seen| seen.line.ends_with("/messages"));
        (sent, messages.map(recipients).collect())
    }

    #[tokio::test]
    async fn what_is_sealed_to_old_keys_is_sealed_once_more() {
        // Her own device, and those of Bob that are known.
        let (sent, sealed_to) = send(0).await;
        assert_eq!((sent.unwrap().seq, sealed_to), (1, vec![2]));
        let (sent, sealed_to) = send(1).await;
        assert_eq!((sent.unwrap().seq, sealed_to), (1, vec![2, 3]));
    }

    #[tokio::test]
    async fn and_not_for_ever() {
        let (sent, sealed_to) = send(9).await;
        assert_eq!(sent.unwrap_err().code(), Some(MISMATCHED));
        assert_eq!(sealed_to, [2, 3]);
    }
}
