//! The queries of files.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::wire::PageLimit;

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

/// Whose files.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shared {
    /// Those of others that were shared with the caller by name.
    WithMe,
}

/// Which files, and which stretch of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilesQuery {
    /// How many at once; more than 100 counts as 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<PageLimit>,
    /// The `next_cursor` of the stretch before. A list from its beginning needs none.
    pub(super) cursor: Option<String>,
    /// Your own if it is left out.
    #[param(inline)]
    pub(super) shared: Option<Shared>,
}
