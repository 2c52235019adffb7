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
}
