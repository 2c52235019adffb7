//! The signals that ask the server to end.

use tokio::signal::unix::{SignalKind, signal as listen_for};

use crate::StartError;

/// A future that is ready when the process is told to end, and says by which signal. From the call on (not only from
/// the first poll) the signals no longer kill the process.
///
/// # Errors
/// [`StartError::Runtime`] if the system lets us have no signals.
pub(crate) fn signal() -> Result<impl Future<Output = &'static str>, StartError> {
    let mut terminate = listen_for(SignalKind::terminate()).map_err(StartError::Runtime)?;
    let mut interrupt = listen_for(SignalKind::interrupt()).map_err(StartError::Runtime)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM received",
            _ = interrupt.recv() => "SIGINT received",
        }
    })
}
