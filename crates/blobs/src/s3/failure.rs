//! What an error on the way to the server means. Of an answer only its code is told: the rest may quote the request.

use std::error::Error as StdError;

use object_store::Error;
use sealpost_domain::ports::BlobError;
use thiserror::Error as ThisError;
use tokio::task::JoinError;

/// What went wrong, without what was sent.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub(crate) enum S3Failure {
    /// The server's code, such as `NoSuchBucket`.
    #[error("the S3 server answers {0}")]
    Answer(String),
    /// It did not answer, or not as such a server does.
    #[error("the S3 server cannot be used: {0}")]
    Way(String),
    /// It took longer than a blob may take.
    #[error("writing a blob took more than a day")]
    TooLong,
    /// It has more parts than an object may have.
    #[error("a blob on S3 has at most 10,000 parts of 8,396,800 bytes")]
    TooLarge,
    /// What a row keeps of a growing blob is something else.
    #[error("the state of a growing blob cannot be read")]
    State,
    /// An earlier call failed.
    #[error("an earlier write failed")]
    Lost,
}

impl From<S3Failure> for BlobError {
    fn from(failure: S3Failure) -> Self {
        Self::Failed(failure.into())
    }
}

/// The domain's word for it.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
pub(super) fn blob_error(error: Error) -> BlobError {
    match what(&error) {
        S3Failure::Answer(code) if is_full(&code) => BlobError::Full,
        S3Failure::Answer(code) if code == "NoSuchKey" => BlobError::Missing,
        // A HEAD has no body that could say more.
        S3Failure::Way(_) if matches!(error, Error::NotFound { .. }) => BlobError::Missing,
        other => other.into(),
    }
}

/// What came of work on another thread.
pub(super) fn joined<T>(
    outcome: Result<object_store::Result<T>, JoinError>,
) -> Result<T, BlobError> {
    outcome
        .map_err(|error| BlobError::Failed(error.into()))?
        .map_err(blob_error)
}

/// Whether this says that there is no such multipart upload: it was completed or given up.
pub(super) fn is_no_upload(error: &Error) -> bool {
    matches!(what(error), S3Failure::Answer(code) if code == "NoSuchUpload")
}

/// The codes of those servers that have a limit.
fn is_full(code: &str) -> bool {
    matches!(
        code,
        "QuotaExceeded"
            | "InsufficientStorage"
            | "NotEnoughSpace"
            | "XMinioStorageFull"
            | "XMinioAdminBucketQuotaExceeded"
    )
}

/// The server's code, or the innermost reason why there is none.
fn what(error: &Error) -> S3Failure {
    let mut innermost: &dyn StdError = error;
    loop {
        let text = innermost.to_string();
        if let Some(code) = code(&text) {
            return S3Failure::Answer(code);
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => return S3Failure::Way(without_body(&text)),
        }
    }
}

/// What stands in `<Code>` of an answer.
fn code(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let right = (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    right.then(|| code.to_owned())
}

/// The library's sentence about an answer ends with its body, behind the status.
fn without_body(text: &str) -> String {
    const STATUS: &str = "Server returned non-2xx status code: ";
    let told = match text.strip_prefix(STATUS) {
        Some(rest) => rest.split(':').next().unwrap_or(rest),
        None => text,
    };
    told.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Error {
        Error::Generic {
            store: "S3",
            source: text.into(),
        }
    }

    #[test]
    fn of_an_answer_only_its_code_is_told() {
        let said = "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
                    <StringToSign>AWS4-HMAC-SHA256 canary</StringToSign></Error>";
        let failure = what(&answer(said));
        assert_eq!(
            failure,
            S3Failure::Answer("SignatureDoesNotMatch".to_owned())
        );
        let told = format!("{failure} {failure:?} {:?}", blob_error(answer(said)));
        assert!(!told.contains("canary"), "{told}");
        let said = "Server returned non-2xx status code: 502 Bad Gateway: <html>canary</html>";
        assert_eq!(
            what(&answer(said)),
            S3Failure::Way("502 Bad Gateway".to_owned())
        );
    }

    #[test]
    fn a_full_server_is_full() {
        let said = "507: <Error><Code>XMinioStorageFull</Code></Error>";
        assert!(matches!(blob_error(answer(said)), BlobError::Full));
        let said = "<Code>NoSuchBucket</Code>";
        assert!(matches!(blob_error(answer(said)), BlobError::Failed(_)));
    }
}
