//! The load generator: drives a server through the SDK, one phase after another, and says what each cost.
//!
//! For each phase it prints one JSON object, and at the end a table. The figure that counts is the server's CPU seconds
//! per 1,000 operations: machines are shared and differ, and a rate says as much about the generator as about the
//! server. A phase in which the generator, or somebody else, was the bottleneck says so in `bottleneck`.
//!
//! It must know nothing of the server but its API and its process id. Where to start reading: `phases`.

mod error;
mod load;
mod options;
mod phases;
mod processes;
mod report;
mod target;

use std::process::ExitCode;

use clap::Parser as _;

use error::BenchError;
use options::Options;
use target::Target;

fn main() -> ExitCode {
    let options = Options::parse();
    let ran = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(BenchError::from)
        .and_then(|runtime| runtime.block_on(run(&options)));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), BenchError> {
    let target = Target::start(options).await?;
    let reports = phases::run(&target, options).await?;
    report::table(&reports);
    target.stop().await
}
