//! The load generator: drives a server through the SDK, one phase after another, and says what each cost.
//!
//! For each phase it prints one JSON object, and at the end a table in Markdown. The figure that counts is the server's CPU
//! seconds per 1,000 operations: machines are shared and differ, and a rate says as much about the generator as about the
//! server. A phase in which the generator, or somebody else, was the bottleneck says so and is not `valid`.
//!
//! Where to start reading:
//! - `phases`: what is measured. It must know nothing of the server but its API and its process id;
//! - `setup`: the servers and databases that are started for it;
//! - `seed`: how a database is filled. It knows the store, and writes what the server would have written;
//! - `bounds`: the libraries below the server without the server.

mod bounds;
mod error;
mod facts;
mod load;
mod measure;
mod options;
mod phases;
mod processes;
mod report;
mod seed;
mod setup;

use std::process::ExitCode;

use clap::Parser as _;

use error::BenchError;
use options::{Command, Options};

fn main() -> ExitCode {
    let options = Options::parse();
    let ran = match options.command {
        // It brings its own runtime.
        Some(Command::BoundServer) => bounds::serve(),
        command => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(BenchError::from)
            .and_then(|runtime| {
                runtime.block_on(async {
                    match command {
                        Some(Command::Seed(options)) => setup::seed_folder(&options).await,
                        Some(Command::Growth(options)) => measure::growth(&options).await,
                        _ => measure::run(&options.run).await,
                    }
                })
            }),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&error);
            ExitCode::FAILURE
        }
    }
}
