//! What a part comes to: `Upload-Checksum` of the protocol, or `Content-Digest`.

use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::ports::ChecksumKind;
use sealpost_domain::uploads::ExpectedChecksum;

use super::tus::invalid;
use crate::problem::Problem;
use crate::transfer::{checksum, content_digest};

/// What is told of the algorithms there are.
pub(super) const ALGORITHMS: &str = "sha1,sha256,sha512";

const NAME: HeaderName = HeaderName::from_static("upload-checksum");

/// What the part should come to, and whether the protocol's own header says so.
pub(super) fn expected(headers: &HeaderMap) -> Result<(Vec<ExpectedChecksum>, bool), Problem> {
    let mut expected = content_digest(headers)?;
    let Some(value) = headers.get(NAME) else {
        return Ok((expected, false));
    };
    let own = value.to_str().ok().and_then(read);
    expected.push(own.ok_or_else(|| {
        invalid("Upload-Checksum looks like 'sha256 BASE64'; OPTIONS tells the algorithms")
    })?);
    Ok((expected, true))
}

fn read(text: &str) -> Option<ExpectedChecksum> {
    let (algorithm, value) = text.split_once(' ')?;
    let kind = match algorithm {
        "sha1" => ChecksumKind::Sha1,
        "sha256" => ChecksumKind::Sha256,
        "sha512" => ChecksumKind::Sha512,
        _ => return None,
    };
    checksum(kind, STANDARD.decode(value).ok()?)
}
