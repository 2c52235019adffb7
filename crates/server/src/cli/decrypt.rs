//! `sealpost decrypt`: opens a file's ciphertext without any server.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use bytes::BytesMut;
use clap::Args;
use sealpost_client::FileKey;
use sealpost_crypto::{ChunkedCipher, OsEntropy};
use sealpost_domain::Secret;
use sealpost_domain::files::{FileId, SealedLayout};
use sealpost_domain::ports::{FileCipher as _, FileCipherError, FileOpener};
use thiserror::Error;

use crate::console;

/// Exit code when nothing was opened.
const FAILED: u8 = 1;

/// What to open, and with what.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct DecryptOptions {
    /// The ciphertext: what `GET /v1/files/{id}/ciphertext` gave.
    file: PathBuf,
    /// The key: what `GET /v1/files/{id}/key` gave.
    #[arg(long, value_name = "KEY.json")]
    key: PathBuf,
    /// Where to put what was in it; `-` is standard output. Nothing is there before all of it was checked.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// Why nothing was opened.
#[derive(Debug, Error)]
enum DecryptError {
    #[error("cannot use {path}: {error}", path = .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("{path} is there already", path = .0.display())]
    Exists(PathBuf),
    #[error("this is no answer of GET /v1/files/{{id}}/key: {0}")]
    Key(String),
    #[error("this file is damaged, or the key is another file's: nothing was written")]
    Damaged(#[from] FileCipherError),
}

/// Opens a file and says what went wrong, if something did.
pub(crate) fn run(options: &DecryptOptions) -> ExitCode {
    match decrypt(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(&error);
            ExitCode::from(FAILED)
        }
    }
}

fn decrypt(options: &DecryptOptions) -> Result<(), DecryptError> {
    let to_stdout = options.output == Path::new("-");
    if !to_stdout && options.output.exists() {
        return Err(DecryptError::Exists(options.output.clone()));
    }
    let (key, id) = read_key(&options.key)?;
    let mut sealed = File::open(&options.file).map_err(at(&options.file))?;
    if to_stdout {
        // Kept out of sight until all of it was checked: whoever reads cannot be told afterwards that it was wrong.
        let mut opened = tempfile::tempfile().map_err(at(&options.output))?;
        open(&mut sealed, &options.file, &key, &id, &mut opened)?;
        opened.rewind().map_err(at(&options.output))?;
        io::copy(&mut opened, &mut io::stdout().lock()).map_err(at(&options.output))?;
        return Ok(());
    }
    let folder = options
        .output
        .parent()
        .filter(|folder| *folder != Path::new(""));
    let mut opened = tempfile::Builder::new()
        .prefix(".sealpost-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(at(&options.output))?;
    open(&mut sealed, &options.file, &key, &id, opened.as_file_mut())?;
    opened.as_file().sync_all().map_err(at(&options.output))?;
    let kept = opened.persist_noclobber(&options.output);
    kept.map_err(|error| at(&options.output)(error.error))?;
    Ok(())
}

/// The key, and the id of the file that it is bound to.
fn read_key(path: &Path) -> Result<(Secret<[u8; 32]>, FileId), DecryptError> {
    let text = std::fs::read_to_string(path).map_err(at(path))?;
    let text = Secret::new(text);
    let key: FileKey = serde_json::from_str(text.expose())
        // The text of the error could show some of the key.
        .map_err(|error| DecryptError::Key(format!("line {}", error.line())))?;
    let wrong = |what: &str| DecryptError::Key(what.to_owned());
    let cipher = cipher();
    if key.alg != cipher.algorithm() {
        return Err(wrong("another algorithm"));
    }
    let bytes: Result<[u8; 32], _> = key.key.expose().as_slice().try_into();
    let bytes = bytes.map_err(|_| wrong("the key is not 32 bytes long"))?;
    let id = key
        .context
        .last_chunk::<16>()
        .map(|id| FileId::from_bytes(*id))
        .filter(|id| cipher.context(id) == key.context)
        .ok_or_else(|| wrong("another context"))?;
    Ok((Secret::new(bytes), id))
}

fn cipher() -> ChunkedCipher {
    ChunkedCipher::new(Arc::new(OsEntropy))
}

/// Opens chunk by chunk, in constant memory. What is in `opened` is good only if all of it was.
fn open(
    sealed: &mut File,
    path: &Path,
    key: &Secret<[u8; 32]>,
    id: &FileId,
    opened: &mut File,
) -> Result<(), DecryptError> {
    let length = sealed.metadata().map_err(at(path))?.len();
    let layout = SealedLayout::of_sealed(length).ok_or(FileCipherError::Damaged)?;
    let mut header = [0; SealedLayout::HEADER];
    sealed.read_exact(&mut header).map_err(at(path))?;
    let opener: Box<dyn FileOpener> = cipher().open(id, key, &header, layout)?;
    for index in 0..=layout.last_chunk() {
        let mut chunk = BytesMut::zeroed(layout.sealed_chunk_size(index));
        sealed.read_exact(&mut chunk).map_err(at(path))?;
        opener.open_chunk(index, &mut chunk)?;
        opened.write_all(&chunk).map_err(at(path))?;
    }
    // It may have grown meanwhile.
    match sealed.read(&mut [0]).map_err(at(path))? {
        0 => Ok(()),
        _ => Err(FileCipherError::Damaged.into()),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> DecryptError {
    let path = path.to_owned();
    move |error| DecryptError::File {
        path: path.clone(),
        error,
    }
}
