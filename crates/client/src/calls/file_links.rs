use std::fmt;

use sealpost_domain::Secret;
use serde::Serialize;

use crate::call::Call;
use crate::wire::{FileLink, MadeLink, Page};
use crate::{Client, ClientError, FileId, LinkId};

/// How long a link can be opened, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LinkTerms {
    /// In seconds: a minute to 30 days.
    pub expires_in: u64,
    /// 1 to 10,000 times; None as often as people like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_downloads: Option<u64>,
}

/// What one's own program makes of a link to a file that is end-to-end encrypted.
#[derive(Clone, Copy, Serialize)]
pub struct SealedLink<'a> {
    /// The link's id: a random UUID.
    pub id: &'a str,
    /// The proof of its secret, in base64url.
    pub proof: &'a str,
    /// The file's key, wrapped under the secret.
    pub wrapped_key: &'a str,
}

// The proof opens the link.
impl fmt::Debug for SealedLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedLink")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A link that was made.
#[derive(Debug)]
pub struct NewFileLink {
    /// As it is listed from now on.
    pub link: FileLink,
    /// The link to give on, with its secret behind `#`: it is told once. None if the secret was made by oneself.
    pub url: Option<Secret<String>>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    terms: LinkTerms,
    #[serde(flatten)]
    sealed: Option<SealedLink<'a>>,
}

impl Client {
    /// Makes a link to a file of one's own: whoever has it opens the file, without an account. Of a file that is end-to-end
    /// encrypted `sealed` is needed: [`crate::Correspondent::link_file`] makes it.
    ///
    /// # Errors
    /// [`ClientError::Refused`], with `not-found` for a file that is not one's own.
    pub async fn link_file(
        &self,
        file: FileId,
        terms: LinkTerms,
        sealed: Option<SealedLink<'_>>,
    ) -> Result<NewFileLink, ClientError> {
        let id = file.to_string();
        let call = Call::post(&["v1", "files", &id, "links"], &Body { terms, sealed })?;
        let MadeLink { link, url } = self.fetch(&call).await?;
        Ok(NewFileLink { link, url })
    }

    /// The links to a file of one's own that can be opened, or through which somebody downloads.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn file_links(&self, file: FileId) -> Result<Vec<FileLink>, ClientError> {
        let id = file.to_string();
        let call = Call::get(&["v1", "files", &id, "links"]);
        let page: Page<FileLink> = self.fetch(&call).await?;
        Ok(page.data)
    }

    /// Ends a link to a file of one's own at once.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn unlink_file(&self, file: FileId, link: LinkId) -> Result<(), ClientError> {
        let (id, link) = (file.to_string(), link.to_string());
        let call = Call::delete(&["v1", "files", &id, "links", &link]);
        self.call(&call).await.map(drop)
    }
}
