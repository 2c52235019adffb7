//! Somebody who knows a link's secret opens it.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use super::{DownloadToken, FileLinks, LinkId, LinkProof};
use crate::Timestamp;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::files::{File, open_labels};
use crate::messages::Protection;
use crate::ports::{Digest, NewDownload, SealError, SpentLink, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;
use crate::throttle::{Rate, Subject, TooMany};

/// What a link leads to, and what reads it.
#[derive(Debug, Clone)]
pub struct OpenedLink {
    /// The file; its `wrapped_key` is what the owner's client wrapped under the link's secret.
    pub file: File,
    /// What binds the ciphertext to the file's id.
    pub context: Vec<u8>,
    /// Reads it.
    pub token: DownloadToken,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why a link does not open.
#[derive(Debug, Error)]
pub enum OpenLinkError {
    /// There is none, it is over or used up, or the proof is wrong: nobody can tell which.
    #[error("no such link")]
    Unknown,
    /// Too many openings from one address, or of one link.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The stored key does not open.
    #[error("the key of a linked file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an opening is made of, drawn before it.
struct Draft {
    id: LinkId,
    proof: LinkProof,
    digest: Digest,
    token: DownloadToken,
    audit: AuditEventId,
    address: IpAddr,
    now: Timestamp,
}

impl FileLinks {
    /// How long an opened link can be read: long enough for a download of many gigabytes that is broken off and resumed.
    pub const DOWNLOAD_LIFETIME: Duration = Duration::from_secs(6 * 60 * 60);

    /// Opens a link for who shows the proof of its secret. It counts as one download, however often what it gives is read
    /// within [`FileLinks::DOWNLOAD_LIFETIME`]; of openings at once, no more succeed than the link has left. It stands in the
    /// owner's audit trail.
    ///
    /// # Errors
    /// [`OpenLinkError`]; then nothing was counted as a download.
    pub async fn open(
        &self,
        id: LinkId,
        proof: LinkProof,
        address: IpAddr,
    ) -> Result<OpenedLink, OpenLinkError> {
        let draft = Draft {
            id,
            digest: proof.digest(&*self.ports.digester),
            proof,
            token: DownloadToken::draw(&self.env),
            audit: self.env.new_id(),
            address,
            now: self.env.now(),
        };
        let token = draft.token.clone();
        let expires_at = draft.now + Self::DOWNLOAD_LIFETIME;
        let service = self.clone();
        let opened = self
            .env
            .store
            .write(move |tx| match service.count(tx, &draft)? {
                Ok(()) => service.spend(tx, &draft, expires_at),
                // What was counted is kept.
                Err(refused) => Ok(Err(refused)),
            });
        let file = opened.await??;
        Ok(OpenedLink {
            context: self.files.context(&file.id),
            file,
            token,
            expires_at,
        })
    }

    /// Counts the attempt, before anything is looked up.
    fn count(
        &self,
        tx: &mut dyn Tx,
        draft: &Draft,
    ) -> Result<Result<(), OpenLinkError>, StoreError> {
        for (rate, subject) in [
            (Rate::LinkOpenings, Subject::Address(draft.address)),
            (Rate::OpeningsOfLink, Subject::Link(draft.id)),
        ] {
            let counted = self.ports.throttles.spend(tx, rate, &subject, draft.now)?;
            if let Err(too_many) = counted {
                return Ok(Err(too_many.into()));
            }
        }
        Ok(Ok(()))
    }

    fn spend(
        &self,
        tx: &mut dyn Tx,
        draft: &Draft,
        expires_at: Timestamp,
    ) -> Result<Result<File, OpenLinkError>, OpenLinkError> {
        let spent = tx.file_links().spend(draft.id, &draft.digest, draft.now)?;
        let Some(SpentLink { sealed_key, file }) = spent else {
            return Ok(Err(OpenLinkError::Unknown));
        };
        let labels = open_labels(&file, &*self.ports.sealer)?;
        let (wrapped_key, sealed_key) = match file.protection {
            Protection::Server => {
                let key = self.open_for_link(&draft.id, &draft.proof, &sealed_key)?;
                let sealed = self.seal_for_download(&draft.id, &draft.token, &key);
                (None, Some(sealed))
            }
            Protection::EndToEnd => (Some(self.open_wrapped(&draft.id, &sealed_key)?), None),
        };
        tx.file_links().insert_download(&NewDownload {
            token: draft.token.digest(&*self.ports.digester),
            link: draft.id,
            sealed_key,
            expires_at,
        })?;
        tx.audit().append(&AuditEvent {
            id: draft.audit,
            account: file.owner,
            kind: AuditKind::LinkOpened,
            at: draft.now,
            session: None,
            dialect: Some(Dialect::Native),
            subject: Some(*file.id.as_bytes()),
        })?;
        Ok(Ok(File {
            wrapped_key,
            ..labels
        }))
    }
}

domain_error!(OpenLinkError {
    Unknown: NotFound, "unknown-link";
    Sealed: Internal, "internal-error";
} else { TooMany, Store });
