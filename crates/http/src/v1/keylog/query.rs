use std::num::NonZeroU32;

use serde::Deserialize;
use utoipa::IntoParams;

/// Which leaves.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LeavesQuery {
    /// The number of the first one.
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    pub(super) from: u64,
    /// How many at once; more than 1000 counts as 1000.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 1000)]
    pub(super) limit: Option<NonZeroU32>,
}

/// Between which trees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsistencyQuery {
    /// The size of the older tree.
    pub(super) from: u64,
    /// The size of the younger one; that of the newest one if it is left out.
    pub(super) to: Option<u64>,
}

/// Which leaf, in which tree.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InclusionQuery {
    /// The leaf's number, from 0.
    pub(super) leaf: u64,
    /// The size of the tree; that of the newest one if it is left out.
    pub(super) size: Option<u64>,
}
