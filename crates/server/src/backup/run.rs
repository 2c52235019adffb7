//! Carries the commands out and says what came of it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::create::{Created, create};
use super::restore::{Restored, restore};
use super::verify::{Verified, verify};
use super::{BackupError, manifest::Manifest};
use crate::cli::BackupCommand;
use crate::config::Config;
use crate::console;
use crate::serve::load_existing_key;

/// Exit code when it did not work, or the backup is not good.
const FAILED: u8 = 1;

/// Carries a command out.
pub(crate) async fn run(command: BackupCommand, config: Config) -> ExitCode {
    let as_json = command.json();
    let outcome = match command {
        BackupCommand::Backup {
            folder, dump, keep, ..
        } => back_up(config, folder, dump, keep).await,
        BackupCommand::Verify {
            folder, snapshot, ..
        } => check(config, folder, snapshot).await,
        BackupCommand::Restore {
            folder, snapshot, ..
        } => restore(&Arc::new(config), folder, snapshot)
            .await
            .map(|restored| restored_words(&restored)),
    };
    match outcome {
        Ok((words, _)) if !as_json => console::say(&words),
        Ok((_, value)) => console::say(&format!("{value:#}\n")),
        Err(error) => {
            if as_json {
                console::say(&format!(
                    "{:#}\n",
                    json!({"error": {"detail": error.to_string()}})
                ));
            } else {
                console::complain(&error);
            }
            return ExitCode::from(FAILED);
        }
    }
    ExitCode::SUCCESS
}

/// The same for people and for programs.
type Words = (String, Value);

async fn back_up(
    config: Config,
    folder: PathBuf,
    dump: Option<PathBuf>,
    keep: Option<u16>,
) -> Result<Words, BackupError> {
    let made =
        spawn_blocking(move || create(&config, &folder, dump.as_deref(), keep.map(usize::from)))
            .await??;
    Ok(created_words(&made))
}

async fn check(
    config: Config,
    folder: PathBuf,
    snapshot: Option<String>,
) -> Result<Words, BackupError> {
    // Whoever checks on another machine may not have the key there.
    let path = crate::serve::master_key_path(&config.master_key);
    let is_there = path.is_none_or(|path| path.exists());
    let keyring = is_there
        .then(|| load_existing_key(&config.master_key))
        .transpose()?;
    let checked =
        spawn_blocking(move || verify(&folder, snapshot.as_deref(), keyring.as_ref())).await??;
    if checked.opens == Some(false) {
        return Err(sealpost_domain::installation::InstallationError::WrongMasterKey.into());
    }
    Ok(verified_words(&checked))
}

fn described(manifest: &Manifest) -> Value {
    // Values of our own always serialize.
    serde_json::to_value(manifest).unwrap_or_default()
}

fn created_words(made: &Created) -> Words {
    let path = made.path.display().to_string();
    let words = format!(
        "Snapshot {path}\n{} blobs, {} of them new ({} bytes). Master keys that it needs: {}. Keep them elsewhere.\n",
        made.manifest.blobs.count,
        made.new_blobs,
        made.new_bytes,
        keys(&made.manifest),
    );
    let value = json!({
        "snapshot": path,
        "new_blobs": made.new_blobs,
        "new_bytes": made.new_bytes,
        "snapshots_removed": made.removed,
        "manifest": described(&made.manifest),
    });
    (words, value)
}

fn verified_words(checked: &Verified) -> Words {
    let path = checked.snapshot.path.display().to_string();
    let key = match checked.opens {
        Some(_) if checked.missing_keys.is_empty() => "The master keys open it.".to_owned(),
        Some(_) => format!("Keys are missing: {}.", checked.missing_keys.join(", ")),
        None => "The master key was not tried.".to_owned(),
    };
    let words = format!(
        "Snapshot {path} is whole: {} blobs of {} bytes.\n{key}\n",
        checked.snapshot.manifest.blobs.count, checked.snapshot.manifest.blobs.bytes,
    );
    let value = json!({
        "snapshot": path,
        "opens": checked.opens,
        "missing_keys": checked.missing_keys,
        "manifest": described(&checked.snapshot.manifest),
    });
    (words, value)
}

fn restored_words(restored: &Restored) -> Words {
    let path = restored.snapshot.display().to_string();
    let words = format!(
        "Restored {path}: {} blobs. {} files were deleted while it was made, and are again. {} sessions were ended: everybody logs in \
         again.\n",
        restored.blobs, restored.deleted, restored.renewed.sessions_ended,
    );
    let value = json!({
        "snapshot": path,
        "blobs": restored.blobs,
        "files_deleted": restored.deleted,
        "sessions_ended": restored.renewed.sessions_ended,
    });
    (words, value)
}

fn keys(manifest: &Manifest) -> String {
    if manifest.master_keys.is_empty() {
        return "see `sealpost keys status`".to_owned();
    }
    manifest.master_keys.join(", ")
}
