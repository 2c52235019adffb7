//! What the server does of its own accord about files.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, gauge};
use sealpost_domain::files::{CheckedFiles, DamagedFile, Files};
use sealpost_domain::uploads::{SweptUploads, Uploads};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::pace::Steady;

/// How often the queue of deletions is looked at.
const DELETIONS_EVERY: Duration = Duration::from_secs(5);
/// How often all blobs and all rows are compared.
const ORPHANS_EVERY: Duration = Duration::from_secs(60 * 60);
/// How often expired uploads are looked for.
const UPLOADS_EVERY: Duration = Duration::from_secs(60);
/// At every how many of these times all growing blobs are gone through.
const GROWING_EVERY: u32 = 60;
/// How fast files are read again at night, in bytes a second: far slower than a disk.
const SCRUB_RATE: u64 = 16 * 1024 * 1024;
/// How often it is asked whether there is something to read again.
const SCRUB_EVERY: Duration = Duration::from_secs(5 * 60);

/// Tells the recorder what the metrics are.
pub(super) fn describe() {
    describe_counter!(
        "sealpost_blob_deletions_total",
        "Tries to remove the blob of a deleted file, by outcome"
    );
    describe_gauge!(
        "sealpost_blob_deletions_waiting",
        "Deleted files whose blob is not yet removed"
    );
    describe_gauge!(
        "sealpost_blob_deletions_failing",
        "Those of them that were tried and failed"
    );
    describe_gauge!(
        "sealpost_blob_deletions_oldest_seconds",
        "How long ago the oldest of them was deleted"
    );
    describe_gauge!(
        "sealpost_blobs_missing",
        "Files without a blob, as of the last comparison of all"
    );
    describe_counter!(
        "sealpost_scrubbed_files_total",
        "Files that were read again, by outcome"
    );
    describe_counter!(
        "sealpost_scrubbed_bytes_total",
        "Bytes that were read again"
    );
}

/// Removes what is left of deleted files. Runs until it is dropped.
pub(super) async fn finish_deletions(files: Files) {
    let mut ticks = interval(DELETIONS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match files.finish_deletions().await {
            Ok(finished) => {
                counter!("sealpost_blob_deletions_total", "outcome" => "done")
                    .increment(finished.done);
                counter!("sealpost_blob_deletions_total", "outcome" => "failed")
                    .increment(finished.failed);
                if let Some(reason) = finished.reason {
                    let failed = finished.failed;
                    tracing::warn!(failed, reason, "blobs of deleted files are not removed yet");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot look at the queue of deletions; trying again in five seconds");
            }
        }
    }
}

/// Gives up uploads that nobody goes on with, and goes through all growing blobs at the start and every hour. Runs until it is
/// dropped.
pub(super) async fn give_up_uploads(uploads: Uploads) {
    let mut ticks = interval(UPLOADS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0_u32.. {
        ticks.tick().await;
        let swept = if number.is_multiple_of(GROWING_EVERY) {
            uploads.sweep().await
        } else {
            let expired = uploads.expire().await;
            expired.map(|expired| SweptUploads {
                expired,
                orphans: 0,
            })
        };
        match swept {
            Ok(swept) if swept == SweptUploads::default() => {}
            Ok(SweptUploads { expired, orphans }) => {
                tracing::info!(expired, orphans, "gave up unfinished uploads");
            }
            Err(error) => {
                tracing::warn!(%error, "cannot give up unfinished uploads; trying again in a minute");
            }
        }
    }
}

/// Goes through all blobs and all rows at the start and every hour. Runs until it is dropped.
pub(super) async fn find_orphans(files: Files) {
    let mut ticks = interval(ORPHANS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match files.sweep().await {
            Ok(swept) => {
                gauge!("sealpost_blobs_missing")
                    .set(u32::try_from(swept.missing).unwrap_or(u32::MAX));
                swept.named.iter().for_each(report);
                if swept.orphans > 0 {
                    tracing::info!(blobs = swept.orphans, "removed blobs without a file");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot compare blobs and files; trying again in an hour");
            }
        }
    }
}

/// Reads a part of all files again each night, so that each has had its turn in `nights`. Runs until it is dropped.
pub(super) async fn scrub(files: Files, nights: u32) {
    let pace = Steady::at(Some(SCRUB_RATE));
    loop {
        match files.scrub(nights, &pace).await {
            Ok(Some(checked)) => count(&checked),
            Ok(None) => sleep(SCRUB_EVERY).await,
            Err(error) => {
                tracing::warn!(%error, "cannot read files again; trying again in five minutes");
                sleep(SCRUB_EVERY).await;
            }
        }
    }
}

fn count(checked: &CheckedFiles) {
    let damaged = u64::try_from(checked.damaged.len()).unwrap_or(0);
    counter!("sealpost_scrubbed_files_total", "outcome" => "sound")
        .increment(checked.files.saturating_sub(damaged));
    counter!("sealpost_scrubbed_files_total", "outcome" => "damaged").increment(damaged);
    counter!("sealpost_scrubbed_bytes_total").increment(checked.bytes);
    checked.damaged.iter().for_each(report);
}

fn report(file: &DamagedFile) {
    tracing::error!(
        file = %file.id,
        account = %file.owner,
        blob = %file.blob,
        damage = file.damage.name(),
        "a stored file is damaged: see docs/operations/files.md"
    );
}
