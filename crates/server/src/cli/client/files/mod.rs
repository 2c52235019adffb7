//! What one does with files, a file for each sort of thing.

mod get;
mod links;
mod put;
mod shares;

use std::time::Duration;

use sealpost_client::{Client, Correspondent, FileProtection, StoredFile};
use serde_json::{Value, json};

use super::failure::Failure;
use super::logged_in::{LoggedIn, up_to};
use super::out::Out;
use super::{FilesCommand, PutOptions};
use crate::cli::table::table;

pub(super) use links::open;

/// How long a server that is away is waited for: bytes that have come up are worth it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks after files.
pub(super) async fn run(me: LoggedIn, command: FilesCommand, out: Out) -> Result<(), Failure> {
    let me = &match command {
        FilesCommand::Put(_) => me.waiting(PATIENCE)?,
        _ => me,
    };
    match command {
        FilesCommand::List { limit, shared } => list(me, limit, shared, out).await,
        FilesCommand::Put(options) => put::put(me, options, out).await,
        FilesCommand::Get { id, output } => get::get(me, id, output, out).await,
        FilesCommand::Rm { id } => {
            me.client.delete_file(id).await?;
            let value = json!({"id": id.to_string(), "deleted": true});
            Ok(out.say(&value, &format!("Deleted {id}.\n"))?)
        }
        FilesCommand::Share { id, user } => shares::share(me, id, &user, out).await,
        FilesCommand::Unshare { id, user } => shares::unshare(me, id, &user, out).await,
        FilesCommand::Shares { id } => shares::list(me, id, out).await,
        FilesCommand::Link {
            id,
            expires_in,
            downloads,
        } => links::make(me, id, (expires_in, downloads), out).await,
        FilesCommand::Links { id } => links::list(me, id, out).await,
        FilesCommand::Unlink { id, link } => links::end(me, id, link, out).await,
        FilesCommand::Open { url, output } => open(&url, output, out).await,
        FilesCommand::ReEncrypt { id } => {
            let file = me.client.re_encrypt_file(id).await?;
            let text = format!("Sealed {id} under a new key; its links have ended.\n");
            Ok(out.say(&as_json(&file), &text)?)
        }
    }
}

async fn list(me: &LoggedIn, limit: u64, shared: bool, out: Out) -> Result<(), Failure> {
    let stretch = async |cursor: Option<String>| page(&me.client, shared, cursor.as_deref()).await;
    let mut files = up_to(limit, stretch).await?;
    let correspondent = me.correspondent()?;
    for file in &mut files {
        name_sealed(&correspondent, file).await;
    }
    let values: Vec<_> = files.iter().map(as_json).collect();
    let rows: Vec<_> = files
        .iter()
        .map(|file| {
            let owner = file.shared_by.as_ref();
            [
                file.id.to_string(),
                file.size.to_string(),
                file.content_type.clone(),
                file.name.clone().unwrap_or_else(|| "-".to_owned()),
                owner.map_or_else(|| "-".to_owned(), |owner| owner.username.clone()),
                file.protection.name().to_owned(),
                file.created_at.to_string(),
            ]
        })
        .collect();
    let head = [
        "ID",
        "SIZE",
        "TYPE",
        "NAME",
        "OWNER",
        "PROTECTION",
        "STORED",
    ];
    Ok(out.say_all(&values, &table(head, &rows))?)
}

async fn page(
    client: &Client,
    shared: bool,
    cursor: Option<&str>,
) -> Result<sealpost_client::Page<StoredFile>, sealpost_client::ClientError> {
    if shared {
        client.files_shared_with_me(cursor).await
    } else {
        client.files(cursor).await
    }
}

/// The server does not know what a sealed file is called. Where its seal does not open, neither do we.
async fn name_sealed(correspondent: &Correspondent, file: &mut StoredFile) {
    if file.protection != FileProtection::EndToEnd {
        return;
    }
    if let Ok(seal) = correspondent.open_file_seal(file).await {
        file.name = Some(seal.name).filter(|name| !name.is_empty());
        file.content_type = seal.content_type;
    }
}

fn as_json(file: &StoredFile) -> Value {
    json!({
        "id": file.id.to_string(),
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "protection": file.protection.name(),
        "shared_by": file.shared_by.as_ref().map(|owner| &owner.username),
        "created_at": file.created_at.to_string(),
    })
}
