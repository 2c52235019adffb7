use serde::Deserialize;
use utoipa::IntoParams;

/// What of the chain you have.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChainQuery {
    /// Asks for the user's chain in the key log, behind this many links: `0` for all of it.
    #[param(minimum = 0)]
    pub(super) have: Option<u64>,
}
