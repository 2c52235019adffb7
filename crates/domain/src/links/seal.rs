//! How the key of a linked file rests: under what the link's secret or the token gives, and under the master key around that.
//! Neither the database nor the server opens it without the link.

use super::{DownloadToken, FileLinks, LinkId, LinkProof};
use crate::custodial_keys::{open_twice, seal_twice};
use crate::files::WrappedKey;
use crate::ports::{Binding, Digest, FileKey, SealError, SealPurpose};

const fn link_binding(id: &LinkId) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::File,
        table: "file_links",
        column: "sealed_key",
        row: id.as_bytes(),
        owner: &[],
    }
}

const fn download_binding<'a>(token: &'a Digest, link: &'a LinkId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::File,
        table: "link_downloads",
        column: "sealed_key",
        row: token,
        owner: link.as_bytes(),
    }
}

impl FileLinks {
    /// A file's key, for who shows the proof.
    pub(super) fn seal_for_link(&self, id: &LinkId, proof: &LinkProof, key: &FileKey) -> Vec<u8> {
        let under = self.ports.keys.key(proof.secret(), id);
        let binding = link_binding(id);
        seal_twice(&*self.ports.sealer, &under, &binding, key.expose())
    }

    pub(super) fn open_for_link(
        &self,
        id: &LinkId,
        proof: &LinkProof,
        sealed: &[u8],
    ) -> Result<FileKey, SealError> {
        let under = self.ports.keys.key(proof.secret(), id);
        let opened = open_twice(&*self.ports.sealer, &under, &link_binding(id), sealed)?;
        to_key(&opened.ok_or(SealError::Rejected)?)
    }

    /// What a client has wrapped is sealed once: it opens nothing without the link's secret.
    pub(super) fn seal_wrapped(&self, id: &LinkId, wrapped: &WrappedKey) -> Vec<u8> {
        let text = wrapped.as_str().as_bytes();
        self.ports.sealer.seal(&link_binding(id), text)
    }

    pub(super) fn open_wrapped(&self, id: &LinkId, sealed: &[u8]) -> Result<WrappedKey, SealError> {
        let opened = self.ports.sealer.open(&link_binding(id), sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Rejected)?;
        Ok(WrappedKey::restore(text.to_owned()))
    }

    /// A file's key, for who shows the token.
    pub(super) fn seal_for_download(
        &self,
        link: &LinkId,
        token: &DownloadToken,
        key: &FileKey,
    ) -> Vec<u8> {
        let under = self.ports.keys.download_key(token.expose().as_bytes());
        let digest = token.digest(&*self.ports.digester);
        let binding = download_binding(&digest, link);
        seal_twice(&*self.ports.sealer, &under, &binding, key.expose())
    }

    pub(super) fn open_for_download(
        &self,
        link: &LinkId,
        token: &DownloadToken,
        sealed: &[u8],
    ) -> Result<FileKey, SealError> {
        let under = self.ports.keys.download_key(token.expose().as_bytes());
        let digest = token.digest(&*self.ports.digester);
        let binding = download_binding(&digest, link);
        let opened = open_twice(&*self.ports.sealer, &under, &binding, sealed)?;
        to_key(&opened.ok_or(SealError::Rejected)?)
    }
}

fn to_key(opened: &[u8]) -> Result<FileKey, SealError> {
    opened
        .try_into()
        .map(crate::Secret::new)
        .map_err(|_| SealError::Rejected)
}
