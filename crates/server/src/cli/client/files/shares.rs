use sealpost_client::{FileId, FileShare};
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::logged_in::LoggedIn;
use super::super::out::Out;
use crate::cli::table::{harmless, table};

/// Lets somebody read a file.
pub(super) async fn share(me: &LoggedIn, id: FileId, user: &str, out: Out) -> Result<(), Failure> {
    let file = me.client.file(id).await?;
    let share = me.correspondent()?.share_file(&file, user).await?;
    let name = harmless(&share.user.username);
    Ok(out.say(&as_json(&share), &format!("{name} may read {id}.\n"))?)
}

/// Lets somebody read it no longer.
pub(super) async fn unshare(
    me: &LoggedIn,
    id: FileId,
    user: &str,
    out: Out,
) -> Result<(), Failure> {
    me.client.unshare_file(id, user).await?;
    let value = json!({"id": id.to_string(), "username": user, "shared": false});
    Ok(out.say(
        &value,
        &format!("{} may not read {id} any more.\n", harmless(user)),
    )?)
}

/// Lists with whom it is shared.
pub(super) async fn list(me: &LoggedIn, id: FileId, out: Out) -> Result<(), Failure> {
    let shares = me.client.file_shares(id).await?;
    let values: Vec<_> = shares.iter().map(as_json).collect();
    let row = |share: &FileShare| [share.user.username.clone(), share.created_at.to_string()];
    let rows: Vec<_> = shares.iter().map(row).collect();
    Ok(out.say_all(&values, &table(["USER", "SINCE"], &rows))?)
}

fn as_json(share: &FileShare) -> Value {
    json!({
        "user": {"id": share.user.id.to_string(), "username": share.user.username},
        "created_at": share.created_at.to_string(),
    })
}
