//! A receiver says that it has a message, or has seen that there is one.

use std::sync::Arc;

use thiserror::Error;

use super::{Messages, Signature};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::find_partner;
use crate::inbox::Offset;
use crate::ports::{Digester, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Why nothing was acknowledged.
#[derive(Debug, Error)]
pub enum AcknowledgeError {
    /// Nothing that the caller could acknowledge goes by this name.
    #[error("there is nothing of yours to acknowledge by this name")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Messages {
    /// The caller has the message that `from` sent to it with this signature: it is not pending any more, and stays in its
    /// conversation. Again is as once.
    ///
    /// # Errors
    /// [`AcknowledgeError`].
    pub async fn acknowledge(
        &self,
        actor: &Actor,
        from: Username,
        signature: Signature,
    ) -> Result<(), AcknowledgeError> {
        let (receiver, now) = (actor.account(), self.env.now());
        let digester = Arc::clone(&self.digester);
        self.env
            .store
            .write(move |tx| acknowledge(tx, receiver, (&from, &signature), &*digester, now))
            .await
    }

    /// The caller has seen the notice of this number: it does not come again. The message stays pending. Again is as once.
    ///
    /// # Errors
    /// [`AcknowledgeError`].
    pub async fn acknowledge_notice(
        &self,
        actor: &Actor,
        number: Offset,
    ) -> Result<(), AcknowledgeError> {
        let (receiver, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| {
                let known = tx.deliveries().acknowledge_notice(receiver, number, now)?;
                known.then_some(()).ok_or(AcknowledgeError::Unknown)
            })
            .await
    }
}

fn acknowledge(
    tx: &mut dyn Tx,
    receiver: AccountId,
    (from, signature): (&Username, &Signature),
    digester: &dyn Digester,
    now: Timestamp,
) -> Result<(), AcknowledgeError> {
    let sender = find_partner(tx, receiver, from)?.ok_or(AcknowledgeError::Unknown)?;
    let name = signature.client_id(receiver, digester);
    let sent = tx.messages().find_sent(sender, &name)?;
    let (message, _) = sent.ok_or(AcknowledgeError::Unknown)?;
    let known = tx.deliveries().acknowledge(receiver, message.id, now)?;
    known.then_some(()).ok_or(AcknowledgeError::Unknown)
}

domain_error!(AcknowledgeError {
    Unknown: NotFound, "nothing-to-acknowledge";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{MessageId, Receipt};
    use crate::testing::{MockTx, ToyDigester, account, acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(5);

    fn tx(sent: bool, known: bool) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        let name = signature().client_id(account("alice").id, &ToyDigester);
        tx.messages
            .expect_find_sent()
            .withf(move |sender, client_id| *sender == account("bob").id && *client_id == name)
            .returning(move |_, _| {
                let receipt = Receipt {
                    id: MessageId::from_bytes([1; 16]),
                    seq: 1,
                    created_at: NOW,
                    expires_at: None,
                };
                Ok(sent.then_some((receipt, [0; 32])))
            });
        tx.deliveries
            .expect_acknowledge()
            .withf(|receiver, _, _| *receiver == account("alice").id)
            .returning(move |_, _, _| Ok(known));
        tx
    }

    fn signature() -> Signature {
        Signature::parse("c2lnbmF0dXJl".to_owned()).unwrap()
    }

    fn verdict(tx: &mut MockTx) -> Result<(), AcknowledgeError> {
        let (alice, bob) = (account("alice"), account("bob"));
        acknowledge(
            tx,
            alice.id,
            (&bob.username, &signature()),
            &ToyDigester,
            NOW,
        )
    }

    #[test]
    fn found_by_its_sender_and_signature() {
        assert!(verdict(&mut tx(true, true)).is_ok());
    }

    #[test]
    fn what_is_not_there_and_what_is_not_for_the_caller_are_the_same() {
        for (sent, known) in [(false, false), (true, false)] {
            let refused = verdict(&mut tx(sent, known));
            assert!(matches!(refused, Err(AcknowledgeError::Unknown)));
        }
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(None));
        assert!(matches!(verdict(&mut tx), Err(AcknowledgeError::Unknown)));
    }
}
