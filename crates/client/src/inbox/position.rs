//! Which events have been had: the rule that none comes twice and none is passed over.

use std::collections::VecDeque;

use sealpost_domain::inbox::Offset;
use serde::Deserialize;

use super::frames::{Refusal, ServerFrame};
use super::{Cursor, Update};
use crate::ClientError;
use crate::wire::{Event, RawEvent};

/// Events that are no longer kept, or another life of the log: read what you need anew. What follows comes after
/// `latest`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Gap {
    /// The life of the log from here on.
    pub epoch: String,
    /// The first event that is still kept.
    pub earliest: Offset,
    /// The last event there is.
    pub latest: Offset,
}

/// What has been received and what has been handed out.
#[derive(Debug)]
pub(super) struct Position {
    /// The last thing that was handed out.
    cursor: Cursor,
    /// The last event that was received.
    received: Offset,
    waiting: VecDeque<Update>,
}

impl Position {
    pub(super) const fn new(cursor: Cursor) -> Self {
        Self {
            received: cursor.offset,
            cursor,
            waiting: VecDeque::new(),
        }
    }

    pub(super) const fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// The next thing to hand out, and with it the cursor moves on.
    pub(super) fn take(&mut self) -> Option<Update> {
        let update = self.waiting.pop_front()?;
        match &update {
            Update::Event(event) => self.cursor.offset = event.offset,
            Update::Gap(gap) => {
                self.cursor = Cursor {
                    epoch: gap.epoch.clone(),
                    offset: gap.latest,
                };
            }
        }
        Some(update)
    }

    /// Takes in what the server says after `resume`.
    ///
    /// # Errors
    /// [`ClientError::Unexpected`] for what does not follow on what was there: begin again at the cursor.
    pub(super) fn hear(&mut self, frame: ServerFrame) -> Result<(), ClientError> {
        match frame {
            ServerFrame::Events(events) => events.into_iter().try_for_each(|one| self.push(one)),
            ServerFrame::Gap(gap) => {
                self.received = gap.latest;
                self.waiting.push_back(Update::Gap(gap));
                Ok(())
            }
            ServerFrame::Error(Refusal { code, detail }) => {
                Err(ClientError::unexpected(format_args!("{code}: {detail}")))
            }
            ServerFrame::Started(_) | ServerFrame::Resumed | ServerFrame::Other => Ok(()),
        }
    }

    fn push(&mut self, event: RawEvent) -> Result<(), ClientError> {
        let expected = self.received.saturating_add(1);
        if event.offset < expected {
            return Ok(());
        }
        if event.offset > expected {
            let offset = event.offset;
            return Err(ClientError::unexpected(format_args!(
                "event {offset} came where {expected} was due"
            )));
        }
        self.received = event.offset;
        self.waiting.push_back(Update::Event(Event::from(event)));
        Ok(())
    }

    /// Forgets what was received and not handed out: it will come again.
    pub(super) fn rewind(&mut self) {
        self.waiting.clear();
        self.received = self.cursor.offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(offsets: &[Offset]) -> ServerFrame {
        let events: Vec<_> = offsets
            .iter()
            .map(|offset| {
                serde_json::json!({
                    "offset": offset, "type": "x", "created_at": "2026-11-21T13:04:05.678Z", "data": null
                })
            })
            .collect();
        let frame = serde_json::json!({"type": "events", "events": events});
        ServerFrame::parse(&frame.to_string()).unwrap()
    }

    fn taken(position: &mut Position) -> Vec<Offset> {
        std::iter::from_fn(|| position.take())
            .map(|update| match update {
                Update::Event(event) => event.offset,
                Update::Gap(gap) => 1_000 + gap.latest,
            })
            .collect()
    }

    fn at(offset: Offset) -> Position {
        let epoch = "e".to_owned();
        Position::new(Cursor { epoch, offset })
    }

    #[test]
    fn nothing_twice_and_no_hole() {
        let mut position = at(3);
        position.hear(events(&[2, 3, 4, 5])).unwrap();
        position.hear(events(&[5, 6])).unwrap();
        assert_eq!(taken(&mut position), [4, 5, 6]);
        assert!(position.hear(events(&[8])).is_err());
        position.rewind();
        position.hear(events(&[7, 8])).unwrap();
        assert_eq!(taken(&mut position), [7, 8]);
    }

    #[test]
    fn what_was_not_handed_out_comes_again() {
        let mut position = at(0);
        position.hear(events(&[1, 2, 3])).unwrap();
        assert!(position.take().is_some());
        position.rewind();
        assert_eq!(position.cursor().offset, 1);
        position.hear(events(&[2, 3])).unwrap();
        assert_eq!(taken(&mut position), [2, 3]);
    }

    #[test]
    fn a_gap_is_told_in_its_place_and_counting_goes_on_after_it() {
        let mut position = at(1);
        position.hear(events(&[2])).unwrap();
        let gap = r#"{"type":"gap","epoch":"f","earliest":5,"latest":9}"#;
        position.hear(ServerFrame::parse(gap).unwrap()).unwrap();
        position.hear(events(&[10])).unwrap();
        assert_eq!(taken(&mut position), [2, 1_009, 10]);
        assert_eq!(position.cursor().epoch, "f");
    }
}
