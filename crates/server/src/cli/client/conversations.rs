use sealpost_client::{Conversation, ConversationKind};
use serde_json::{Value, json};

use super::failure::Failure;
use super::logged_in::{LoggedIn, up_to};
use super::out::Out;
use crate::cli::table::table;

/// Lists one's conversations.
pub(super) async fn list(me: &LoggedIn, limit: u64, out: Out) -> Result<(), Failure> {
    let stretch = async |cursor: Option<String>| me.client.conversations(cursor.as_deref()).await;
    let conversations = up_to(limit, stretch).await?;
    let values: Vec<_> = conversations.iter().map(as_json).collect();
    let rows: Vec<_> = conversations
        .iter()
        .map(|conversation| {
            [
                conversation.id.to_string(),
                name(conversation, me),
                conversation.last_seq.to_string(),
                conversation.created_at.to_string(),
            ]
        })
        .collect();
    let text = table(["ID", "WITH", "MESSAGES", "STARTED"], &rows);
    Ok(out.say_all(&values, &text)?)
}

pub(super) fn as_json(conversation: &Conversation) -> Value {
    let members: Vec<_> = conversation
        .members
        .iter()
        .map(|member| json!({"id": member.id.to_string(), "username": member.username}))
        .collect();
    json!({
        "id": conversation.id.to_string(),
        "kind": conversation.kind.name(),
        "title": conversation.title,
        "members": members,
        "member_count": conversation.member_count,
        "last_seq": conversation.last_seq,
        "created_at": conversation.created_at.to_string(),
    })
}

/// The title of a group, or who is in it; of a pair, the other one.
pub(super) fn name(conversation: &Conversation, me: &LoggedIn) -> String {
    if let Some(title) = &conversation.title {
        return title.clone();
    }
    let others = conversation
        .members
        .iter()
        .filter(|member| member.id != me.session.account);
    let names: Vec<_> = others.map(|member| member.username.as_str()).collect();
    match conversation.kind {
        ConversationKind::Pair => names.join(", "),
        _ => format!(
            "group of {}: {}",
            conversation.member_count,
            names.join(", ")
        ),
    }
}
