//! Where the encrypted contents of files rest.

use std::path::PathBuf;

use super::value::Value;

/// Where the encrypted contents of files rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobsUrl {
    /// `file://DIR`: a folder. What follows the slashes is the path as it stands.
    File(PathBuf),
    /// `s3://BUCKET` or `s3://BUCKET/PREFIX`; credentials come from elsewhere.
    S3 {
        /// The bucket.
        bucket: String,
        /// What all names in it begin with: empty, or without slashes at its ends.
        prefix: String,
    },
}

impl Value for BlobsUrl {
    const WANTS: &'static str = "file://DIR or s3://BUCKET/PREFIX";

    fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("file://") {
            return PathBuf::parse(path).map(Self::File);
        }
        let rest = text.strip_prefix("s3://")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // The rules of S3 for bucket names, but for their rarest corners.
        let usual =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let right = (3..=63).contains(&bucket.len()) && bucket.chars().all(usual);
        let plain = !prefix.contains(|c: char| c.is_control() || matches!(c, '?' | '#'));
        (right && plain).then(|| Self::S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_buckets() {
        assert_eq!(
            BlobsUrl::parse("file:///srv/blobs"),
            Some(BlobsUrl::File("/srv/blobs".into()))
        );
        for (text, prefix) in [("s3://files", ""), ("s3://files/a/b/", "a/b")] {
            let wanted = BlobsUrl::S3 {
                bucket: "files".to_owned(),
                prefix: prefix.to_owned(),
            };
            assert_eq!(BlobsUrl::parse(text), Some(wanted));
        }
        for wrong in [
            "",
            "blobs",
            "file://",
            "s3://",
            "s3://AB",
            "s3://key:secret@files",
        ] {
            assert_eq!(BlobsUrl::parse(wrong), None, "{wrong}");
        }
    }
}
