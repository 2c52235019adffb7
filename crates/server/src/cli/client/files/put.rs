use sealpost_client::{Client, ClientError, NewUpload, StoredFile};
use tokio::fs::File;

use super::super::failure::Failure;
use super::super::logged_in::LoggedIn;
use super::super::out::Out;
use super::{PutOptions, as_json, name_sealed};

/// Stores a file.
pub(super) async fn put(me: &LoggedIn, options: PutOptions, out: Out) -> Result<(), Failure> {
    let content = File::open(&options.file).await?;
    let own = options.file.file_name().and_then(|name| name.to_str());
    let name = options.name.as_deref().or(own);
    let content_type = options.content_type.as_deref();
    let stored = if let Some(id) = options.resume {
        resume(&me.client, id, content).await?
    } else if options.sealed {
        let correspondent = me.correspondent()?;
        let sealed = correspondent.upload_sealed(name, content_type, content);
        let mut stored = Box::pin(sealed).await?;
        name_sealed(&correspondent, &mut stored).await;
        stored
    } else {
        store(&me.client, (name, content_type), content).await?
    };
    let text = format!("Stored as {}, {} bytes.\n", stored.id, stored.size);
    Ok(out.say(&as_json(&stored), &text)?)
}

/// In parts that can be sent again, where it is known how long it is; at once otherwise.
async fn store(
    client: &Client,
    (name, content_type): (Option<&str>, Option<&str>),
    mut content: File,
) -> Result<StoredFile, Failure> {
    let metadata = content.metadata().await?;
    if !metadata.is_file() {
        return Ok(client.upload_file(name, content_type, content).await?);
    }
    let upload = NewUpload {
        name,
        content_type,
        length: metadata.len(),
        sealed: None,
    };
    let id = client.begin_upload(&upload).await?;
    let stored = client.continue_upload(id, &mut content).await;
    stored.map_err(|error| match error {
        error @ (ClientError::NoAnswer(_) | ClientError::LocalFile(_)) => {
            Failure::BrokenOff { id, error }
        }
        error => error.into(),
    })
}

async fn resume(
    client: &Client,
    id: sealpost_client::FileId,
    mut content: File,
) -> Result<StoredFile, Failure> {
    let upload = client.upload(id).await?;
    if upload.length != content.metadata().await?.len() {
        return Err(Failure::OtherLength(upload.length));
    }
    Ok(client.continue_upload(id, &mut content).await?)
}
