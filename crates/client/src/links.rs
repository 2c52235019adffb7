//! Links to files, for whoever has one: no account is needed.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use reqwest::Url;
use sealpost_crypto::jose::FileSeal;
use sealpost_crypto::{HkdfLinkKeys, OsEntropy, unwrap_from_link, wrap_for_link};
use sealpost_domain::Secret;
use sealpost_domain::ports::{Entropy as _, LinkKeys as _};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWrite;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::calls::random_uuid;
use crate::sealed::Opening;
use crate::server::read;
use crate::wire::{FileProtection, LinkNotice, LinkedFile};
use crate::{ClientError, Download, LinkId, SealedLink, Server};

/// A link to a file, with its secret. Whoever has it opens the file.
pub struct LinkAddress {
    server: Server,
    /// What people click on begins with it.
    base: String,
    id: LinkId,
    secret: Secret<[u8; 32]>,
}

// The secret opens the file.
impl fmt::Debug for LinkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkAddress")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl LinkAddress {
    /// Reads `https://HOST/link/ID#SECRET`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::InvalidLink`], [`ClientError::InvalidUrl`].
    pub fn parse(url: &str) -> Result<Self, ClientError> {
        let parts = parts(url);
        let (base, id, secret) = parts.ok_or(ClientError::InvalidLink)?;
        Ok(Self {
            server: Server::at(&base)?,
            base,
            id,
            secret,
        })
    }

    /// A new link of the server that people reach at `base`.
    pub(crate) fn draw(base: &str) -> Result<Self, ClientError> {
        let mut secret = [0; 32];
        OsEntropy.fill(&mut secret);
        let id = random_uuid().parse();
        Ok(Self {
            server: Server::at(base)?,
            base: base.trim_end_matches('/').to_owned(),
            id: id.map_err(|_| ClientError::InvalidLink)?,
            secret: Secret::new(secret),
        })
    }

    /// The link to give on.
    #[must_use]
    pub fn url(&self) -> Secret<String> {
        let secret = Zeroizing::new(Base64UrlUnpadded::encode_string(self.secret.expose()));
        Secret::new(format!("{}/link/{}#{}", self.base, self.id, *secret))
    }

    /// Names the link. It opens nothing.
    #[must_use]
    pub const fn id(&self) -> LinkId {
        self.id
    }

    /// Whether it can be opened, and until when. This counts for nothing.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: it never was, is over, or is used up.
    pub async fn look(&self) -> Result<LinkNotice, ClientError> {
        let id = self.id.to_string();
        let call = Call::get(&["v1", "links", &id]);
        read(self.server.send(&call, None).await?).await
    }

    /// Opens it, with a proof that one has the secret. This counts as one download.
    ///
    /// # Errors
    /// As [`LinkAddress::look`]; [`ClientError::DamagedFile`] if its secret does not open the key of a sealed file.
    pub async fn open(&self) -> Result<OpenedLink, ClientError> {
        let (id, proof) = (self.id.to_string(), self.proof());
        let body = json!({"proof": proof.expose()});
        let call = Call::post(&["v1", "links", &id, "open"], &body)?;
        let file: LinkedFile = read(self.server.send(&call, None).await?).await?;
        let sealed = match file.protection {
            FileProtection::EndToEnd => Some(self.unwrap(&file).ok_or(ClientError::DamagedFile)?),
            FileProtection::Server | FileProtection::Other => None,
        };
        Ok(OpenedLink {
            server: self.server.clone(),
            id: self.id,
            file,
            sealed,
        })
    }

    fn proof(&self) -> Secret<String> {
        let proof = HkdfLinkKeys.proof(&self.secret, &self.id);
        Secret::new(Base64UrlUnpadded::encode_string(proof.expose()))
    }

    /// What the server is told of a link to a sealed file.
    pub(crate) fn made(&self, seal: &FileSeal) -> Result<MadeHere, ClientError> {
        let said = json!({"name": seal.name, "type": seal.content_type}).to_string();
        let content = Zeroizing::new([seal.key.expose().as_slice(), said.as_bytes()].concat());
        let wrapped = wrap_for_link(&self.secret, &self.id, &content, &OsEntropy);
        Ok(MadeHere {
            id: self.id.to_string(),
            proof: self.proof(),
            wrapped_key: wrapped.ok_or(sealpost_crypto::jose::CannotSeal::Failed)?,
        })
    }

    fn unwrap(&self, file: &LinkedFile) -> Option<(Secret<[u8; 32]>, Said)> {
        let content = unwrap_from_link(&self.secret, &self.id, file.wrapped_key.as_deref()?)?;
        let (key, said) = content.split_first_chunk()?;
        let said = if said.is_empty() {
            Said::default()
        } else {
            serde_json::from_slice(said).ok()?
        };
        Some((Secret::new(*key), said))
    }
}

/// What the server is told of a link that was made here.
pub(crate) struct MadeHere {
    id: String,
    proof: Secret<String>,
    wrapped_key: String,
}

impl MadeHere {
    pub(crate) fn as_sealed(&self) -> SealedLink<'_> {
        SealedLink {
            id: &self.id,
            proof: self.proof.expose(),
            wrapped_key: &self.wrapped_key,
        }
    }
}

/// What the owner of a sealed file says of it to whoever has the link.
#[derive(Debug, Clone, Default, Deserialize)]
struct Said {
    name: Option<String>,
    r#type: Option<String>,
}

/// A link that was opened: for six hours its file can be read.
#[derive(Debug)]
pub struct OpenedLink {
    server: Server,
    id: LinkId,
    file: LinkedFile,
    sealed: Option<(Secret<[u8; 32]>, Said)>,
}

impl OpenedLink {
    /// The file's name, if its owner says one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let said = self
            .sealed
            .as_ref()
            .and_then(|(_, said)| said.name.as_deref());
        said.or(self.file.name.as_deref())
            .filter(|name| !name.is_empty())
    }

    /// Its media type, as its owner says.
    #[must_use]
    pub fn content_type(&self) -> &str {
        let said = self
            .sealed
            .as_ref()
            .and_then(|(_, said)| said.r#type.as_deref());
        said.unwrap_or(&self.file.content_type)
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.file.size
    }

    /// Writes all of it to `writer`; returns how many bytes that was. One that is end-to-end encrypted is opened here.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::DamagedFile`]. What was written until then is no file.
    pub async fn save(&self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, ClientError> {
        let Some((key, _)) = &self.sealed else {
            return self.download("content").await?.save(writer).await;
        };
        let sizes = (self.file.size, self.file.ciphertext_size);
        let download = self.download("ciphertext").await?;
        let opening = Opening::new(self.file.id, key.clone(), sizes, download)?;
        opening.save(writer).await
    }

    async fn download(&self, what: &str) -> Result<Download, ClientError> {
        let id = self.id.to_string();
        let call = Call::get(&["v1", "links", &id, what]);
        let token = self.file.token.expose();
        Ok(Download::of(
            self.server.send_streaming(&call, token).await?,
        ))
    }
}

/// Where the server is, which link, and its secret.
fn parts(url: &str) -> Option<(String, LinkId, Secret<[u8; 32]>)> {
    let url = Url::parse(url.trim()).ok()?;
    let (above, id) = url.path().rsplit_once('/')?;
    let above = above.strip_suffix("/link")?;
    let secret = Zeroizing::new(Base64UrlUnpadded::decode_vec(url.fragment()?).ok()?);
    let secret = Secret::new(<[u8; 32]>::try_from(secret.as_slice()).ok()?);
    let mut base = url.clone();
    base.set_fragment(None);
    base.set_query(None);
    base.set_path(above);
    let base = base.as_str().trim_end_matches('/').to_owned();
    Some((base, id.parse().ok()?, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://a.example/behind/link/019aa6b0-7c3a-7d52-9a5e-0242ac120009";

    #[test]
    fn a_link_comes_back_as_it_was() {
        let secret = Base64UrlUnpadded::encode_string(&[7; 32]);
        let text = format!("{LINK}#{secret}");
        let address = LinkAddress::parse(&format!(" {text}\n")).unwrap();
        assert_eq!(address.url().expose(), &text);
        assert_eq!(address.server.url(), "https://a.example/behind");
        assert!(!format!("{address:?}").contains(&secret));
        let drawn = LinkAddress::draw("https://a.example/").unwrap();
        let again = LinkAddress::parse(drawn.url().expose()).unwrap();
        assert_eq!(again.secret.expose(), drawn.secret.expose());
    }

    #[test]
    fn anything_else_is_no_link() {
        let secret = Base64UrlUnpadded::encode_string(&[7; 32]);
        for wrong in [
            String::new(),
            LINK.to_owned(),
            format!("{LINK}#short"),
            format!("https://a.example/file/019aa6b0-7c3a-7d52-9a5e-0242ac120009#{secret}"),
            format!("https://a.example/link/nonsense#{secret}"),
        ] {
            assert!(matches!(
                LinkAddress::parse(&wrong),
                Err(ClientError::InvalidLink)
            ));
        }
        let refused = LinkAddress::parse(&format!(
            "ftp://a.example/link/019aa6b0-7c3a-7d52-9a5e-0242ac120009#{secret}"
        ));
        assert!(matches!(refused, Err(ClientError::InvalidUrl)));
    }
}
