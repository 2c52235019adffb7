//! The owner makes a link to a file.

use thiserror::Error;

use super::{FileLinks, Link, LinkId, LinkLifetime, LinkProof, LinkSecret, MaxDownloads};
use crate::Secret;
use crate::accounts::AccountId;
use crate::files::{FileId, WrappedKey, open_key};
use crate::messages::Protection;
use crate::ports::{Constraint, SealError, StoreError, StoreExt, StoredFile, StoredLink, Tx};
use crate::sessions::Actor;

/// A file, and what its link is to be like.
#[derive(Debug, Clone)]
pub struct CreateLink {
    /// The caller's file.
    pub file: FileId,
    /// How long the link can be opened.
    pub lifetime: LinkLifetime,
    /// How often, if that is to be bounded.
    pub max_downloads: Option<MaxDownloads>,
    /// What the client has made of the secret it drew: if, and only if, the server does not have the file's key.
    pub sealed: Option<SealedByClient>,
}

/// A link whose secret the server never sees.
#[derive(Debug, Clone)]
pub struct SealedByClient {
    /// Its id, which the client drew: it is bound into proof and wrap.
    pub id: LinkId,
    /// The proof of its secret.
    pub proof: LinkProof,
    /// The file's key, wrapped under its secret.
    pub wrapped_key: WrappedKey,
}

/// A link that was made.
#[derive(Debug, Clone)]
pub struct MadeLink {
    /// The link.
    pub link: Link,
    /// Its secret, which is told once; None if the client made it.
    pub secret: Option<LinkSecret>,
}

/// Why there is no link.
#[derive(Debug, Error)]
pub enum CreateLinkError {
    /// There is no such file, or it is somebody else's: nobody can tell which.
    #[error("no such file")]
    UnknownFile,
    /// The file has as many as one can have.
    #[error("a file has at most 50 links: delete one, or wait until one is over")]
    TooMany,
    /// The server has no key to the file, so the client has to make secret and wrap.
    #[error(
        "this file is end-to-end encrypted: draw the link's id and secret, and send id, proof and wrapped_key"
    )]
    SealMissing,
    /// The server makes the secret itself.
    #[error(
        "the server makes the secret of this file's link itself: leave out id, proof and wrapped_key"
    )]
    SealNeedless,
    /// There is a link of this id.
    #[error("there is a link of this id: draw another one")]
    IdTaken,
    /// The stored key does not open.
    #[error("the key of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CreateLinkError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::Id) => Self::IdTaken,
            error => Self::Store(error),
        }
    }
}

impl FileLinks {
    /// How many links a file can have.
    pub const MAX_PER_FILE: u32 = 50;

    /// Makes a link to one of the caller's files. Of a file that the server can open the secret is told now, and never again.
    ///
    /// # Errors
    /// [`CreateLinkError`].
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateLink,
    ) -> Result<MadeLink, CreateLinkError> {
        let (owner, now) = (actor.account(), self.env.now());
        let secret: LinkSecret = Secret::new(self.env.random());
        let id = match &command.sealed {
            Some(sealed) => sealed.id,
            None => self.env.new_id(),
        };
        let link = Link {
            id,
            downloads: 0,
            max_downloads: command.max_downloads,
            created_at: now,
            expires_at: command.lifetime.after(now),
        };
        let drawn = command.sealed.is_none();
        let (service, own) = (self.clone(), secret.clone());
        self.env
            .store
            .write(move |tx| service.add(tx, owner, &command, link, &own))
            .await?;
        Ok(MadeLink {
            link,
            secret: drawn.then_some(secret),
        })
    }

    fn add(
        &self,
        tx: &mut dyn Tx,
        owner: AccountId,
        command: &CreateLink,
        link: Link,
        secret: &LinkSecret,
    ) -> Result<(), CreateLinkError> {
        // Under the lock, so that the key is not replaced meanwhile.
        let stored = tx.files().lock(owner, command.file)?;
        let stored = stored.ok_or(CreateLinkError::UnknownFile)?;
        let (proof, sealed_key) = self.seal(&stored, link.id, command.sealed.as_ref(), secret)?;
        let row = StoredLink {
            link,
            file: stored.id,
            proof: proof.digest(&*self.ports.digester),
            sealed_key,
        };
        if tx.file_links().insert(&row, Self::MAX_PER_FILE)? {
            Ok(())
        } else {
            Err(CreateLinkError::TooMany)
        }
    }

    fn seal(
        &self,
        stored: &StoredFile,
        id: LinkId,
        sealed: Option<&SealedByClient>,
        secret: &LinkSecret,
    ) -> Result<(LinkProof, Vec<u8>), CreateLinkError> {
        match (stored.protection, sealed) {
            (Protection::Server, None) => {
                let key = open_key(stored, &*self.ports.sealer)?;
                let proof = LinkProof::new(*self.ports.keys.proof(secret, &id).expose());
                let sealed = self.seal_for_link(&id, &proof, &key);
                Ok((proof, sealed))
            }
            (Protection::EndToEnd, Some(sealed)) => {
                let wrapped = self.seal_wrapped(&id, &sealed.wrapped_key);
                Ok((sealed.proof.clone(), wrapped))
            }
            (Protection::Server, Some(_)) => Err(CreateLinkError::SealNeedless),
            (Protection::EndToEnd, None) => Err(CreateLinkError::SealMissing),
        }
    }
}

domain_error!(CreateLinkError {
    UnknownFile: NotFound, "unknown-file";
    TooMany: Conflict, "too-many-links";
    SealMissing: Invalid, "link-seal-missing", "proof";
    SealNeedless: Invalid, "link-seal-needless", "proof";
    IdTaken: Conflict, "link-id-taken";
    Sealed: Internal, "internal-error";
} else { Store });
