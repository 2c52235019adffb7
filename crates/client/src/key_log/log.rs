use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use sealpost_crypto::{NoteVerifier, sha256};
use sealpost_domain::key_log::{TreeHead, verify_consistency};
use thiserror::Error;

use super::KeyLogError;
use super::wire::{Consistency, Log, hashes};
use crate::call::Call;
use crate::server::read;
use crate::{ClientError, Server};

/// A key log as it was last seen: its key, and the newest tree. To be kept (as text: [`fmt::Display`] and [`FromStr`]), because what
/// proves that nobody takes anything back is that the next tree begins with this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLog {
    key: NoteVerifier,
    seen: TreeHead,
}

/// The text is not that of a log that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a key log as it was kept: a line each with its key, its size and its root")]
pub struct InvalidKnownLog;

impl KnownLog {
    /// The log of a server that was never asked before: whatever key it names is believed, this once. Compare
    /// [`KnownLog::verifier_key`] over another channel.
    ///
    /// # Errors
    /// [`KeyLogError::Client`].
    pub async fn meet(server: &Server) -> Result<Self, KeyLogError> {
        let call = Call::get(&["v1", "keylog"]);
        let log: Log = read(server.send(&call, None).await?).await?;
        let key = log.verifier_key.parse().map_err(ClientError::unexpected)?;
        Ok(Self::pinned(key))
    }

    /// A log of which nothing is known but its key.
    #[must_use]
    pub fn pinned(key: NoteVerifier) -> Self {
        // The tree without leaves begins every other one.
        let seen = TreeHead {
            size: 0,
            root: sha256(&[]),
        };
        Self { key, seen }
    }

    /// The key that its trees are verified with, as one line.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        self.key.to_string()
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.key.name()
    }

    /// The newest tree that was seen.
    #[must_use]
    pub const fn seen(&self) -> TreeHead {
        self.seen
    }

    /// Looks at the log as it is now, and remembers it.
    ///
    /// # Errors
    /// [`KeyLogError::OtherLog`], [`KeyLogError::Rollback`], [`KeyLogError::Fork`]: keep what you have, as evidence; it has not
    /// changed.
    pub async fn look(&mut self, server: &Server) -> Result<TreeHead, KeyLogError> {
        let call = Call::get(&["v1", "keylog", "checkpoint"]);
        let answer = server.send(&call, None).await?;
        let note = answer.text().await.map_err(ClientError::no_answer)?;
        self.accept(server, &note).await
    }

    /// Verifies a checkpoint, and that its tree begins with the one that was seen; then it is the one that was seen.
    pub(super) async fn accept(
        &mut self,
        server: &Server,
        note: &str,
    ) -> Result<TreeHead, KeyLogError> {
        let opened = self.key.open(note).map_err(|_| KeyLogError::OtherLog)?;
        let (old, new) = (self.seen, opened.head);
        let (seen, shown) = (old.size, new.size);
        if shown < seen {
            return Err(KeyLogError::Rollback { seen, shown });
        }
        let path = if seen == 0 || shown == seen {
            Vec::new()
        } else {
            let call = Call::get(&["v1", "keylog", "proofs", "consistency"])
                .query("from", &seen)
                .query("to", &shown);
            let proof: Consistency = read(server.send(&call, None).await?).await?;
            hashes(&proof.proof)
        };
        if !verify_consistency(&sha256, (seen, &old.root), (shown, &new.root), &path) {
            return Err(KeyLogError::Fork { seen, shown });
        }
        self.seen = new;
        Ok(new)
    }
}

impl fmt::Display for KnownLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = Base64::encode_string(&self.seen.root);
        writeln!(f, "{}\n{}\n{root}", self.key, self.seen.size)
    }
}

impl FromStr for KnownLog {
    type Err = InvalidKnownLog;

    fn from_str(text: &str) -> Result<Self, InvalidKnownLog> {
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(InvalidKnownLog);
        let key = line()?.parse().map_err(|_| InvalidKnownLog)?;
        let size = line()?.parse().map_err(|_| InvalidKnownLog)?;
        let root = Base64::decode_vec(line()?).map_err(|_| InvalidKnownLog)?;
        let root = root.try_into().map_err(|_| InvalidKnownLog)?;
        Ok(Self {
            key,
            seen: TreeHead { size, root },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let key = "chat.example/v1/keylog+562ceeb1+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
        let mut log = KnownLog::pinned(key.parse().unwrap());
        log.seen.size = 7;
        assert_eq!(log.to_string().parse(), Ok(log.clone()));
        assert_eq!(log.origin(), "chat.example/v1/keylog");
        for wrong in [
            "",
            key,
            &format!("{key}\n7\n"),
            &format!("{key}\n-7\nAA==\n"),
        ] {
            assert_eq!(wrong.parse::<KnownLog>(), Err(InvalidKnownLog));
        }
    }
}
