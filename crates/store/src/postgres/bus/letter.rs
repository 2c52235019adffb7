//! What one notification says, as text: PostgreSQL takes fewer than 8,000 bytes of it.
//!
//! `INSTANCE` and then records, all as hexadecimal digits. A wake-up's records are ids of accounts. A signal's record is its
//! kind, the conversation, the account, a number, how many accounts follow, and these.

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::ports::Signal;

/// The most bytes of a letter before they become digits: less than half of what PostgreSQL takes.
const MAX_BYTES: usize = 3_990;
/// Names an instance.
const INSTANCE: usize = 8;
const ID: usize = 16;
/// A signal's record without the accounts: kind, conversation, account, number, count.
const SIGNAL: usize = 1 + ID + ID + 8 + 1;
/// How many accounts fit into one letter of wake-ups.
pub(super) const WAKE_UPS: usize = (MAX_BYTES - INSTANCE) / ID;
/// How many accounts one record of a signal names at most.
pub(super) const READERS: usize = 200;

/// A signal and some of those who are to hear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) signal: Signal,
    /// At most [`READERS`].
    pub(super) accounts: Vec<AccountId>,
}

impl Told {
    /// How much of a letter it takes.
    fn size(&self) -> usize {
        SIGNAL + ID * self.accounts.len()
    }
}

/// How many of the first of `waiting` fit into one letter.
pub(super) fn fitting<'a>(waiting: impl Iterator<Item = &'a Told>) -> usize {
    let mut room = MAX_BYTES - INSTANCE;
    waiting
        .take_while(|told| {
            let fits = told.size() <= room;
            room = room.saturating_sub(told.size());
            fits
        })
        .count()
}

/// A letter that wakes these accounts, at most [`WAKE_UPS`].
pub(super) fn write_wake_ups(instance: [u8; INSTANCE], accounts: &[AccountId]) -> String {
    let ids = accounts.iter().flat_map(|id| *id.as_bytes());
    to_digits(instance.into_iter().chain(ids))
}

/// A letter that tells these signals, as many as [`fitting`] says.
pub(super) fn write_signals(instance: [u8; INSTANCE], told: &[Told]) -> String {
    to_digits(instance.into_iter().chain(told.iter().flat_map(record)))
}

fn record(told: &Told) -> Vec<u8> {
    let (kind, conversation, account, number) = match told.signal {
        Signal::Typing {
            conversation,
            account,
            until,
        } => (1, conversation, account, until.as_micros()),
        Signal::ReadMarker {
            conversation,
            account,
            seq,
        } => (2, conversation, account, signed(seq)),
        Signal::Delivered {
            conversation,
            account,
            seq,
        } => (3, conversation, account, signed(seq)),
    };
    let mut bytes = vec![kind];
    bytes.extend_from_slice(conversation.as_bytes());
    bytes.extend_from_slice(account.as_bytes());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.push(u8::try_from(told.accounts.len()).unwrap_or(u8::MAX));
    bytes.extend(told.accounts.iter().flat_map(|id| *id.as_bytes()));
    bytes
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A letter as it came: from whom, and the records. None if it is none of ours.
pub(super) fn open(text: &str) -> Option<([u8; INSTANCE], Vec<u8>)> {
    let mut bytes = from_digits(text)?;
    let instance = bytes.get(..INSTANCE)?.try_into().ok()?;
    Some((instance, bytes.split_off(INSTANCE)))
}

/// Whom the records of a letter wake. None if they are none of ours.
pub(super) fn read_wake_ups(records: &[u8]) -> Option<Vec<AccountId>> {
    let ids = records.chunks(ID);
    ids.map(|id| Some(AccountId::from_bytes(id.try_into().ok()?)))
        .collect()
}

/// What the records of a letter tell. None if they are none of ours.
pub(super) fn read_signals(mut records: &[u8]) -> Option<Vec<Told>> {
    let mut all = Vec::new();
    while !records.is_empty() {
        let (head, rest) = records.split_at_checked(SIGNAL)?;
        let conversation = ConversationId::from_bytes(head.get(1..=ID)?.try_into().ok()?);
        let account = AccountId::from_bytes(head.get(1 + ID..=2 * ID)?.try_into().ok()?);
        let number = head.get(1 + 2 * ID..SIGNAL - 1)?.try_into().ok()?;
        let number = i64::from_be_bytes(number);
        let signal = match head.first()? {
            1 => Signal::Typing {
                conversation,
                account,
                until: Timestamp::from_micros(number),
            },
            2 => Signal::ReadMarker {
                conversation,
                account,
                seq: u64::try_from(number).ok()?,
            },
            3 => Signal::Delivered {
                conversation,
                account,
                seq: u64::try_from(number).ok()?,
            },
            _ => return None,
        };
        let count = usize::from(*head.last()?);
        let (accounts, rest) = rest.split_at_checked(ID * count)?;
        let accounts = read_wake_ups(accounts)?;
        all.push(Told { signal, accounts });
        records = rest;
    }
    Some(all)
}

fn to_digits(bytes: impl Iterator<Item = u8>) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)])
        .collect()
}

fn from_digits(text: &str) -> Option<Vec<u8>> {
    let values: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let values = values.filter(|values| values.len() % 2 == 0)?;
    Some(
        values
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, value| byte << 4 | value))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE_ID: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 0xFF];

    fn accounts(count: usize) -> Vec<AccountId> {
        (0..count)
            .map(|number| AccountId::from_bytes([u8::try_from(number % 251).unwrap(); 16]))
            .collect()
    }

    fn told(kind: u8, count: usize) -> Told {
        let (conversation, account) = (
            ConversationId::from_bytes([8; 16]),
            AccountId::from_bytes([9; 16]),
        );
        let signal = match kind {
            1 => Signal::Typing {
                conversation,
                account,
                until: Timestamp::from_micros(-5),
            },
            2 => Signal::ReadMarker {
                conversation,
                account,
                seq: 7,
            },
            _ => Signal::Delivered {
                conversation,
                account,
                seq: 8,
            },
        };
        Told {
            signal,
            accounts: accounts(count),
        }
    }

    #[test]
    fn a_letter_is_read_as_it_was_written_and_postgresql_takes_it() {
        let most = accounts(WAKE_UPS);
        let letter = write_wake_ups(INSTANCE_ID, &most);
        assert!(letter.len() < 8_000, "{}", letter.len());
        let (from, records) = open(&letter).unwrap();
        assert_eq!((from, read_wake_ups(&records)), (INSTANCE_ID, Some(most)));

        let all = [told(1, READERS), told(2, 3), told(3, 0)];
        assert_eq!(fitting(all.iter()), 3);
        let letter = write_signals(INSTANCE_ID, &all);
        assert!(letter.len() < 8_000, "{}", letter.len());
        let (from, records) = open(&letter).unwrap();
        assert_eq!(
            (from, read_signals(&records)),
            (INSTANCE_ID, Some(all.to_vec()))
        );
    }

    #[test]
    fn no_more_is_put_into_a_letter_than_fits() {
        let large = [told(1, READERS), told(1, READERS)];
        assert_eq!(fitting(large.iter()), 1);
        let small = vec![told(2, 1); 100];
        let count = fitting(small.iter());
        let letter = write_signals(INSTANCE_ID, &small[..count]);
        assert!((7_800..8_000).contains(&letter.len()), "{}", letter.len());
    }

    #[test]
    fn what_others_send_on_the_channel_harms_nobody() {
        for text in ["", "hello", "0102", "é", "01020304050607f"] {
            assert_eq!(open(text), None, "{text}");
        }
        for records in [vec![1; 7], vec![1; 20], vec![9; SIGNAL], vec![1; SIGNAL]] {
            assert_eq!(read_signals(&records), None);
        }
        assert_eq!(read_wake_ups(&[1; 17]), None);
    }
}
