//! The sequence from a configuration to a running server and its end.

use crate::config::{BlobsUrl, Config};
use crate::serve::{DataDir, bind, greeting, listen, shutdown};
use crate::{StartError, console};

/// Serves until the process is told to end (SIGTERM or SIGINT).
///
/// # Errors
/// [`StartError`] when it cannot start. Nothing has been served then.
pub async fn run(config: Config) -> Result<(), StartError> {
    if matches!(config.blobs_url, BlobsUrl::S3 { .. }) {
        return Err(StartError::NotBuilt {
            what: "file storage on S3",
            instead: "set SEALPOST_BLOBS_URL to file://DIR",
        });
    }
    let data_dir = DataDir::open(&config.data_dir)?;
    if let Some(mode) = data_dir.mode_open_to_others() {
        let path = data_dir.path().display();
        tracing::warn!("data folder {path} is open to others (mode {mode:o}): chmod 700 {path}");
    }
    let bound = bind(&config)?;
    if let Some(listener) = listen::exposed(&config) {
        tracing::warn!(
            "listening on {listener}, which other machines can reach, in clear and with no trusted proxy: put a \
             proxy that ends TLS in front and name its network in SEALPOST_TRUSTED_PROXIES (else everybody behind \
             it shares one throttle)"
        );
    }
    let end = shutdown::signal()?;
    console::say(&greeting::text(&config, &bound));
    let signal = end.await;
    tracing::info!("{signal} received, ending");
    Ok(())
}
