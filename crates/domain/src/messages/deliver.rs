//! Somebody says something to somebody whom they name, and who is to acknowledge it.

use std::sync::Arc;

use thiserror::Error;

use super::send::{Draft, append, digest};
use super::{
    Attachments, Body, Format, MessageId, Messages, Receipt, SendMessage, SendMessageError,
    Signature,
};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{NewConversation, StartSealedError, draft, start_sealed};
use crate::keys::KeyAlgorithm;
use crate::ports::{Digester, NewDelivery, Sealer, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Asks for a message of [`Format::Messenger`] to be stored and delivered.
#[derive(Debug, Clone)]
pub struct DeliverMessage {
    /// To whom.
    pub to: Username,
    /// What names it: another one for each message to the same receiver.
    pub signature: Signature,
    /// What it says, the signature included.
    pub body: Body,
}

/// Why a message was not taken.
#[derive(Debug, Error)]
pub enum DeliverError {
    /// The sender may not write to such a user, or the user has no key of their own that it could be sealed to.
    #[error(transparent)]
    Start(#[from] StartSealedError),
    /// Another message to the same user carries this signature.
    #[error("this signature came with another message to this user: sign each message anew")]
    SignatureReused,
    /// As with any message.
    #[error(transparent)]
    Send(SendMessageError),
}

/// What is known of the message before its receiver is.
struct Letter {
    id: MessageId,
    sender: AccountId,
    command: DeliverMessage,
    now: Timestamp,
}

impl Messages {
    /// Stores a message in the conversation of the caller and the receiver, which is made if there is none, and puts it
    /// into both inboxes, in one unit of work. It waits for the receiver's word until [`Messages::acknowledge`]. A repeat
    /// with the same signature and body is answered like the original and changes nothing.
    ///
    /// # Errors
    /// [`DeliverError`].
    pub async fn deliver(
        &self,
        actor: &Actor,
        command: DeliverMessage,
    ) -> Result<Receipt, DeliverError> {
        let letter = Letter {
            id: self.env.new_id(),
            sender: actor.account(),
            command,
            now: self.env.now(),
        };
        let conversation = draft(&self.env, &*self.sealer, letter.sender);
        let (sealer, digester) = (Arc::clone(&self.sealer), Arc::clone(&self.digester));
        self.env
            .store
            .write(move |tx| deliver(tx, &letter, &conversation, (&*sealer, &*digester)))
            .await
    }
}

fn deliver(
    tx: &mut dyn Tx,
    letter: &Letter,
    conversation: &dyn Fn(AccountId) -> NewConversation,
    (sealer, digester): (&dyn Sealer, &dyn Digester),
) -> Result<Receipt, DeliverError> {
    let Letter {
        id,
        sender,
        command,
        now,
    } = letter;
    let found = start_sealed(tx, *sender, &command.to, KeyAlgorithm::Rsa, conversation)?;
    let conversation = found.started.conversation;
    let mut others = conversation.members.iter().map(|member| member.account);
    let receiver = others
        .find(|account| account != sender)
        .ok_or(SendMessageError::UnknownConversation)?;
    let message = SendMessage {
        conversation: conversation.id,
        client_id: command.signature.client_id(receiver, digester),
        format: Format::Messenger,
        body: command.body.clone(),
        sent_at: None,
        expires_in: None,
        attachments: Attachments::default(),
    };
    let draft = Draft {
        id: *id,
        sender: *sender,
        digest: digest(&message, digester),
        recipients: Vec::new(),
        command: message,
        now: *now,
    };
    let receipt = append(tx, &draft, sealer)?;
    // A repeat has the receipt of the original.
    if receipt.id == *id {
        tx.deliveries().insert(&NewDelivery {
            message: *id,
            sender: *sender,
            receiver,
            now: *now,
        })?;
    }
    Ok(receipt)
}

impl From<SendMessageError> for DeliverError {
    fn from(error: SendMessageError) -> Self {
        match error {
            SendMessageError::ClientIdReused => Self::SignatureReused,
            error => Self::Send(error),
        }
    }
}

impl From<StoreError> for DeliverError {
    fn from(error: StoreError) -> Self {
        Self::Send(error.into())
    }
}

domain_error!(DeliverError {
    SignatureReused: Invalid, "signature-reused", "signature";
} else { Start, Send });

#[cfg(test)]
mod tests;
