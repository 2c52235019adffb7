//! How far the owner has read in each conversation.

use sealpost_domain::conversations::Listed;
use sealpost_domain::sessions::Actor;
use serde::Serialize;

use super::archive::{Archive, Broken};
use super::contents::{PAGE, each};
use crate::Services;

/// The owner's markers in one conversation, by the names that `PUT …/read-marker` answers with.
#[derive(Serialize)]
struct MarkersOf {
    conversation_id: String,
    read_seq: u64,
    delivered_seq: u64,
}

impl From<&Listed> for MarkersOf {
    fn from(listed: &Listed) -> Self {
        Self {
            conversation_id: listed.overview.id.to_string(),
            read_seq: listed.markers.read,
            delivered_seq: listed.markers.delivered,
        }
    }
}

/// Those of the conversations that are there now. One that becomes active meanwhile keeps its place in the other lists.
pub(super) async fn write(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    out.add_pages("markers.json", async |before| {
        let page = services.conversations.list(actor, before, PAGE).await?;
        Ok((each(&page.conversations, MarkersOf::from), page.next))
    })
    .await
}
