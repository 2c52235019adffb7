use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::assets::ASSETS;

/// Stands in the pages for the version of the files that they load.
const VERSION: &str = "@VERSION@";

/// The files of the web client, ready to be sent. Cloning is cheap.
#[derive(Clone)]
pub struct WebClient(Arc<Files>);

struct Files {
    digest: fn(&[u8]) -> [u8; 32],
    /// Read when somebody first wants one.
    bundle: OnceLock<Bundle>,
}

struct Bundle {
    version: String,
    files: BTreeMap<&'static str, Served>,
}

/// What somebody who checks a browser's copy wants to know of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAsset {
    /// Its path below `/web/VERSION/`; `index.html` is also `/`.
    pub name: &'static str,
    /// Its digest, in lowercase hexadecimal digits.
    pub digest: String,
}

/// A file as it is sent.
pub(super) struct Served {
    pub(super) content_type: &'static str,
    digest: String,
    plain: Bytes,
    /// Compressed when it is first asked for.
    gzip: OnceLock<Bytes>,
}

impl WebClient {
    /// The files that this program was built with, named by this digest (SHA-256).
    #[must_use]
    pub fn new(digest: fn(&[u8]) -> [u8; 32]) -> Self {
        let bundle = OnceLock::new();
        Self(Arc::new(Files { digest, bundle }))
    }

    /// Names all the files together.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.bundle().version
    }

    /// Every file, by name.
    #[must_use]
    pub fn assets(&self) -> Vec<WebAsset> {
        let files = self.bundle().files.iter();
        files
            .map(|(name, served)| WebAsset {
                name,
                digest: served.digest.clone(),
            })
            .collect()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Served> {
        self.bundle().files.get(name)
    }

    fn bundle(&self) -> &Bundle {
        let Files { digest, bundle } = &*self.0;
        bundle.get_or_init(|| Bundle::new(*digest))
    }
}

impl Bundle {
    fn new(digest: fn(&[u8]) -> [u8; 32]) -> Self {
        let digests: String = ASSETS
            .iter()
            .map(|(name, bytes)| format!("{name} {}\n", hex(&digest(bytes))))
            .collect();
        let mut version = hex(&digest(digests.as_bytes()));
        version.truncate(16);
        let files = ASSETS.iter().map(|(name, bytes)| {
            let bytes = if has_extension(name, "html") {
                Bytes::from(String::from_utf8_lossy(bytes).replace(VERSION, &version))
            } else {
                Bytes::from_static(bytes)
            };
            let served = Served {
                content_type: content_type(name),
                digest: hex(&digest(&bytes)),
                gzip: OnceLock::new(),
                plain: bytes,
            };
            (*name, served)
        });
        let files = files.collect();
        Self { version, files }
    }
}

impl fmt::Debug for WebClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WebClient").field(&self.version()).finish()
    }
}

impl Served {
    /// The strong tag and the bytes; compressed if that is taken and worth it.
    pub(super) fn variant(&self, takes_gzip: bool) -> (String, Bytes) {
        if takes_gzip && self.gzip().len() < self.plain.len() {
            (format!("{}-gzip", self.digest), self.gzip().clone())
        } else {
            (self.digest.clone(), self.plain.clone())
        }
    }

    fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| compress(&self.plain))
    }

    /// Whether this tag is that of the compressed bytes.
    pub(super) fn is_gzip(&self, tag: &str) -> bool {
        tag != self.digest
    }
}

fn compress(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail; if it did, the file would go as it is.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed.into(),
        Err(_) => Bytes::copy_from_slice(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, end)| end == extension)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        // Of use to editors alone.
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use sealpost_domain::audit::AuditKind;

    use super::*;

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_the_binary() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/web");
        let mut found = Vec::new();
        files(&folder, &mut found);
        let mut found: Vec<String> = found
            .iter()
            .map(|path| path.strip_prefix(&folder).unwrap().to_string_lossy().into())
            .collect();
        found.sort_unstable();
        let mut embedded: Vec<String> = ASSETS.iter().map(|(name, _)| (*name).into()).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, found);
    }

    #[test]
    fn pages_load_their_own_version_and_are_no_longer_than_a_first_minute_may_take() {
        let client = WebClient::new(|bytes| {
            let mut digest = [0; 32];
            for (at, byte) in bytes.iter().enumerate() {
                digest[at % 32] ^= byte.rotate_left(u32::try_from(at % 7).unwrap());
            }
            digest
        });
        let page = &client.find("index.html").unwrap().plain;
        let page = std::str::from_utf8(page).unwrap();
        assert!(page.contains(&format!("web/{}/main.js", client.version())));
        assert!(!page.contains(VERSION));
        let files = client.bundle().files.values();
        let first_load: usize = files.map(|file| file.gzip().len()).sum();
        assert!(first_load < 150 * 1024, "{first_load} bytes");
    }

    #[test]
    fn every_language_says_everything() {
        let texts = |language: &str| {
            let name = format!("lang/{language}.json");
            let (_, bytes) = ASSETS.iter().find(|(asset, _)| *asset == name).unwrap();
            let texts: BTreeMap<String, String> = serde_json::from_slice(bytes).unwrap();
            texts
        };
        let holes = |text: &str| -> Vec<String> {
            let parts = text.split('{').skip(1);
            let mut names: Vec<_> = parts.filter_map(|part| part.split_once('}')).collect();
            names.sort_unstable();
            names.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        let english = texts("en");
        for kind in AuditKind::ALL {
            assert!(
                english.contains_key(&format!("audit.{}", kind.name())),
                "{kind:?}"
            );
        }
        for language in texts("languages").keys() {
            let other = texts(language);
            let names: Vec<_> = other.keys().collect();
            assert_eq!(names, english.keys().collect::<Vec<_>>(), "{language}");
            for (name, text) in &other {
                assert_eq!(holes(text), holes(&english[name]), "{language}: {name}");
            }
        }
    }

    #[test]
    fn no_file_asks_another_host_or_makes_markup_of_text() {
        for (name, bytes) in ASSETS {
            let text = std::str::from_utf8(bytes).unwrap();
            for trick in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!text.contains(trick), "{name}: {trick}");
            }
            let addresses = text.match_indices("http").map(|(at, _)| &text[at..]);
            for address in
                addresses.filter(|text| text.starts_with("http://") || text.starts_with("https://"))
            {
                let own = [
                    "http://localhost",
                    "https://chat.example",
                    "http://www.w3.org/2000/svg",
                ];
                assert!(
                    own.iter().any(|own| address.starts_with(own)),
                    "{name}: {}",
                    &address[..40]
                );
            }
        }
    }
}
