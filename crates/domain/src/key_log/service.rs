use std::sync::Arc;

use crate::Environment;
use crate::ports::{CheckpointSigner, Digest, Digester};

/// The use cases of the key log. Cloning is cheap.
#[derive(Clone)]
pub struct KeyLog {
    pub(super) env: Environment,
    pub(super) digester: Arc<dyn Digester>,
    pub(super) signer: Arc<dyn CheckpointSigner>,
}

/// What a client must know of the log beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLogInfo {
    /// The log's name (C2SP `tlog-checkpoint`).
    pub origin: String,
    /// The key that checkpoints are verified with, as C2SP `signed-note` writes it.
    pub verifier_key: String,
}

impl KeyLog {
    /// How many links become leaves in one unit of work.
    pub const BATCH: u32 = 500;
    /// How many links of a chain are told at once.
    pub const CHAIN_PAGE: u32 = 100;
    /// How many leaves are told at once.
    pub const LEAF_PAGE: u32 = 1_000;

    /// The service over its ports.
    #[must_use]
    pub fn new(
        env: Environment,
        digester: Arc<dyn Digester>,
        signer: Arc<dyn CheckpointSigner>,
    ) -> Self {
        Self {
            env,
            digester,
            signer,
        }
    }

    /// What the log of the server at this URL is called: where it is, without the scheme (C2SP `tlog-checkpoint`).
    #[must_use]
    pub fn origin(public_url: &str) -> String {
        let (_, place) = public_url.split_once("://").unwrap_or(("", public_url));
        format!("{}/v1/keylog", place.trim_end_matches('/'))
    }

    /// What a client must know of the log beforehand.
    #[must_use]
    pub fn info(&self) -> KeyLogInfo {
        KeyLogInfo {
            origin: self.signer.origin().to_owned(),
            verifier_key: self.signer.verifier_key(),
        }
    }

    pub(super) fn sha256(&self) -> impl Fn(&[u8]) -> Digest + use<> {
        let digester = Arc::clone(&self.digester);
        move |data| digester.digest(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_named_by_its_place() {
        for url in ["https://chat.example", "https://chat.example/"] {
            assert_eq!(KeyLog::origin(url), "chat.example/v1/keylog");
        }
        let local = KeyLog::origin("http://127.0.0.1:5000");
        assert_eq!(local, "127.0.0.1:5000/v1/keylog");
    }
}
