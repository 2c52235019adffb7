use std::io::{Read as _, stdin};
use std::path::PathBuf;
use std::time::Duration;

use sealpost_client::{FileId, FileLink, LinkAddress, LinkId, LinkTerms};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::failure::Failure;
use super::super::logged_in::LoggedIn;
use super::super::out::Out;
use super::get::{Source, refuse_if_there, save};
use crate::cli::table::table;

/// No link is longer.
const MAX_BYTES: u64 = 4_096;

/// Makes a link to a file.
pub(super) async fn make(
    me: &LoggedIn,
    id: FileId,
    (lifetime, downloads): (Duration, Option<u64>),
    out: Out,
) -> Result<(), Failure> {
    let file = me.client.file(id).await?;
    let terms = LinkTerms {
        expires_in: lifetime.as_secs(),
        max_downloads: downloads,
    };
    let made = me.correspondent()?.link_file(&file, terms).await?;
    let url = made.url.as_ref().map(|url| url.expose().as_str());
    let mut value = as_json(&made.link);
    if let Some(members) = value.as_object_mut() {
        members.insert("url".to_owned(), url.into());
    }
    let text = format!("{}\n", url.unwrap_or_default());
    Ok(out.say(&value, &text)?)
}

/// Lists the links to a file.
pub(super) async fn list(me: &LoggedIn, id: FileId, out: Out) -> Result<(), Failure> {
    let links = me.client.file_links(id).await?;
    let values: Vec<_> = links.iter().map(as_json).collect();
    let rows: Vec<_> = links
        .iter()
        .map(|link| {
            let most = link.max_downloads.map(|most| most.to_string());
            [
                link.id.to_string(),
                link.downloads.to_string(),
                most.unwrap_or_else(|| "-".to_owned()),
                link.expires_at.to_string(),
                link.created_at.to_string(),
            ]
        })
        .collect();
    let text = table(["LINK", "OPENED", "AT MOST", "UNTIL", "MADE"], &rows);
    Ok(out.say_all(&values, &text)?)
}

/// Ends a link.
pub(super) async fn end(me: &LoggedIn, id: FileId, link: LinkId, out: Out) -> Result<(), Failure> {
    me.client.unlink_file(id, link).await?;
    let value = json!({"id": link.to_string(), "deleted": true});
    Ok(out.say(&value, &format!("Ended {link}.\n"))?)
}

/// Reads the file that a link leads to.
pub(in crate::cli::client) async fn open(
    url: &str,
    output: Option<PathBuf>,
    out: Out,
) -> Result<(), Failure> {
    let mut read = Zeroizing::new(String::new());
    let url = if url == "-" {
        stdin().lock().take(MAX_BYTES).read_to_string(&mut read)?;
        read.as_str()
    } else {
        url
    };
    let address = LinkAddress::parse(url)?;
    // Opening counts.
    refuse_if_there(output.as_deref())?;
    let opened = address.open().await?;
    let id = ("link", address.id().to_string());
    save(Source::Linked(Box::new(opened)), output, id, out).await
}

fn as_json(link: &FileLink) -> Value {
    json!({
        "id": link.id.to_string(),
        "downloads": link.downloads,
        "max_downloads": link.max_downloads,
        "created_at": link.created_at.to_string(),
        "expires_at": link.expires_at.to_string(),
    })
}
