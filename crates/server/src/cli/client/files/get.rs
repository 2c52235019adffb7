use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use sealpost_client::{
    ClientError, Download, FileId, FileProtection, OpenedLink, SealedDownload, StoredFile,
};
use serde_json::{Map, Value};
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::super::failure::Failure;
use super::super::logged_in::LoggedIn;
use super::super::out::Out;
use crate::cli::table::harmless;

/// A file that is about to be read.
pub(super) enum Source {
    Plain(Box<StoredFile>, Download),
    Sealed(Box<SealedDownload>),
    Linked(Box<OpenedLink>),
}

impl Source {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Plain(file, _) => file.name.as_deref(),
            Self::Sealed(sealed) => Some(sealed.about().name.as_str()),
            Self::Linked(opened) => opened.name(),
        }
    }

    async fn save(self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, ClientError> {
        match self {
            Self::Plain(_, download) => download.save(writer).await,
            Self::Sealed(sealed) => sealed.save(writer).await,
            Self::Linked(opened) => opened.save(writer).await,
        }
    }
}

/// Reads a file back.
pub(super) async fn get(
    me: &LoggedIn,
    id: FileId,
    output: Option<PathBuf>,
    out: Out,
) -> Result<(), Failure> {
    refuse_if_there(output.as_deref())?;
    let file = me.client.file(id).await?;
    let source = if file.protection == FileProtection::EndToEnd {
        let correspondent = me.correspondent()?;
        Source::Sealed(Box::new(correspondent.download_sealed(&file).await?))
    } else {
        Source::Plain(Box::new(file), me.client.download_file(id).await?)
    };
    save(source, output, ("id", id.to_string()), out).await
}

/// Nothing is overwritten: better said before anything is asked for.
pub(super) fn refuse_if_there(output: Option<&Path>) -> Result<(), Failure> {
    match output {
        Some(path) if path != Path::new("-") && path.exists() => {
            Err(Failure::FileExists(path.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Puts a file where it belongs, and says so. It has its name only once it is whole.
pub(super) async fn save(
    source: Source,
    output: Option<PathBuf>,
    (what, id): (&str, String),
    out: Out,
) -> Result<(), Failure> {
    if output.as_deref() == Some(Path::new("-")) {
        let stdout = io::stdout().as_fd().try_clone_to_owned()?;
        let mut stdout = File::from_std(stdout.into());
        source.save(&mut stdout).await?;
        return Ok(());
    }
    let path = match output {
        Some(path) => path,
        None => place(source.name()).ok_or(Failure::NoFileName)?,
    };
    refuse_if_there(Some(&path))?;
    let bytes = save_to(source, &path).await?;
    let shown = path.display().to_string();
    let value = Map::from_iter([
        (what.to_owned(), Value::from(id)),
        ("file".to_owned(), Value::from(shown.as_str())),
        ("size".to_owned(), Value::from(bytes)),
    ]);
    Ok(out.say(
        &value.into(),
        &format!("{}, {bytes} bytes.\n", harmless(&shown)),
    )?)
}

async fn save_to(source: Source, path: &Path) -> Result<u64, Failure> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let (file, unfinished) = tempfile::Builder::new()
        .prefix(".sealpost-")
        .tempfile_in(folder)?
        .into_parts();
    let mut file = File::from_std(file);
    let bytes = source.save(&mut file).await?;
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
