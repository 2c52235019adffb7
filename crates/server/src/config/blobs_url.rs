//! Where the encrypted contents of files rest.

use std::path::PathBuf;

use sealpost_domain::Secret;
use url::{Host, Url, form_urlencoded};

use super::value::Value;

/// Where the encrypted contents of files rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobsUrl {
    /// `file://DIR`: a folder. What follows the slashes is the path as it stands.
    File(PathBuf),
    /// `s3://BUCKET` or `s3://BUCKET/PREFIX`, perhaps with a query; the key is a setting of its own.
    S3(Bucket),
}

/// A bucket of an S3 server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What all names in it begin with: empty, or without slashes at its ends.
    pub prefix: String,
    /// `endpoint`: the server, `https://HOST[:PORT]`, or `http://` on this machine or with `allow_http=true`; None for
    /// Amazon's.
    pub endpoint: Option<String>,
    /// `region`: what requests are signed for.
    pub region: String,
}

/// The region when none is given: most servers other than Amazon's take any.
const REGION: &str = "us-east-1";

impl Value for BlobsUrl {
    const WANTS: &'static str = "file://DIR or s3://BUCKET/PREFIX, the latter perhaps with ?endpoint=https://HOST:PORT and &region=NAME \
         behind it (http:// only on this machine, or with &allow_http=true); the key does not belong in it";

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("file://") {
            Some(path) => PathBuf::parse(path).map(Self::File),
            None => bucket(text.strip_prefix("s3://")?).map(Self::S3),
        }
    }
}

fn bucket(text: &str) -> Option<Bucket> {
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
    let prefix = prefix.trim_matches('/');
    // The rules of S3 for bucket names, but for their rarest corners.
    let usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let right = (3..=63).contains(&name.len()) && name.chars().all(usual);
    if !right || !(prefix.is_empty() || prefix.split('/').all(is_plain)) {
        return None;
    }
    let (mut endpoint, mut region, mut allow_http) = (None, None, None);
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let slot = match &*key {
            "endpoint" => &mut endpoint,
            "region" => &mut region,
            "allow_http" => &mut allow_http,
            _ => return None,
        };
        if slot.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    let allow_http = allow_http.as_deref().map_or(Some(false), bool::parse)?;
    let region = region.unwrap_or_else(|| REGION.to_owned());
    Some(Bucket {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        endpoint: match endpoint {
            Some(text) => Some(server(&text, allow_http)?),
            None => None,
        },
        region: is_plain(&region).then_some(region)?,
    })
}

/// A word that needs no escaping anywhere, and is no way up.
fn is_plain(word: &str) -> bool {
    let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=128).contains(&word.len()) && word.chars().all(usual) && !matches!(word, "." | "..")
}

/// `https://HOST[:PORT]`, or `http://` where nobody can listen or somebody has allowed it.
fn server(text: &str, allow_http: bool) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let private = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let safe = match url.scheme() {
        "https" => true,
        "http" => private || allow_http,
        _ => false,
    };
    (bare && safe).then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// By what the S3 server knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for AccessKeyId {
    const WANTS: &'static str = "the id of an access key, without spaces";

    fn parse(text: &str) -> Option<Self> {
        is_key(text).then(|| Self(text.to_owned()))
    }
}

/// What proves that the key is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretAccessKey(pub Secret<String>);

impl Value for SecretAccessKey {
    const WANTS: &'static str = "the secret of an access key, without spaces";

    fn parse(text: &str) -> Option<Self> {
        is_key(text).then(|| Self(Secret::new(text.to_owned())))
    }
}

fn is_key(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Bucket {
        match BlobsUrl::parse(text) {
            Some(BlobsUrl::S3(bucket)) => bucket,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn folders_and_buckets() {
        assert_eq!(
            BlobsUrl::parse("file:///srv/blobs"),
            Some(BlobsUrl::File("/srv/blobs".into()))
        );
        for (text, prefix) in [("s3://files", ""), ("s3://files/a/b/", "a/b")] {
            let bucket = parsed(text);
            assert_eq!((&*bucket.name, &*bucket.prefix), ("files", prefix));
            assert_eq!((bucket.endpoint, &*bucket.region), (None, "us-east-1"));
        }
        for wrong in [
            "",
            "blobs",
            "file://",
            "s3://",
            "s3://AB",
            "s3://key:secret@files",
            "s3://files/a//b",
            "s3://files/../b",
            "s3://files/a b",
            "s3://files/a#b",
        ] {
            assert_eq!(BlobsUrl::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_server_and_a_region_stand_in_the_query() {
        let bucket = parsed("s3://files?endpoint=https://s3.example:9000/&region=eu-central-1");
        let endpoint = bucket.endpoint.as_deref();
        assert_eq!(endpoint, Some("https://s3.example:9000"));
        assert_eq!(bucket.region, "eu-central-1");
        for wrong in [
            "endpoint=s3.example",
            "endpoint=https://s3.example/files",
            "endpoint=https://key:secret@s3.example",
            "endpoint=https://s3.example&endpoint=https://s3.example",
            "endpoint=ftp://s3.example",
            "region=",
            "region=a%20b",
            "secret_access_key=x",
        ] {
            assert_eq!(
                BlobsUrl::parse(&format!("s3://files?{wrong}")),
                None,
                "{wrong}"
            );
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_it_is_allowed() {
        for (text, right) in [
            ("http://127.0.0.1:8333", true),
            ("http://[::1]:8333", true),
            ("http://localhost:8333", true),
            ("http://s3.example", false),
            ("http://s3.example&allow_http=false", false),
            ("http://s3.example&allow_http=yes", false),
            ("http://s3.example&allow_http=true", true),
        ] {
            let url = format!("s3://files?endpoint={text}");
            assert_eq!(BlobsUrl::parse(&url).is_some(), right, "{text}");
        }
    }

    #[test]
    fn a_key_is_a_word_and_its_secret_is_not_shown() {
        let secret = SecretAccessKey::parse("abc/+=123").unwrap();
        assert!(!format!("{secret:?}").contains("abc"));
        assert_eq!(AccessKeyId::parse("AKIA1").unwrap().as_str(), "AKIA1");
        for wrong in ["", "a b", "a\n"] {
            assert!(AccessKeyId::parse(wrong).is_none() && SecretAccessKey::parse(wrong).is_none());
        }
    }
}
