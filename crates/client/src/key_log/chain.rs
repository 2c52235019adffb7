use std::collections::BTreeSet;

use sealpost_crypto::{PublicKeyInspector, sha256};
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::key_log::tree::hash_leaf;
use sealpost_domain::key_log::{Leaf, TreeHead, verify_inclusion};
use sealpost_domain::keys::format_kid;
use sealpost_domain::ports::{KeyInspector as _, KeyMaterial};

use super::wire::{Keys, ProvedLink, Said, hashes};
use super::{KeyLogError, KnownLog};
use crate::call::Call;
use crate::wire::PublishedKey;
use crate::{Client, ClientError};

/// Somebody's keys, and the chain that proves that everybody is shown the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedKeys {
    /// The good keys, newest first. Each is what its fingerprint says, and in the last link.
    pub keys: Vec<PublishedKey>,
    /// The links behind the one that was known, oldest first.
    pub links: Vec<CheckedLink>,
    /// The end of the chain, to be kept; None if there is no chain, because there never was a key.
    pub head: Option<ChainHead>,
}

/// How far somebody's chain was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose.
    pub account: AccountId,
    /// The number of the last link.
    pub seq: u64,
    /// The SHA-256 digest of its text.
    pub digest: [u8; 32],
}

/// A link that is in the log and in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedLink {
    /// Its number.
    pub seq: u64,
    /// What happened: `genesis`, `add`, `revoke`, `rotate`, `reset`, `rename`, or what came later.
    pub operation: String,
    /// Who vouches for it: `server`, which is to say that nobody has signed it.
    pub asserted_by: String,
    /// The owner's username from then on.
    pub username: String,
    /// The keys from then on.
    pub keys: Vec<LinkKey>,
}

/// A key that a link names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkKey {
    /// Its id.
    pub id: String,
    /// Its RFC 7638 thumbprint; None if it is one that dialect `mailbox` alone hands out.
    pub fingerprint: Option<String>,
}

impl KnownLog {
    /// The good keys of `username`, checked: the tree is signed and begins with the one that was seen; each link behind `known` is in the
    /// tree and follows from the one before it; and the keys are those that the last link names. Remembers the tree.
    ///
    /// # Errors
    /// [`KeyLogError`]; then believe none of these keys. [`KeyLogError::Pending`] alone is no reason for alarm.
    pub async fn check_keys(
        &mut self,
        client: &Client,
        username: &str,
        known: Option<ChainHead>,
    ) -> Result<CheckedKeys, KeyLogError> {
        let mut chain = Chain {
            head: known,
            links: Vec::new(),
            last: None,
        };
        loop {
            let have = chain.head.map_or(0, |head| head.seq);
            // The last link once more if it is known: it says which keys there are.
            let call = Call::get(&["v1", "users", username, "keys"]).query(
                "have",
                &have.saturating_sub(u64::from(chain.last.is_none())),
            );
            let answer: Keys = client.fetch(&call).await?;
            let tree = self.accept(client.server(), &answer.log.checkpoint).await?;
            for link in &answer.log.links {
                chain.extend(tree, link)?;
            }
            if answer.log.is_pending {
                return Err(KeyLogError::Pending);
            }
            if answer.log.has_more && !answer.log.links.is_empty() {
                continue;
            }
            return chain.end(username, answer.data);
        }
    }
}

/// What was checked so far.
struct Chain {
    head: Option<ChainHead>,
    links: Vec<CheckedLink>,
    /// The link at the head, as it was shown.
    last: Option<CheckedLink>,
}

impl Chain {
    fn extend(&mut self, tree: TreeHead, shown: &ProvedLink) -> Result<(), KeyLogError> {
        let said: Said = serde_json::from_str(&shown.link).map_err(ClientError::unexpected)?;
        let account: AccountId = said.account.parse().map_err(ClientError::unexpected)?;
        let head = ChainHead {
            account,
            seq: said.seq,
            digest: sha256(shown.link.as_bytes()),
        };
        let follows = match self.head {
            None => (said.seq, said.prev) == (1, None),
            // The one that is known, again.
            Some(known) if self.last.is_none() && known.seq == said.seq => known == head,
            Some(known) => {
                said.seq == known.seq + 1
                    && said.prev.map(|prev| prev.0) == Some(known.digest)
                    && account == known.account
            }
        };
        if !follows || said.v != 1 {
            return Err(KeyLogError::BrokenChain { seq: said.seq });
        }
        let leaf = Leaf::new(&sha256, account, &shown.opening.0, &shown.link);
        let hash = hash_leaf(&sha256, &leaf.content());
        let (root, path) = ((tree.size, &tree.root), hashes(&shown.proof));
        if !verify_inclusion(&sha256, &hash, shown.leaf, root, &path) {
            return Err(KeyLogError::NotInLog { seq: said.seq });
        }
        let link = CheckedLink::from(said);
        if self.head != Some(head) {
            self.links.push(link.clone());
        }
        (self.head, self.last) = (Some(head), Some(link));
        Ok(())
    }

    /// Compares what the chain ends with and what the server hands out.
    fn end(self, username: &str, keys: Vec<PublishedKey>) -> Result<CheckedKeys, KeyLogError> {
        let Some(last) = self.last else {
            // A chain that was known does not vanish, and no key is handed out without one.
            return if self.head.is_none() && keys.is_empty() {
                Ok(CheckedKeys {
                    keys,
                    links: self.links,
                    head: None,
                })
            } else {
                Err(KeyLogError::KeysDiffer)
            };
        };
        let named: BTreeSet<&str> = last
            .keys
            .iter()
            .filter_map(|key| key.fingerprint.as_deref())
            .collect();
        let computed: Option<BTreeSet<String>> = keys.iter().map(fingerprint).collect();
        let computed = computed.ok_or(KeyLogError::KeysDiffer)?;
        let is_theirs = is_same_name(&last.username, username);
        if !is_theirs
            || !named
                .iter()
                .copied()
                .eq(computed.iter().map(String::as_str))
        {
            return Err(KeyLogError::KeysDiffer);
        }
        Ok(CheckedKeys {
            keys,
            links: self.links,
            head: self.head,
        })
    }
}

/// The thumbprint of the key itself, whatever the server says it is.
fn fingerprint(key: &PublishedKey) -> Option<String> {
    let material = KeyMaterial::Jwk(key.jwk.clone());
    let inspected = PublicKeyInspector.inspect(&material).ok()?;
    Some(format_kid(&inspected.thumbprint))
}

fn is_same_name(one: &str, other: &str) -> bool {
    let folded = |name: &str| Username::parse(name).map(|name| name.key().to_owned());
    matches!((folded(one), folded(other)), (Ok(one), Ok(other)) if one == other)
}

impl From<Said> for CheckedLink {
    fn from(said: Said) -> Self {
        Self {
            seq: said.seq,
            operation: said.op,
            asserted_by: said.asserted_by,
            username: said.username,
            keys: said
                .keys
                .into_iter()
                .map(|key| LinkKey {
                    id: key.id,
                    fingerprint: key.kid,
                })
                .collect(),
        }
    }
}
