use sealpost_client::{ConversationId, ConversationKind, Order};

use super::HistoryOptions;
use super::failure::Failure;
use super::logged_in::{LoggedIn, up_to};
use super::out::Out;
use super::{reading, show};

/// Shows the last messages of a conversation.
pub(super) async fn show(me: &LoggedIn, options: &HistoryOptions, out: Out) -> Result<(), Failure> {
    let conversation = match (options.conversation, &options.user) {
        (Some(id), _) => id,
        (None, Some(username)) => find(me, username).await?,
        (None, None) => return Err(Failure::NoReceiver),
    };
    let stretch = async |cursor: Option<String>| {
        let page = me
            .client
            .messages(conversation, Order::NewestFirst, cursor.as_deref());
        page.await
    };
    let mut messages = up_to(options.limit, stretch).await?;
    messages.reverse();
    let reader = me.correspondent()?;
    for message in &messages {
        let reading = reading::read(&reader, message).await?;
        let value = show::message_as_json(message, &reading);
        out.say(&value, &show::message_as_text(message, &reading, None))?;
    }
    Ok(())
}

/// The conversation with somebody. None is begun for looking: the other one would hear of it.
async fn find(me: &LoggedIn, username: &str) -> Result<ConversationId, Failure> {
    let user = me.client.user(username).await?;
    let mut cursor = None;
    loop {
        let page = me.client.conversations(cursor.as_deref()).await?;
        let found = page.data.iter().find(|conversation| {
            conversation.kind == ConversationKind::Pair
                && conversation
                    .members
                    .iter()
                    .any(|member| member.id == user.id)
        });
        if let Some(conversation) = found {
            return Ok(conversation.id);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Err(Failure::NoConversation(user.username));
        }
    }
}
