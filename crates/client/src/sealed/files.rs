//! Files that the server cannot read.

use std::collections::HashMap;
use std::fs::File as StdFile;
use std::io::{self, Read as _, Seek as _, Write as _};

use sealpost_crypto::OsEntropy;
use sealpost_crypto::jose::{CannotOpen, FileSeal, RecipientKey, unwrap_file, wrap_file};
use sealpost_domain::Secret;
use sealpost_domain::files::FileId;
use sealpost_domain::keys::KeyUse;
use sealpost_domain::ports::{Entropy as _, FileCipher as _};
use tokio::fs::File;
use tokio::io::AsyncWrite;
use tokio::task::spawn_blocking;

use super::correspondent::bad_key;
use super::opening::{Opening, cipher};
use crate::wire::{FileProtection, FileShare, PublishedKey, SealingTerms, StoredFile};
use crate::{
    ClientError, Correspondent, LinkAddress, LinkTerms, NewFileLink, NewUpload, SealedUpload,
};

/// How much is read at once to be sealed.
const PIECE: usize = 256 * 1024;

impl Correspondent {
    /// Seals what is in `content` and stores it: the server learns its size and nothing else. Name, type and key are kept beside
    /// it, sealed to the keys of one's devices. The sealed bytes wait in a temporary file, so that the upload goes on after
    /// a break ([`crate::Client::continue_upload`]).
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::LocalFile`] if the file cannot be read.
    pub async fn upload_sealed(
        &self,
        name: Option<&str>,
        content_type: Option<&str>,
        content: File,
    ) -> Result<StoredFile, ClientError> {
        let terms = self.client().reserve_file_id().await?;
        check(&terms)?;
        let mut key = [0; 32];
        OsEntropy.fill(&mut key);
        let (id, key) = (terms.id, Secret::new(key));
        let (spool, size) = seal_to_spool(id, &key, content).await?;
        let seal = FileSeal {
            file: id,
            name: name.unwrap_or_default().to_owned(),
            content_type: content_type
                .unwrap_or("application/octet-stream")
                .to_owned(),
            size,
            key,
        };
        let wrapped = self.wrap(&seal, &self.own_readers().await?)?;
        let upload = NewUpload {
            name: None,
            content_type: None,
            length: spool.metadata()?.len(),
            sealed: Some(SealedUpload {
                id,
                wrapped_key: &wrapped,
            }),
        };
        self.client().begin_upload(&upload).await?;
        let mut spool = File::from_std(spool);
        self.client().continue_upload(id, &mut spool).await
    }

    /// What opens a sealed file of one's own or one that was shared, if its owner has signed that.
    ///
    /// # Errors
    /// [`ClientError::CannotOpen`]; [`ClientError::NotEndToEnd`] for a file that the server opens.
    pub async fn open_file_seal(&self, file: &StoredFile) -> Result<FileSeal, ClientError> {
        if file.protection != FileProtection::EndToEnd {
            return Err(ClientError::NotEndToEnd);
        }
        let wrapped = file.wrapped_key.as_deref();
        let wrapped = wrapped.ok_or(CannotOpen::NotForYou)?;
        let mine = std::slice::from_ref(&self.device().sealing);
        match unwrap_file(wrapped, file.id, mine, |kid| self.known_key(file, kid)) {
            Err(CannotOpen::UnknownSender(_)) => {
                let owner = self.keys_of_owner(file).await?;
                Ok(unwrap_file(wrapped, file.id, mine, |kid| {
                    owner.get(kid).cloned()
                })?)
            }
            opened => Ok(opened?),
        }
    }

    /// Begins to read a sealed file of one's own, or one that was shared.
    ///
    /// # Errors
    /// As [`Correspondent::open_file_seal`]; [`ClientError::DamagedFile`].
    pub async fn download_sealed(&self, file: &StoredFile) -> Result<SealedDownload, ClientError> {
        let seal = self.open_file_seal(file).await?;
        let download = self.client().download_ciphertext(file.id).await?;
        let sizes = (seal.size, file.ciphertext_size);
        let opening = Opening::new(file.id, seal.key.clone(), sizes, download)?;
        Ok(SealedDownload { seal, opening })
    }

    /// Lets `username` read a file of one's own. Of one that is end-to-end encrypted, its key is sealed to theirs.
    ///
    /// # Errors
    /// [`ClientError::NoKey`] if they have none; [`ClientError::Refused`].
    pub async fn share_file(
        &self,
        file: &StoredFile,
        username: &str,
    ) -> Result<FileShare, ClientError> {
        if file.protection != FileProtection::EndToEnd {
            return self.client().share_file(file.id, username, None).await;
        }
        let seal = self.open_file_seal(file).await?;
        let readers = readers(username, &self.client().keys_of(username).await?)?;
        if readers.is_empty() {
            return Err(ClientError::NoKey {
                username: username.to_owned(),
            });
        }
        let wrapped = self.wrap(&seal, &readers)?;
        self.client()
            .share_file(file.id, username, Some(&wrapped))
            .await
    }

    /// Makes a link to a file of one's own. To one that is end-to-end encrypted the link is made here: the server never sees its
    /// secret. The url is there in both cases.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn link_file(
        &self,
        file: &StoredFile,
        terms: LinkTerms,
    ) -> Result<NewFileLink, ClientError> {
        if file.protection != FileProtection::EndToEnd {
            return self.client().link_file(file.id, terms, None).await;
        }
        let seal = self.open_file_seal(file).await?;
        let address = LinkAddress::draw(&self.client().server().public_url().await?)?;
        let made = address.made(&seal)?;
        let made = self
            .client()
            .link_file(file.id, terms, Some(made.as_sealed()))
            .await?;
        Ok(NewFileLink {
            url: Some(address.url()),
            ..made
        })
    }

    fn wrap(&self, seal: &FileSeal, readers: &[RecipientKey]) -> Result<String, ClientError> {
        let signing = &self.device().signing;
        Ok(wrap_file(seal, signing, readers, &OsEntropy)?)
    }

    /// This device, and one's others.
    async fn own_readers(&self) -> Result<Vec<RecipientKey>, ClientError> {
        let mut all = vec![self.own_key()?];
        for key in readers("this account", &self.client().keys().await?)? {
            if all.iter().all(|other| other.kid() != key.kid()) {
                all.push(key);
            }
        }
        Ok(all)
    }

    /// A key that the file's owner is known to sign with, without asking.
    fn known_key(&self, file: &StoredFile, kid: &str) -> Option<String> {
        let signing = &self.device().signing;
        (file.shared_by.is_none() && kid == signing.kid()).then(|| signing.public_jwk())
    }

    /// The keys that the file's owner signs with, by their names.
    async fn keys_of_owner(
        &self,
        file: &StoredFile,
    ) -> Result<HashMap<String, String>, ClientError> {
        let keys = match &file.shared_by {
            Some(owner) => self.client().keys_of(&owner.username).await?,
            None => self.client().keys().await?,
        };
        let keys = keys.into_iter().filter(|key| key.key_use == KeyUse::Sign);
        Ok(keys.map(|key| (key.fingerprint, key.jwk)).collect())
    }
}

/// The keys that nobody but this user has the private half of.
fn readers(username: &str, keys: &[PublishedKey]) -> Result<Vec<RecipientKey>, ClientError> {
    keys.iter()
        .filter(|key| key.seals_end_to_end())
        .map(|key| RecipientKey::from_jwk(&key.jwk).map_err(|reason| bad_key(username, reason)))
        .collect()
}

/// A server must not choose how a file is sealed, or for which other file.
fn check(terms: &SealingTerms) -> Result<(), ClientError> {
    let cipher = cipher();
    let right = terms.alg == cipher.algorithm() && terms.context == cipher.context(&terms.id);
    right
        .then_some(())
        .ok_or_else(|| ClientError::unexpected("a file is to be sealed in an unknown way"))
}

/// The sealed bytes in a file without a name, and how many bytes they were before.
async fn seal_to_spool(
    id: FileId,
    key: &Secret<[u8; 32]>,
    content: File,
) -> Result<(StdFile, u64), ClientError> {
    let (content, key) = (content.into_std().await, key.clone());
    let sealed = spawn_blocking(move || seal(id, &key, content)).await;
    sealed.map_err(ClientError::unexpected)?
}

fn seal(
    id: FileId,
    key: &Secret<[u8; 32]>,
    mut content: StdFile,
) -> Result<(StdFile, u64), ClientError> {
    let mut spool = tempfile::tempfile()?;
    let mut sealer = cipher().seal(&id, key);
    let (mut piece, mut sealed, mut size) = (vec![0; PIECE], Vec::new(), 0_u64);
    loop {
        let length = match content.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else {
            break;
        };
        sealer.push(read, &mut sealed).map_err(too_long)?;
        size = size.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        spool.write_all(&sealed)?;
        sealed.clear();
    }
    sealer.finish(&mut sealed).map_err(too_long)?;
    spool.write_all(&sealed)?;
    spool.rewind()?;
    Ok((spool, size))
}

/// Sealing fails for no other reason.
fn too_long(_: sealpost_domain::ports::FileCipherError) -> ClientError {
    io::Error::from(io::ErrorKind::FileTooLarge).into()
}

/// A sealed file on its way.
#[derive(Debug)]
pub struct SealedDownload {
    seal: FileSeal,
    opening: Opening,
}

impl SealedDownload {
    /// What its owner says of it, signed.
    #[must_use]
    pub const fn about(&self) -> &FileSeal {
        &self.seal
    }

    /// Writes all of it to `writer`, opened; returns how many bytes that was.
    ///
    /// # Errors
    /// [`ClientError::DamagedFile`]; [`ClientError::LocalFile`] if it cannot be written. What was written until then is no file.
    pub async fn save(self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, ClientError> {
        self.opening.save(writer).await
    }
}
