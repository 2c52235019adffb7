//! What the sender signs.

use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::ClientId;
use serde::{Deserialize, Serialize};
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
        sent_at: draft
            .sent_at
            .to_utc()
            .map(|_| draft.sent_at.to_string())
            .ok_or(CannotSeal::Time)?,
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
        sent_at: payload.sent_at.parse().ok()?,
        content: payload.content.into_owned(),
        sender_kid,
    })
}
