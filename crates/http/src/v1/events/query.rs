//! What a reader of events asks for.

use std::time::Duration;

use sealpost_domain::inbox::Offset;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::live::{MAX_WAIT, Poll};
use crate::wire::PageLimit;

/// From where to read, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// The last offset you have; 0 for the beginning.
    #[serde(default)]
    #[param(value_type = u64, required = false, default = 0, example = 7)]
    after: Offset,
    /// The life of the log that `after` is of, as the last answer named it. With it you learn of a restored database.
    #[param(example = "2b7e151628aed2a6")]
    epoch: Option<String>,
    /// Seconds to wait for the first event if there is none yet; more than 60 counts as 60.
    #[serde(default)]
    #[param(required = false, minimum = 0, maximum = 60, default = 0)]
    wait: u32,
    /// How many at once; more than 100 counts as 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<PageLimit>,
}

impl From<EventsQuery> for Poll {
    fn from(query: EventsQuery) -> Self {
        Self {
            after: query.after,
            epoch: query.epoch,
            limit: PageLimit::or_default(query.limit),
            wait: Duration::from_secs(query.wait.into()).min(MAX_WAIT),
        }
    }
}
