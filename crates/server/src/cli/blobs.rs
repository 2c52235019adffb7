//! `sealpost blobs …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::run::{REFUSED, refuse};
use crate::admin::channel::{Channel, ChannelError};
use crate::admin::wire::{Answer, Request, Verified};
use crate::config::{ByteSize, Config, InvalidByteSize};
use crate::console;

/// What can be done with the stored bytes of files.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum BlobsCommand {
    /// Read every stored file again: whether all of it is there, is what was written, and opens.
    ///
    /// Names each damaged file and its owner, and ends with exit code 1 if there is one. Nothing is changed. It can be broken off
    /// and taken up again with --after.
    Verify {
        /// Read at most so much in a second: bytes, or with KiB, MiB, GiB.
        #[arg(long, value_name = "SIZE", value_parser = size)]
        rate: Option<u64>,
        /// Begin behind the file with this id.
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
}

fn size(text: &str) -> Result<u64, InvalidByteSize> {
    text.parse().map(ByteSize::bytes)
}

/// Carries one out.
pub(super) async fn run(command: BlobsCommand, config: &Config, json: bool) -> ExitCode {
    let BlobsCommand::Verify { rate, after } = command;
    let mut done = Done::default();
    match verify(config, rate, after.clone(), json, &mut done).await {
        Ok(()) => {
            done.tell(json);
            if done.damaged == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(REFUSED)
            }
        }
        Err(error) => {
            if let Some(after) = done.after.or(after).filter(|_| !json) {
                console::say(&format!("To go on from here: --after {after}\n"));
            }
            refuse(&error, json)
        }
    }
}

/// What was read until now.
#[derive(Default)]
struct Done {
    files: u64,
    bytes: u64,
    damaged: u64,
    after: Option<String>,
}

/// Asks stretch by stretch, and tells of each damaged file at once: there may be many.
async fn verify(
    config: &Config,
    rate: Option<u64>,
    mut after: Option<String>,
    json: bool,
    done: &mut Done,
) -> Result<(), ChannelError> {
    let channel = Channel::open(config).await?;
    loop {
        let request = Request::VerifyBlobs {
            after: after.take(),
            bytes_per_second: rate,
        };
        let Answer::Verified(verified) = channel.ask(request).await? else {
            // To another question.
            return Ok(());
        };
        done.add(&verified, json);
        match verified.next {
            Some(next) => {
                done.after = Some(next.clone());
                after = Some(next);
            }
            None => return Ok(()),
        }
    }
}

impl Done {
    fn add(&mut self, verified: &Verified, json: bool) {
        self.files += verified.files;
        self.bytes += verified.bytes;
        for file in &verified.damaged {
            self.damaged += 1;
            let line = if json {
                format!("{}\n", json!({"damaged": file}))
            } else {
                format!(
                    "{} of {}: {} (blob {})\n",
                    file.id, file.username, file.damage, file.blob
                )
            };
            console::say(&line);
        }
    }

    fn tell(&self, json: bool) {
        let (files, bytes, damaged) = (self.files, self.bytes, self.damaged);
        let line = if json {
            json!({"files": files, "bytes": bytes, "damaged_files": damaged}).to_string()
        } else {
            format!("{files} files with {bytes} bytes were read; damaged: {damaged}")
        };
        console::say(&(line + "\n"));
    }
}
