//! What a client says that its bytes come to: `Content-Digest` (RFC 9530).

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::ports::ChecksumKind;
use sealpost_domain::uploads::ExpectedChecksum;

use crate::problem::Problem;

const NAME: &str = "content-digest";
/// The code of the domain for bytes that are not what was sent.
const MISMATCH: &str = "checksum-mismatch";

/// The digests that came with a body. Algorithms that this server does not know are left alone (section 2).
pub(crate) fn content_digest(headers: &HeaderMap) -> Result<Vec<ExpectedChecksum>, Problem> {
    let mut expected = Vec::new();
    for value in headers.get_all(NAME) {
        let text = value.to_str().map_err(|_| malformed())?;
        for member in text.split(',') {
            let (key, value) = member.trim().split_once('=').ok_or_else(malformed)?;
            let value = byte_sequence(value)?;
            if let Some(kind) = kind(key) {
                expected.push(checksum(kind, value).ok_or_else(malformed)?);
            }
        }
    }
    // One of each is enough; a client that sends more of them wants work done.
    if expected.len() > 2 {
        return Err(malformed());
    }
    Ok(expected)
}

/// Bytes that are not what was sent are a bad request, and not a value that breaks a rule.
pub(crate) fn refuse_mismatch(problem: Problem) -> Problem {
    if problem.code() == MISMATCH {
        return Problem::bad_request(MISMATCH, problem.detail().to_owned()).closing_connection();
    }
    problem
}

/// A checksum of the right length.
pub(crate) fn checksum(kind: ChecksumKind, value: Vec<u8>) -> Option<ExpectedChecksum> {
    let length = match kind {
        ChecksumKind::Sha1 => 20,
        ChecksumKind::Sha256 => 32,
        ChecksumKind::Sha512 => 64,
    };
    (value.len() == length).then_some(ExpectedChecksum { kind, value })
}

fn kind(key: &str) -> Option<ChecksumKind> {
    match key {
        "sha-256" => Some(ChecksumKind::Sha256),
        "sha-512" => Some(ChecksumKind::Sha512),
        _ => None,
    }
}

/// `:base64:` (RFC 9651, section 3.3.5).
fn byte_sequence(text: &str) -> Result<Vec<u8>, Problem> {
    text.strip_prefix(':')
        .and_then(|text| text.strip_suffix(':'))
        .and_then(|text| STANDARD.decode(text).ok())
        .ok_or_else(malformed)
}

fn malformed() -> Problem {
    Problem::bad_request(
        "invalid-content-digest",
        "Content-Digest looks like sha-256=:BASE64: or sha-512=:BASE64:",
    )
    .closing_connection()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(text: &str) -> Result<Vec<ExpectedChecksum>, Problem> {
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static(NAME);
        headers.append(name, HeaderValue::from_str(text).unwrap());
        content_digest(&headers)
    }

    #[test]
    fn digests_are_read_and_unknown_ones_left_alone() {
        let one = STANDARD.encode([1; 32]);
        let two = STANDARD.encode([2; 64]);
        let both = read(&format!("sha-256=:{one}:, sha-512=:{two}:")).unwrap();
        let kinds: Vec<_> = both.iter().map(|expected| expected.kind).collect();
        assert_eq!(kinds, [ChecksumKind::Sha256, ChecksumKind::Sha512]);
        assert_eq!(both[0].value, [1; 32]);
        assert_eq!(read("md5=:AAAA:").unwrap(), []);
        assert_eq!(content_digest(&HeaderMap::new()).unwrap(), []);
        for wrong in [
            "".to_owned(),
            "sha-256".to_owned(),
            format!("sha-256={one}"),
            "sha-256=:AAAA:".to_owned(),
            "sha-256=:***:".to_owned(),
            format!("sha-256=:{one}:, ").repeat(3),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
