use std::fmt;
use std::str::FromStr;

use sealpost_domain::messages::{Anchor, Reach};
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
    /// The id of a message or a `seq`: the stretch around it, about as much before as after, and a cursor at either end. Not
    /// together with `cursor`.
    #[param(example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    around: Option<String>,
}

/// Which stretch it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// From somewhere on.
    Reach(Reach),
    /// Around something.
    Around(Anchor),
}

impl MessagesQuery {
    /// How many at once.
    pub(super) fn limit(&self) -> u32 {
        PageLimit::or_default(self.limit)
    }

    /// Whether the oldest message comes first.
    pub(super) fn is_ascending(&self) -> bool {
        self.order == Some(Order::Asc)
    }

    /// Which stretch.
    pub(super) fn stretch(&self) -> Result<Stretch, Problem> {
        match (&self.around, &self.cursor) {
            (None, _) => self.reach().map(Stretch::Reach),
            (Some(around), None) => anchor(around).map(Stretch::Around),
            (Some(_), Some(_)) => Err(invalid_query(
                "a stretch lies around something or goes on from a cursor, not both",
            )),
        }
    }

    /// From where, and in which direction.
    fn reach(&self) -> Result<Reach, Problem> {
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

fn anchor(text: &str) -> Result<Anchor, Problem> {
    if let Ok(seq) = text.parse() {
        return Ok(Anchor::Seq(seq));
    }
    let id = text.parse().map(Anchor::Id);
    id.map_err(|_| invalid_query("around is the id of a message or a seq"))
}

fn invalid_query(detail: &'static str) -> Problem {
    Problem::bad_request("invalid-query", detail)
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
            around: None,
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
    fn around_is_an_id_or_a_place_and_no_cursor() {
        let around = |around: &str, cursor| MessagesQuery {
            around: Some(around.to_owned()),
            ..query(cursor, None)
        };
        let seq = around("7", None).stretch().unwrap();
        assert_eq!(seq, Stretch::Around(Anchor::Seq(7)));
        let id = around("019aa6b0-7c3a-7d52-9a5e-0242ac120004", None).stretch();
        assert!(matches!(id.unwrap(), Stretch::Around(Anchor::Id(_))));
        assert!(around("x", None).stretch().is_err());
        assert!(around("-1", None).stretch().is_err());
        assert!(around("7", Some(Reach::After(7))).stretch().is_err());
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
