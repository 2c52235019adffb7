use std::fmt;
use std::str::FromStr;

use sealpost_domain::messages::Reach;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::wire::{PageLimit, decode_cursor, encode_cursor, invalid_cursor};

/// In which direction to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    /// Newest first.
    Desc,
    /// Oldest first.
    Asc,
}

/// Which stretch of a conversation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MessagesQuery {
    /// How many at once; more than 100 counts as 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<PageLimit>,
    /// The `next_cursor` of the stretch before. It knows its direction.
    cursor: Option<String>,
    /// `desc`, newest first, unless said otherwise; `asc`, oldest first.
    #[param(inline)]
    order: Option<Order>,
}

impl MessagesQuery {
    /// How many at once.
    pub(super) fn limit(&self) -> u32 {
        PageLimit::or_default(self.limit)
    }

    /// From where, and in which direction.
    pub(super) fn reach(&self) -> Result<Reach, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(match self.order {
                None | Some(Order::Desc) => Reach::Before(None),
                Some(Order::Asc) => Reach::After(0),
            });
        };
        let Place(reach) = decode_cursor(cursor)?;
        match (reach, self.order) {
            (Reach::Before(_), Some(Order::Asc)) | (Reach::After(_), Some(Order::Desc)) => {
                Err(invalid_cursor())
            }
            _ => Ok(reach),
        }
    }
}

/// The cursor that goes on where `reach` says.
pub(super) fn to_cursor(reach: Reach) -> String {
    encode_cursor(Place(reach))
}

/// What a cursor says: `before:7` or `after:7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(Reach);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reach::Before(None) => f.write_str("before:"),
            Reach::Before(Some(seq)) => write!(f, "before:{seq}"),
            Reach::After(seq) => write!(f, "after:{seq}"),
        }
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (direction, seq) = text.split_once(':').ok_or(())?;
        match (direction, seq.parse()) {
            ("before", Ok(seq)) => Ok(Self(Reach::Before(Some(seq)))),
            ("after", Ok(seq)) => Ok(Self(Reach::After(seq))),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(cursor: Option<Reach>, order: Option<Order>) -> MessagesQuery {
        MessagesQuery {
            limit: None,
            cursor: cursor.map(to_cursor),
            order,
        }
    }

    #[test]
    fn a_cursor_goes_on_in_its_own_direction() {
        for (cursor, order, reach) in [
            (None, None, Reach::Before(None)),
            (None, Some(Order::Desc), Reach::Before(None)),
            (None, Some(Order::Asc), Reach::After(0)),
            (Some(Reach::After(7)), None, Reach::After(7)),
            (Some(Reach::After(7)), Some(Order::Asc), Reach::After(7)),
            (Some(Reach::Before(Some(7))), None, Reach::Before(Some(7))),
        ] {
            assert_eq!(query(cursor, order).reach().unwrap(), reach);
        }
    }

    #[test]
    fn and_in_no_other() {
        for (cursor, order) in [
            (Reach::After(7), Order::Desc),
            (Reach::Before(Some(7)), Order::Asc),
            (Reach::Before(None), Order::Desc),
        ] {
            assert!(query(Some(cursor), Some(order)).reach().is_err());
        }
    }
}
