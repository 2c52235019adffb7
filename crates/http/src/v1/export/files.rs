//! The files of an account.

use actix_web::web::Data;
use futures_util::TryStreamExt;
use sealpost_domain::files::{File, FileName, OpenFileError};
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

/// The content of a file, unless it was deleted meanwhile.
async fn write_file(
    services: &Services,
    actor: &Actor,
    file: &File,
    out: &mut Archive,
) -> Result<(), Broken> {
    let opened = match services.files.open(actor, file.id).await {
        Ok(opened) => opened,
        Err(OpenFileError::Unknown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut content = services.files.read_content(&opened, 0..file.size).await?;
    let name = file.name.as_ref().map_or("content", FileName::as_str);
    out.begin(&format!("files/{}/{name}", file.id), file.size)?;
    while let Some(bytes) = content
        .try_next()
        .await
        .map_err(|error| Broken::Content(Box::new(error)))?
    {
        out.write(&bytes).await?;
    }
    Ok(())
}
