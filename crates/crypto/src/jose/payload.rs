//! What the sender signs.

use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::ClientId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::{CannotSeal, Draft, Opened};
use crate::json;

/// The version of the payload. A text that does not name one means this one.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    #[serde(default = "version")]
    v: u64,
    conversation: String,
    client_id: String,
    sent_at: String,
    content: std::borrow::Cow<'a, str>,
}

const fn version() -> u64 {
    VERSION
}

/// The payload's JSON.
pub(super) fn write(draft: &Draft<'_>) -> Result<Zeroizing<Vec<u8>>, CannotSeal> {
    let payload = Payload {
        v: VERSION,
        conversation: draft.conversation.to_string(),
        client_id: draft.client_id.to_string(),
        sent_at: write_time(draft.sent_at).ok_or(CannotSeal::Time)?,
        content: draft.content.into(),
    };
    serde_json::to_vec(&payload)
        .map(Zeroizing::new)
        .map_err(|_| CannotSeal::Failed)
}

/// What this payload says, signed by this key; None if it is no payload of this version. Members that are not known
/// are left for later versions to mean something.
pub(super) fn read(payload: &[u8], sender_kid: String) -> Option<Opened> {
    let members = json::object(std::str::from_utf8(payload).ok()?)?;
    let payload: Payload<'_> = serde_json::from_value(members.into()).ok()?;
    if payload.v != VERSION {
        return None;
    }
    Some(Opened {
        conversation: payload.conversation.parse::<ConversationId>().ok()?,
        client_id: ClientId::parse(&payload.client_id).ok()?,
        sent_at: read_time(&payload.sent_at)?,
        content: payload.content.into_owned(),
        sender_kid,
    })
}

/// RFC 3339 in UTC with milliseconds, as everywhere in the API.
fn write_time(moment: Timestamp) -> Option<String> {
    let micros = moment.as_micros().div_euclid(1_000).checked_mul(1_000)?;
    let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()?;
    (0..=9999).contains(&utc.year()).then(|| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            utc.year(),
            u8::from(utc.month()),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            utc.millisecond(),
        )
    })
}

fn read_time(text: &str) -> Option<Timestamp> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
    i64::try_from(micros).ok().map(Timestamp::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_millisecond() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_700_000_000_999_999, "2023-11-14T22:13:20.999Z"),
        ] {
            let written = write_time(Timestamp::from_micros(micros)).unwrap();
            assert_eq!(written, text);
            let read = read_time(text).unwrap().as_micros();
            assert_eq!(read, micros.div_euclid(1_000) * 1_000);
        }
        assert_eq!(write_time(Timestamp::from_micros(i64::MAX)), None);
        assert_eq!(write_time(Timestamp::from_micros(i64::MIN)), None);
    }
}
