//! Everything that any crate logs, at the most verbose level.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

static BUFFER: OnceLock<Buffer> = OnceLock::new();

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Buffer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// From now on, for the whole process: the tests share one log.
pub(super) fn capture() {
    BUFFER.get_or_init(|| {
        let buffer = Buffer::default();
        // `init` takes the records of the `log` crate as well, which actix writes.
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(buffer.clone())
            .init();
        buffer
    });
}

/// All that was logged so far.
pub(crate) fn logged() -> String {
    let bytes = BUFFER.get().unwrap().0.lock().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
