//! The two faces of a file, and what only its downloads answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::files::{File, FileName};
use utoipa::IntoResponses;

use super::{Download, disposition};
use crate::openapi::{Responses, problems};

/// What only downloads answer.
pub(crate) struct RangeRefusals;

impl IntoResponses for RangeRefusals {
    fn responses() -> Responses {
        problems(&[(
            416,
            "range-not-satisfiable",
            "`range-not-satisfiable`: `Content-Range` says how many bytes there are",
        )])
    }
}

/// What routes answer that need a file's key.
pub(crate) struct NeedsKey;

impl IntoResponses for NeedsKey {
    fn responses() -> Responses {
        problems(&[(
            409,
            "end-to-end-encrypted",
            "`end-to-end-encrypted`: the server has no key to this file; the text says what you can do",
        )])
    }
}

impl<'a> Download<'a> {
    /// A file's content.
    pub(crate) fn of_content(file: &'a File) -> Self {
        Self {
            size: file.size,
            // A file's content never changes, whatever becomes of its ciphertext.
            etag: format!("\"{}\"", file.id),
            content_type: file.content_type.as_str(),
            disposition: disposition(file.name.as_ref().map(FileName::as_str)),
        }
    }

    /// A file's sealed bytes.
    pub(crate) fn of_ciphertext(file: &File) -> Self {
        Self {
            size: file.sealed_size,
            etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.digest.bytes())),
            content_type: "application/octet-stream",
            // The id, since the name may be nobody's business where ciphertexts are kept.
            disposition: disposition(Some(&format!("{}.sealed", file.id))),
        }
    }
}
