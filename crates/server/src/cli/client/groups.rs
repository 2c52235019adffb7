use sealpost_client::{ConversationId, Member, NewGroup};
use serde_json::{Value, json};

use super::GroupsCommand;
use super::conversations::as_json;
use super::failure::Failure;
use super::logged_in::{LoggedIn, up_to};
use super::out::Out;
use crate::cli::table::{harmless, table};

/// Looks after groups.
pub(super) async fn run(me: &LoggedIn, command: GroupsCommand, out: Out) -> Result<(), Failure> {
    match command {
        GroupsCommand::Create {
            members,
            title,
            history,
        } => {
            let group = NewGroup {
                members,
                title,
                shows_history: history,
            };
            let made = me.client.create_group(&group).await?;
            let text = format!("Made {}, a group of {}.\n", made.id, made.member_count);
            Ok(out.say(&as_json(&made), &text)?)
        }
        GroupsCommand::Members { group, limit } => list(me, group, limit, out).await,
        GroupsCommand::Add { group, user } => {
            let member = me.client.add_member(group, &user).await?;
            tell(&member, "is in the group", out)
        }
        GroupsCommand::Remove { group, user } => remove(me, group, &user, out).await,
        GroupsCommand::Appoint { group, user, role } => {
            let member = me.client.appoint_member(group, &user, role.into()).await?;
            tell(&member, &format!("is its {}", member.role.name()), out)
        }
        GroupsCommand::Leave { group } => {
            // By the name that one has now.
            let own = me.client.me().await?.username;
            remove(me, group, &own, out).await
        }
    }
}

async fn list(me: &LoggedIn, group: ConversationId, limit: u64, out: Out) -> Result<(), Failure> {
    let stretch = async |cursor: Option<String>| me.client.members(group, cursor.as_deref()).await;
    let members = up_to(limit, stretch).await?;
    let values: Vec<_> = members.iter().map(member_as_json).collect();
    let rows: Vec<_> = members
        .iter()
        .map(|member| {
            [
                member.user.username.clone(),
                member.role.name().to_owned(),
                member.joined_at.to_string(),
            ]
        })
        .collect();
    let text = table(["USER", "ROLE", "SINCE"], &rows);
    Ok(out.say_all(&values, &text)?)
}

async fn remove(me: &LoggedIn, group: ConversationId, user: &str, out: Out) -> Result<(), Failure> {
    me.client.remove_member(group, user).await?;
    let value = json!({"conversation_id": group.to_string(), "username": user, "removed": true});
    let text = format!("{} is not in the group any more.\n", harmless(user));
    Ok(out.say(&value, &text)?)
}

fn tell(member: &Member, what: &str, out: Out) -> Result<(), Failure> {
    let text = format!("{} {what}.\n", harmless(&member.user.username));
    Ok(out.say(&member_as_json(member), &text)?)
}

fn member_as_json(member: &Member) -> Value {
    json!({
        "id": member.user.id.to_string(),
        "username": member.user.username,
        "role": member.role.name(),
        "joined_at": member.joined_at.to_string(),
    })
}
