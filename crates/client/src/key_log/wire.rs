//! What the server answers.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::{Deserialize, Deserializer, de};

use crate::wire::PublishedKey;

/// 32 bytes, base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(pub(super) [u8; 32]);

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = Base64UrlUnpadded::decode_vec(&text).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| de::Error::custom("not 32 bytes in base64url"))
    }
}

pub(super) fn hashes(list: &[Hash]) -> Vec<[u8; 32]> {
    list.iter().map(|hash| hash.0).collect()
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) verifier_key: String,
}

#[derive(Deserialize)]
pub(super) struct Consistency {
    pub(super) proof: Vec<Hash>,
}

#[derive(Deserialize)]
pub(super) struct Keys {
    pub(super) data: Vec<PublishedKey>,
    pub(super) log: Chain,
}

#[derive(Deserialize)]
pub(super) struct Chain {
    pub(super) checkpoint: String,
    pub(super) links: Vec<ProvedLink>,
    pub(super) has_more: bool,
    pub(super) is_pending: bool,
}

#[derive(Deserialize)]
pub(super) struct ProvedLink {
    pub(super) link: String,
    pub(super) opening: Hash,
    pub(super) leaf: u64,
    pub(super) proof: Vec<Hash>,
}

/// What a link says, as far as it matters here.
#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) v: u32,
    pub(super) account: String,
    pub(super) seq: u64,
    pub(super) prev: Option<Hash>,
    pub(super) op: String,
    pub(super) asserted_by: String,
    pub(super) username: String,
    pub(super) keys: Vec<SaidKey>,
}

#[derive(Deserialize)]
pub(super) struct SaidKey {
    pub(super) id: String,
    pub(super) kid: Option<String>,
}
