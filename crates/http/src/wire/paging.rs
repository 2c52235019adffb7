//! Lists come page by page: `?limit=&cursor=` and `{"data": […], "next_cursor": …}`.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// What every cursor begins with before it is encoded: another layout gets another number, and old cursors are refused
/// instead of misread.
const VERSION: &str = "c1.";

/// A stretch of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = List)]
pub(crate) struct ListView<T> {
    /// In the order of the list.
    pub(crate) data: Vec<T>,
    /// What to send as `cursor` for the next stretch; null at the end.
    #[schema(required, example = "YzEuNDI")]
    pub(crate) next_cursor: Option<String>,
}

/// How many at once. What is more than the list's own limit counts as that limit.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(crate) struct PageLimit(NonZeroU32);

impl PageLimit {
    /// What was asked for, or fifty.
    pub(crate) fn or_default(limit: Option<Self>) -> u32 {
        limit.map_or(50, |limit| limit.0.get())
    }
}

/// Which stretch of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many at once; more than 100 counts as 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<PageLimit>,
    /// The `next_cursor` of the stretch before. A list from its beginning needs none.
    cursor: Option<String>,
}

impl PageQuery {
    /// How many at once.
    pub(crate) fn limit(&self) -> u32 {
        PageLimit::or_default(self.limit)
    }

    /// Where to read on; None for the beginning.
    pub(crate) fn cursor<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }
}

/// A text that says where to read on. Clients keep it and send it back, and do not look inside.
pub(crate) fn encode_cursor(place: impl Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{VERSION}{place}"))
}

/// The place that [`encode_cursor`] wrote down.
pub(crate) fn decode_cursor<T: FromStr>(cursor: &str) -> Result<T, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.as_deref().and_then(|bytes| {
        let text = std::str::from_utf8(bytes).ok()?;
        text.strip_prefix(VERSION)?.parse().ok()
    });
    place.ok_or_else(invalid_cursor)
}

/// A cursor that leads nowhere in this list.
pub(crate) fn invalid_cursor() -> Problem {
    Problem::bad_request(
        "invalid-cursor",
        "the cursor is not one of this list: send the next_cursor of a page, or none",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        assert_eq!(encode_cursor(42), "YzEuNDI");
        assert_eq!(decode_cursor::<u64>("YzEuNDI").unwrap(), 42);
    }

    #[test]
    fn what_was_not_made_here_is_refused() {
        let other_version = URL_SAFE_NO_PAD.encode("c2.42");
        let no_number = encode_cursor("x");
        for cursor in ["", "42", "YzEuNDI=", "é", &other_version, &no_number] {
            let refused = decode_cursor::<u64>(cursor).unwrap_err();
            assert!(
                refused.to_string().starts_with("invalid-cursor: "),
                "{cursor}"
            );
        }
    }
}
