//! The query of an upload.

use serde::Deserialize;
use utoipa::IntoParams;

/// What is said about a file beside its bytes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// Its name: 1 to 255 bytes, no control characters and no slashes. Kept sealed.
    #[param(example = "holiday.jpg")]
    pub(super) name: Option<String>,
    /// Who can open it: `server`, the default, or `e2ee`: the body is sealed already (C2SP `chunked-encryption` v1).
    #[param(example = "server")]
    pub(super) protection: Option<String>,
    /// Only with `e2ee`: the id that the file is sealed for, out of `POST /v1/files/ids`.
    #[param(format = "uuid")]
    pub(super) id: Option<String>,
}
