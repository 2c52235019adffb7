use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use sealpost_client::{Client, FileId, StoredFile};
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::FilesCommand;
use super::failure::Failure;
use super::logged_in::{LoggedIn, up_to};
use super::out::Out;
use crate::cli::table::{harmless, table};

/// Looks after files.
pub(super) async fn run(me: &LoggedIn, command: FilesCommand, out: Out) -> Result<(), Failure> {
    match command {
        FilesCommand::List { limit } => list(&me.client, limit, out).await,
        FilesCommand::Put {
            file,
            name,
            content_type,
        } => {
            let own = file.file_name().and_then(|name| name.to_str());
            let name = name.as_deref().or(own);
            let content = File::open(&file).await?;
            let stored = me
                .client
                .upload_file(name, content_type.as_deref(), content)
                .await?;
            let text = format!("Stored as {}, {} bytes.\n", stored.id, stored.size);
            Ok(out.say(&as_json(&stored), &text)?)
        }
        FilesCommand::Get { id, output } => get(&me.client, id, output, out).await,
        FilesCommand::Rm { id } => {
            me.client.delete_file(id).await?;
            let value = json!({"id": id.to_string(), "deleted": true});
            Ok(out.say(&value, &format!("Deleted {id}.\n"))?)
        }
    }
}

async fn list(client: &Client, limit: u64, out: Out) -> Result<(), Failure> {
    let stretch = async |cursor: Option<String>| client.files(cursor.as_deref()).await;
    let files = up_to(limit, stretch).await?;
    let values: Vec<_> = files.iter().map(as_json).collect();
    let rows: Vec<_> = files
        .iter()
        .map(|file| {
            [
                file.id.to_string(),
                file.size.to_string(),
                file.content_type.clone(),
                file.name.clone().unwrap_or_else(|| "-".to_owned()),
                file.created_at.to_string(),
            ]
        })
        .collect();
    let text = table(["ID", "SIZE", "TYPE", "NAME", "STORED"], &rows);
    Ok(out.say_all(&values, &text)?)
}

fn as_json(file: &StoredFile) -> Value {
    json!({
        "id": file.id.to_string(),
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "created_at": file.created_at.to_string(),
    })
}

/// Reads a file back. It has its name only once it is whole.
async fn get(
    client: &Client,
    id: FileId,
    output: Option<PathBuf>,
    out: Out,
) -> Result<(), Failure> {
    if output.as_deref() == Some(Path::new("-")) {
        let stdout = io::stdout().as_fd().try_clone_to_owned()?;
        let mut stdout = File::from_std(stdout.into());
        client.download_file(id).await?.save(&mut stdout).await?;
        return Ok(());
    }
    let path = match output {
        Some(path) => path,
        None => place(client.file(id).await?.name.as_deref()).ok_or(Failure::NoFileName)?,
    };
    if path.exists() {
        return Err(Failure::FileExists(path));
    }
    let bytes = save(client, id, &path).await?;
    let shown = path.display().to_string();
    let value = json!({"id": id.to_string(), "file": shown, "size": bytes});
    Ok(out.say(&value, &format!("{}, {bytes} bytes.\n", harmless(&shown)))?)
}

async fn save(client: &Client, id: FileId, path: &Path) -> Result<u64, Failure> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let (file, unfinished) = tempfile::Builder::new()
        .prefix(".sealpost-")
        .tempfile_in(folder)?
        .into_parts();
    let mut file = File::from_std(file);
    let bytes = client.download_file(id).await?.save(&mut file).await?;
    file.flush().await?;
    file.sync_all().await?;
    match unfinished.persist_noclobber(path) {
        Ok(()) => Ok(bytes),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::FileExists(path.to_owned()))
        }
        Err(error) => Err(error.error.into()),
    }
}

/// In the present folder, and nowhere else: a name that leads elsewhere, or hides, is none.
fn place(name: Option<&str>) -> Option<PathBuf> {
    let name = name?;
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    plain.then(|| Path::new(".").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_name_leads_nowhere_else() {
        assert_eq!(place(Some("a b.jpg")), Some(PathBuf::from("./a b.jpg")));
        assert_eq!(place(Some("-rf")), Some(PathBuf::from("./-rf")));
        for name in [
            None,
            Some(""),
            Some("."),
            Some(".."),
            Some(".bashrc"),
            Some("../x"),
            Some("/etc/x"),
            Some("a\\b"),
        ] {
            assert_eq!(place(name), None, "{name:?}");
        }
    }
}
