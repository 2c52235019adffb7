//! The last step of the play: a file.

use std::collections::HashSet;
use std::path::Path;

use sealpost_client::{Client, FileId};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::evidence::Evidence;
use super::{DemoError, tell};

/// So much of a file is looked for on the disk.
const NEEDLE: usize = 64;
/// What has fewer different bytes may be on any disk.
const TELLING: usize = 16;

/// Stores the file at `path` and compares what comes back.
pub(super) async fn store_and_read_back(
    client: &Client,
    path: &Path,
    evidence: &Evidence,
) -> Result<(), DemoError> {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let file = File::open(path).await?;
    let stored = client.upload_file(name.as_deref(), None, file).await?;
    tell::line(format_args!(
        "POST /v1/files → 201: {}, {} bytes, which rest as {} bytes of ciphertext",
        stored.name.as_deref().unwrap_or("no name"),
        stored.size,
        stored.ciphertext_size
    ));
    let beginning = beginning(client, stored.id).await?;
    tell::line("the beginning of the ciphertext, as it rests:");
    tell::excerpt(&beginning);
    search_disk(evidence, path, &beginning).await?;
    let key = client.file_key(stored.id).await?;
    tell::line(format_args!(
        "its key, which Bob alone may have: {} bytes for {}",
        key.key.expose().len(),
        key.alg
    ));
    let bytes = compare(client, stored.id, path).await?;
    tell::line(format_args!(
        "Read back: {bytes} bytes, byte for byte the same."
    ));
    Ok(())
}

/// The first bytes of the ciphertext.
async fn beginning(client: &Client, id: FileId) -> Result<Vec<u8>, DemoError> {
    let mut ciphertext = client.download_ciphertext(id).await?;
    let mut bytes = Vec::new();
    while bytes.len() < NEEDLE {
        match ciphertext.chunk().await? {
            Some(chunk) => bytes.extend_from_slice(&chunk),
            None => break,
        }
    }
    bytes.truncate(NEEDLE);
    Ok(bytes)
}

async fn search_disk(evidence: &Evidence, path: &Path, ciphertext: &[u8]) -> Result<(), DemoError> {
    let mut needle = Vec::new();
    let read = u64::try_from(NEEDLE).unwrap_or(u64::MAX);
    File::open(path)
        .await?
        .take(read)
        .read_to_end(&mut needle)
        .await?;
    if needle.iter().collect::<HashSet<_>>().len() >= TELLING {
        let files = evidence.nowhere(&needle, ciphertext)?;
        tell::line(format_args!(
            "The first {} bytes of the file itself are in none of the {files} files of the server's folder.",
            needle.len()
        ));
    }
    Ok(())
}

/// Reads the file back and compares it on the way; returns its length.
async fn compare(client: &Client, id: FileId, path: &Path) -> Result<usize, DemoError> {
    let different = || DemoError::Defect("what comes back is not what was stored");
    let mut original = File::open(path).await?;
    let mut download = client.download_file(id).await?;
    let (mut total, mut buffer) = (0, Vec::new());
    while let Some(chunk) = download.chunk().await? {
        buffer.resize(chunk.len(), 0);
        original
            .read_exact(&mut buffer)
            .await
            .map_err(|_| different())?;
        if buffer != chunk {
            return Err(different());
        }
        total += chunk.len();
    }
    match original.read(&mut [0]).await? {
        0 => Ok(total),
        _ => Err(different()),
    }
}
