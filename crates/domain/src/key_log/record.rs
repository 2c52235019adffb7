//! A unit of work that changes somebody's keys records a link of their chain.

use crate::Timestamp;
use crate::accounts::AccountId;
use crate::keys::{KeyUse, PublicKey, format_kid};
use crate::mailbox_keys::MailboxKey;
use crate::ports::{StoreError, Tx};

use super::link::quoted;
use super::{LinkOperation, NewLink};

/// Records what the account's keys are now. The first link of a chain is its `genesis`, whatever happened; a rename begins none.
/// To be called after the change, in its unit of work.
pub(crate) fn record(
    tx: &mut dyn Tx,
    account: AccountId,
    operation: LinkOperation,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(next) = tx.key_log().next_link(account)? else {
        // The account is gone, and its chain with it.
        return Ok(());
    };
    let operation = match operation {
        LinkOperation::Rename if next.seq == 1 => return Ok(()),
        _ if next.seq == 1 => LinkOperation::Genesis,
        operation => operation,
    };
    let ring = tx.keys().list(account)?;
    let mailbox = tx.mailbox_keys().find(account)?;
    tx.key_log().append(&NewLink {
        account,
        seq: next.seq,
        operation,
        username: next.username,
        keys: keys_text(&ring, mailbox.as_ref()),
        created_at: now,
    })
}

/// Destroys the openings of an account that is about to go, so that nobody can tell any more what its leaves say, and records that it is
/// gone. To be called before the account is removed, in the same unit of work.
pub(crate) fn bury(tx: &mut dyn Tx, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    let Some(next) = tx.key_log().next_link(account)?.filter(|next| next.seq > 1) else {
        return Ok(());
    };
    tx.key_log().erase(account)?;
    tx.key_log().append(&NewLink {
        account,
        seq: next.seq,
        operation: LinkOperation::Delete,
        username: String::new(),
        keys: "[]".to_owned(),
        created_at: now,
    })
}

/// What a link says of keys: a canonical JSON array, newest first, then the key that dialect `mailbox` alone hands out. Keys of
/// the ring are named by their thumbprint, which commits to them; one that the dialect alone hands out stands there as it is.
fn keys_text(ring: &[PublicKey], mailbox: Option<&MailboxKey>) -> String {
    let mut keys: Vec<String> = ring.iter().map(ring_key).collect();
    keys.extend(mailbox.filter(|key| !key.in_ring).map(mailbox_key));
    format!("[{}]", keys.join(","))
}

fn ring_key(key: &PublicKey) -> String {
    format!(
        r#"{{"alg":"{}","custody":"{}","id":"{}","kid":"{}","use":"{}"}}"#,
        key.algorithm.name(),
        key.custody.name(),
        key.id,
        format_kid(&key.thumbprint),
        key.key_use.name(),
    )
}

fn mailbox_key(key: &MailboxKey) -> String {
    format!(
        r#"{{"id":"{}","text":{},"use":"{}"}}"#,
        key.id,
        quoted(key.text.as_str()),
        KeyUse::Seal.name(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Custody, KeyAlgorithm, KeyId};
    use crate::mailbox_keys::KeyText;
    use crate::ports::NextLink;
    use crate::testing::{MockTx, account};

    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn tx(seq: u64) -> MockTx {
        let mut tx = MockTx::default();
        tx.key_log.expect_next_link().returning(move |_| {
            Ok(Some(NextLink {
                seq,
                username: "alice".to_owned(),
            }))
        });
        tx.keys.expect_list().returning(|_| {
            Ok(vec![PublicKey {
                id: KeyId::from_bytes([1; 16]),
                key_use: KeyUse::Seal,
                algorithm: KeyAlgorithm::Rsa,
                custody: Custody::Client,
                jwk: "{}".to_owned(),
                thumbprint: [0; 32],
                created_at: NOW,
                revoked_at: None,
            }])
        });
        tx.mailbox_keys.expect_find().returning(|_| {
            Ok(Some(MailboxKey {
                id: KeyId::from_bytes([2; 16]),
                text: KeyText::restore("MY\nKEY".to_owned()),
                thumbprint: None,
                in_ring: false,
                created_at: NOW,
            }))
        });
        tx
    }

    fn appended(mut tx: MockTx, operation: LinkOperation) -> Option<NewLink> {
        let seen = std::sync::Arc::new(std::sync::Mutex::new(None));
        let sink = seen.clone();
        tx.key_log.expect_append().returning(move |link| {
            *sink.lock().unwrap() = Some(link.clone());
            Ok(())
        });
        record(&mut tx, account("alice").id, operation, NOW).unwrap();
        seen.lock().unwrap().take()
    }

    #[test]
    fn a_link_names_all_keys_that_are_handed_out() {
        let link = appended(tx(2), LinkOperation::Rotate).unwrap();
        assert_eq!(
            link.keys,
            r#"[{"alg":"RSA","custody":"client","id":"01010101-0101-0101-0101-010101010101","kid":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","use":"seal"},{"id":"02020202-0202-0202-0202-020202020202","text":"MY\nKEY","use":"seal"}]"#
        );
        assert_eq!(
            (link.seq, link.operation, link.username.as_str()),
            (2, LinkOperation::Rotate, "alice")
        );
    }

    #[test]
    fn a_chain_begins_with_its_genesis_and_never_with_a_rename() {
        let first = appended(tx(1), LinkOperation::Add).unwrap();
        assert_eq!(first.operation, LinkOperation::Genesis);
        assert_eq!(appended(tx(1), LinkOperation::Rename), None);
        let renamed = appended(tx(2), LinkOperation::Rename).unwrap();
        assert_eq!(renamed.operation, LinkOperation::Rename);
    }

    #[test]
    fn who_goes_takes_the_openings_along_and_leaves_nothing_but_that_they_went() {
        let mut tx = tx(3);
        tx.key_log.expect_erase().once().returning(|_| Ok(()));
        tx.key_log
            .expect_append()
            .withf(|link| {
                (link.seq, link.operation) == (3, LinkOperation::Delete)
                    && (link.username.as_str(), link.keys.as_str()) == ("", "[]")
            })
            .once()
            .returning(|_| Ok(()));
        bury(&mut tx, account("alice").id, NOW).unwrap();
    }

    #[test]
    fn who_never_had_a_key_leaves_no_trace() {
        bury(&mut tx(1), account("alice").id, NOW).unwrap();
    }
}
