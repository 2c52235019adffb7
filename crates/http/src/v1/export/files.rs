//! The files of an account.

use actix_web::web::Data;
use futures_util::TryStreamExt;
use sealpost_domain::files::{File, FileName, OpenFileError};
use sealpost_domain::ports::ByteStream;
use sealpost_domain::sessions::Actor;

use super::archive::{Archive, Broken};
use super::contents::{PAGE, each};
use crate::Services;
use crate::v1::files::FileView;

pub(super) async fn write(
    services: &Data<Services>,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    out.add_pages("files.json", async |before| {
        let page = services.files.list(actor, before, PAGE).await?;
        Ok((each(&page.files, FileView::from), page.next))
    })
    .await?;
    let mut before = None;
    loop {
        let page = services.files.list(actor, before, PAGE).await?;
        for file in &page.files {
            write_file(services, actor, file, out).await?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// The content of a file, or its ciphertext where the server has no key; nothing if it was deleted meanwhile.
async fn write_file(
    services: &Services,
    actor: &Actor,
    file: &File,
    out: &mut Archive,
) -> Result<(), Broken> {
    let opened = match services.files.open(actor, file.id).await {
        Ok(opened) => opened,
        Err(OpenFileError::Unknown) => return Ok(()),
        Err(OpenFileError::EndToEnd) => return write_sealed(services, actor, file, out).await,
        Err(error) => return Err(error.into()),
    };
    let content = services.files.read_content(&opened, 0..file.size).await?;
    let name = file.name.as_ref().map_or("content", FileName::as_str);
    out.begin(&format!("files/{}/{name}", file.id), file.size)?;
    write_bytes(content, out).await
}

/// The ciphertext of a file, unless it was deleted meanwhile.
async fn write_sealed(
    services: &Services,
    actor: &Actor,
    file: &File,
    out: &mut Archive,
) -> Result<(), Broken> {
    let ciphertext = match services.files.find_ciphertext(actor, file.id).await {
        Ok(ciphertext) => ciphertext,
        Err(OpenFileError::Unknown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let size = file.sealed_size;
    let bytes = services.files.read_ciphertext(&ciphertext, 0..size).await?;
    out.begin(&format!("files/{}/{}.sealed", file.id, file.id), size)?;
    write_bytes(bytes, out).await
}

async fn write_bytes<E>(mut bytes: ByteStream<E>, out: &mut Archive) -> Result<(), Broken>
where
    E: std::error::Error + Send + Sync + 'static,
{
    while let Some(piece) = bytes
        .try_next()
        .await
        .map_err(|error| Broken::Content(Box::new(error)))?
    {
        out.write(&piece).await?;
    }
    Ok(())
}
