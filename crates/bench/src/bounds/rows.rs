//! The least that a message is: where it belongs, its place, and what it says.

use diesel::prelude::*;

diesel::table! {
    bound_messages (id) {
        id -> Binary,
        conversation_id -> Binary,
        seq -> BigInt,
        body -> Binary,
    }
}

/// A message. Ids rise as UUIDv7 do.
#[derive(Clone, Insertable)]
#[diesel(table_name = bound_messages)]
pub(super) struct Row {
    pub(super) id: Vec<u8>,
    pub(super) conversation_id: Vec<u8>,
    pub(super) seq: i64,
    pub(super) body: Vec<u8>,
}

/// How many conversations take turns.
const CONVERSATIONS: i64 = 64;

impl Row {
    pub(super) fn first(body: usize) -> Self {
        Self::of(0, body)
    }

    /// The first row of the writer of this number: no two write the same.
    pub(super) fn of(writer: u8, body: usize) -> Self {
        Self {
            id: [&[0; 15][..], &[writer]].concat(),
            conversation_id: [&[writer; 8][..], &[0; 8]].concat(),
            seq: 0,
            body: vec![b'x'; body],
        }
    }

    pub(super) fn advance(&mut self) {
        self.seq += 1;
        let number = self.seq.to_be_bytes();
        if let Some(head) = self.id.get_mut(..8) {
            head.copy_from_slice(&number);
        }
        let conversation = (self.seq % CONVERSATIONS).to_be_bytes();
        if let Some(tail) = self.conversation_id.get_mut(8..) {
            tail.copy_from_slice(&conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_writers_differ() {
        let mut row = Row::first(3);
        let first = row.clone();
        row.advance();
        assert!(row.id > first.id && row.conversation_id != first.conversation_id);
        let other = Row::of(1, 3);
        assert!(other.id != first.id && other.conversation_id != first.conversation_id);
    }
}
