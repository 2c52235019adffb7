//! What a reader of events asks for.

use std::time::Duration;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::live::{Beginning, MAX_WAIT, Poll, StreamFrom};
use crate::wire::PageLimit;

/// From where to read, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// The last offset you have. Or `earliest`, for the first event that is still there, or `latest`, for what comes from
    /// now on.
    #[serde(default)]
    #[param(value_type = String, required = false, default = "0", example = "7")]
    after: After,
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

/// Where to begin, as it stands in a query.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct After(Beginning);

impl Default for After {
    fn default() -> Self {
        Self(Beginning::After(0))
    }
}

impl TryFrom<String> for After {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Ok(Self(match text.as_str() {
            "earliest" => Beginning::Earliest,
            "latest" => Beginning::Latest,
            number => Beginning::After(number.parse().map_err(|_| "no offset")?),
        }))
    }
}

impl EventsQuery {
    /// Where a stream begins for a client that has seen nothing of it.
    pub(super) fn into_beginning(self) -> StreamFrom {
        StreamFrom {
            epoch: self.epoch,
            beginning: self.after.0,
        }
    }
}

impl From<EventsQuery> for Poll {
    fn from(query: EventsQuery) -> Self {
        Self {
            beginning: query.after.0,
            epoch: query.epoch,
            limit: PageLimit::or_default(query.limit),
            wait: Duration::from_secs(query.wait.into()).min(MAX_WAIT),
        }
    }
}
