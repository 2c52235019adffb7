//! `sealpost demo`: the main job as a play. A real server in a temporary folder, two people on the SDK over real HTTP,
//! and a look into the database in between.

mod error;
mod evidence;
mod file;
mod play;
mod tell;
mod web;

use std::ffi::OsString;
use std::path::Path;

use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::config::{self, Config, Environment};
use crate::{logging, serve};
pub(crate) use error::DemoError;
use evidence::Evidence;

/// Plays, and removes everything afterwards. With `file`, that is stored and read back too. The server's own configuration
/// plays no part.
pub(crate) async fn run(file: Option<&Path>) -> Result<(), DemoError> {
    let folder = folder()?;
    let play = async |url: String| {
        let evidence = Evidence::open(configuration(folder.path())?).await?;
        play::play(&url, &evidence, file).await
    };
    let played = in_folder(folder.path(), play).await;
    // Even if the play failed.
    let removed = folder.close();
    played?;
    removed?;
    tell::done();
    Ok(())
}

/// Lets two people have talked to each other, and serves them in the browser until somebody presses Ctrl-C; removes
/// everything afterwards.
pub(crate) async fn serve_two() -> Result<(), DemoError> {
    let folder = folder()?;
    let played = in_folder(folder.path(), async |url: String| {
        web::set_the_scene(&url).await?;
        // Until the server is told to end.
        std::future::pending().await
    });
    let played = played.await;
    folder.close()?;
    match played {
        Err(DemoError::Interrupted) => {
            tell::done();
            Ok(())
        }
        played => played,
    }
}

fn folder() -> Result<TempDir, DemoError> {
    let folder = tempfile::Builder::new()
        .prefix("sealpost-demo-")
        .tempdir()?;
    Ok(folder)
}

async fn in_folder(
    folder: &Path,
    play: impl AsyncFnOnce(String) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    let config = configuration(folder)?;
    logging::init(&config.log);
    let (listening, address) = oneshot::channel();
    let (over, end) = oneshot::channel::<()>();
    let mut serving = Box::pin(serve::run_until(
        config,
        |config, bound| {
            let _nobody_waits_if_the_play_is_off =
                listening.send(config.public_url(bound.first).to_string());
        },
        || {
            let signal = serve::shutdown::signal()?;
            Ok(async move {
                tokio::select! {
                    signal = signal => signal,
                    _ = end => "the play is over",
                }
            })
        },
    ));
    let playing = Box::pin(async {
        let url = address.await.map_err(|_| DemoError::Interrupted)?;
        play(url).await
    });
    let played = tokio::select! {
        ended = &mut serving => {
            ended?;
            Err(DemoError::Interrupted)
        }
        played = playing => played,
    };
    let _the_server_has_ended = over.send(());
    // Nothing is left to serve if it has ended already.
    if !matches!(played, Err(DemoError::Interrupted)) {
        serving.await?;
    }
    played
}

/// A server on a free port of this machine, with everything in `folder`.
fn configuration(folder: &Path) -> Result<Config, DemoError> {
    let variable = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let data_dir = (OsString::from("SEALPOST_DATA_DIR"), folder.into());
    let environment = Environment::new([
        variable("SEALPOST_LISTEN", "127.0.0.1:0"),
        variable("SEALPOST_LOG", "warn"),
        // Two people, whatever the limit of open files.
        variable("SEALPOST_MAX_CONNECTIONS", "50"),
        data_dir,
    ])?;
    Ok(config::load(None, &environment)?.config)
}
