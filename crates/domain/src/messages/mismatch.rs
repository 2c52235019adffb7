//! A sealed message is for the members' keys as they are now, or it is not taken.

use std::collections::BTreeSet;

use super::SendMessageError;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::keys::{KeyId, KeyOwner, Thumbprint};
use crate::ports::{Recipient, Tx};

/// How the keys that a message is sealed to differ from the members' keys. Nobody is named who is not in the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Good keys of members that the message is not sealed to.
    pub missing: Vec<MemberKey>,
    /// Keys that it is sealed to, and that a member has withdrawn.
    pub extra: Vec<MemberKey>,
}

/// A key of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberKey {
    /// Whose.
    pub owner: KeyOwner,
    /// Its id.
    pub id: KeyId,
    /// Its thumbprint, which recipients of a JWE are named by.
    pub thumbprint: Thumbprint,
}

impl From<Recipient> for MemberKey {
    fn from(recipient: Recipient) -> Self {
        Self {
            owner: recipient.owner,
            id: recipient.id,
            thumbprint: recipient.thumbprint,
        }
    }
}

/// Compares what the message is sealed to with the members' keys. A sender who seals to none of their own wants no copy; who
/// seals to one has to seal to all. Keys that nobody in the conversation has published are not judged.
pub(super) fn check(
    tx: &mut dyn Tx,
    sender: AccountId,
    conversation: ConversationId,
    sealed_to: &[Thumbprint],
) -> Result<(), SendMessageError> {
    let known = tx.keys().list_recipients(conversation, sealed_to)?;
    let sealed_to: BTreeSet<&Thumbprint> = sealed_to.iter().collect();
    let is_sealed_to = |key: &Recipient| sealed_to.contains(&key.thumbprint);
    let is_own = |key: &Recipient| key.owner.account == sender;
    let wants_copy = known
        .iter()
        .any(|key| is_own(key) && key.good && is_sealed_to(key));
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    for key in known {
        match (key.good, is_sealed_to(&key)) {
            (true, false) if wants_copy || !is_own(&key) => missing.push(key.into()),
            (false, true) => extra.push(key.into()),
            _ => {}
        }
    }
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let mismatch = Box::new(Mismatch { missing, extra });
    Err(SendMessageError::MismatchedRecipients(mismatch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);

    fn key(name: &str, byte: u8, good: bool) -> Recipient {
        Recipient {
            owner: KeyOwner {
                account: account(name).id,
                username: account(name).username,
            },
            id: KeyId::from_bytes([byte; 16]),
            thumbprint: [byte; 32],
            good,
        }
    }

    /// The bytes of the keys that are missing and extra; None if the message is taken.
    fn verdict(known: Vec<Recipient>, sealed_to: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut tx = MockTx::default();
        tx.keys
            .expect_list_recipients()
            .return_once(move |_, _| Ok(known));
        let sealed_to: Vec<Thumbprint> = sealed_to.iter().map(|byte| [*byte; 32]).collect();
        let bytes = |keys: Vec<MemberKey>| keys.iter().map(|key| key.thumbprint[0]).collect();
        match check(&mut tx, account("alice").id, TALK, &sealed_to) {
            Ok(()) => None,
            Err(SendMessageError::MismatchedRecipients(mismatch)) => {
                Some((bytes(mismatch.missing), bytes(mismatch.extra)))
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn every_good_key_of_the_others_and_no_withdrawn_one() {
        let known = || {
            vec![
                key("bob", 1, true),
                key("bob", 2, true),
                key("bob", 3, false),
            ]
        };
        assert_eq!(verdict(known(), &[1, 2]), None);
        assert_eq!(verdict(known(), &[2, 1, 9]), None, "9 is nobody's here");
        assert_eq!(verdict(known(), &[1]), Some((vec![2], vec![])));
        assert_eq!(verdict(known(), &[1, 2, 3]), Some((vec![], vec![3])));
        assert_eq!(verdict(known(), &[3]), Some((vec![1, 2], vec![3])));
        assert_eq!(verdict(Vec::new(), &[7]), None, "nobody has a key");
    }

    #[test]
    fn ones_own_keys_are_all_or_none() {
        let known = || {
            vec![
                key("alice", 1, true),
                key("alice", 2, true),
                key("bob", 3, true),
            ]
        };
        assert_eq!(verdict(known(), &[3]), None);
        assert_eq!(verdict(known(), &[1, 2, 3]), None);
        assert_eq!(verdict(known(), &[1, 3]), Some((vec![2], vec![])));
    }
}
