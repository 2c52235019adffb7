//! What was said in the conversations of an account, a file for each.

use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{ListMessagesError, Reach};
use sealpost_domain::sessions::Actor;

use super::archive::{Archive, Broken};
use super::contents::{PAGE, each};
use crate::Services;
use crate::v1::messages::MessageView;

pub(super) async fn write(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let mut before = None;
    loop {
        let page = services
            .conversations
            .list_started(actor, before, PAGE)
            .await?;
        for conversation in &page.conversations {
            write_conversation(services, actor, conversation.id, out).await?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// All messages of a conversation, oldest first. If the other has left meanwhile, it ends there.
async fn write_conversation(
    services: &Services,
    actor: &Actor,
    id: ConversationId,
    out: &mut Archive,
) -> Result<(), Broken> {
    out.add_pages(&format!("messages/{id}.json"), async |from| {
        let from = from.unwrap_or(Reach::After(0));
        match services.messages.list(actor, id, from, PAGE).await {
            Ok(page) => Ok((each(&page.messages, MessageView::from), page.next)),
            Err(ListMessagesError::UnknownConversation) => Ok((Vec::new(), None)),
            Err(error) => Err(error.into()),
        }
    })
    .await
}
