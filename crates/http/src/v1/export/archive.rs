//! A ZIP that is sent while it is made: nothing is kept but its table of contents.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use actix_web::web::Bytes;
use sealpost_domain::DomainError;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::mpsc;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// From here on the sizes in a ZIP need 64 bits.
const LARGE: u64 = 0xFFFF_FFFF;

/// Why an archive was broken off.
#[derive(Debug, Error)]
pub(super) enum Broken {
    /// Nobody reads it any more.
    #[error("the reader has gone")]
    Unread,
    /// It cannot be written.
    #[error(transparent)]
    Zip(ZipError),
    /// Something does not become JSON.
    #[error(transparent)]
    Json(serde_json::Error),
    /// What was to be in it cannot be had.
    #[error(transparent)]
    Content(Box<dyn std::error::Error + Send + Sync>),
}

impl Broken {
    fn zip(error: impl Into<ZipError>) -> Self {
        Self::Zip(error.into())
    }
}

impl<E: DomainError> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::Content(Box::new(error))
    }
}

/// Where the writer leaves bytes until they are sent.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive under way to its reader. Entries are stored as they are, with their sizes behind them (APPNOTE 4.3.9).
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    reader: mpsc::Sender<Bytes>,
}

impl Archive {
    pub(super) fn new(reader: mpsc::Sender<Bytes>) -> Self {
        let pipe = Pipe::default();
        Self {
            zip: ZipWriter::new_stream(pipe.clone()),
            pipe,
            reader,
        }
    }

    /// Begins an entry of so many bytes at the most.
    pub(super) fn begin(&mut self, name: &str, size: u64) -> Result<(), Broken> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(size >= LARGE);
        self.zip.start_file(name, options).map_err(Broken::zip)
    }

    /// Goes on with the entry.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.zip.write_all(bytes).map_err(Broken::zip)?;
        self.send().await
    }

    /// An entry with one thing in it.
    pub(super) async fn add(&mut self, name: &str, thing: &impl Serialize) -> Result<(), Broken> {
        let json = serde_json::to_vec_pretty(thing).map_err(Broken::Json)?;
        self.begin(name, 0)?;
        self.write(&json).await
    }

    /// An entry with a list in it.
    pub(super) async fn add_list<T: Serialize>(
        &mut self,
        name: &str,
        things: &[T],
    ) -> Result<(), Broken> {
        self.add_pages(name, async |_: Option<()>| {
            Ok((things.iter().collect(), None))
        })
        .await
    }

    /// An entry with a list in it that is read page by page: `read` is given where to go on, and None at the beginning.
    pub(super) async fn add_pages<T: Serialize, C>(
        &mut self,
        name: &str,
        read: impl AsyncFn(Option<C>) -> Result<(Vec<T>, Option<C>), Broken>,
    ) -> Result<(), Broken> {
        // How long it becomes is not known.
        self.begin(name, LARGE)?;
        let (mut cursor, mut between) = (None, "[\n");
        loop {
            let (page, next) = read(cursor).await?;
            let mut text = Vec::new();
            for thing in &page {
                text.extend_from_slice(between.as_bytes());
                between = ",\n";
                serde_json::to_writer(&mut text, thing).map_err(Broken::Json)?;
            }
            self.write(&text).await?;
            if next.is_none() {
                let end = if between == ",\n" { "\n]\n" } else { "[\n]\n" };
                return self.write(end.as_bytes()).await;
            }
            cursor = next;
        }
    }

    /// Writes the table of contents.
    pub(super) async fn finish(self) -> Result<(), Broken> {
        self.zip.finish().map_err(Broken::zip)?;
        send(&self.pipe, &self.reader).await
    }

    async fn send(&self) -> Result<(), Broken> {
        send(&self.pipe, &self.reader).await
    }
}

/// Waits until the reader has room.
async fn send(pipe: &Pipe, reader: &mpsc::Sender<Bytes>) -> Result<(), Broken> {
    let bytes = std::mem::take(&mut *pipe.0.borrow_mut());
    if bytes.is_empty() {
        return Ok(());
    }
    let sent = reader.send(Bytes::from(bytes)).await;
    sent.map_err(|_| Broken::Unread)
}
