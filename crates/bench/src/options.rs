use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::phases::Kind;

/// Measures a Sealpost server.
///
/// Without --url it starts servers of its own, in temporary folders, without request limits.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Each operation on a large database beside a small one: what grows with the number of rows?
    Growth(GrowthOptions),
    /// Fills the database of a new data folder, so that a server can be started on it.
    Seed(SeedOptions),
    /// Serves what the lower bounds over HTTP are measured against. Started by the bench itself.
    #[command(hide = true)]
    BoundServer,
}

/// How thoroughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// About two minutes for one set-up: 2 seconds a phase, 1,000 sockets, a file of 256 MiB.
    Quick,
    /// What goes into docs/performance.md: 3 seconds a phase, 10,000 sockets, a file of 1 GiB.
    Full,
}

/// A database to measure on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// A file of the server's own.
    Sqlite,
    /// A throw-away cluster that the bench starts from the installed programs. Its CPU time counts with the server's.
    Postgres,
}

/// Which programs, on what.
#[derive(Debug, Clone, Args)]
pub(crate) struct SetupOptions {
    /// The server program; the one beside this program unless said otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) server_binary: Option<PathBuf>,
    /// Another server program, on the same databases: each run measures both, and the table ends with the ratios.
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// On which databases.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sqlite")]
    pub(crate) on: Vec<Engine>,
}

/// What is done in each phase.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadOptions {
    /// How thoroughly. The options below change single numbers of it.
    #[arg(long, value_enum, default_value = "quick")]
    pub(crate) profile: Profile,
    /// How long each phase runs, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time: Option<Duration>,
    /// How often everything is measured; the table has the medians. Idle sockets and the large file are measured once.
    #[arg(long, default_value = "1")]
    pub(crate) runs: std::num::NonZeroUsize,
    /// How many send at the same time: a phase for each number.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) senders: Vec<usize>,
    /// How many are in a group that one message goes to: a phase for each number.
    #[arg(long, value_delimiter = ',', default_value = "100")]
    pub(crate) members: Vec<usize>,
    /// How many WebSockets are open while nothing happens. Both programs need as many open files (`ulimit -n`).
    #[arg(long)]
    pub(crate) sockets: Option<usize>,
    /// How long the body of a message is, in bytes.
    #[arg(long, default_value_t = 512)]
    pub(crate) body: usize,
    /// These phases only.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Kind>,
}

impl LoadOptions {
    /// How long each phase runs.
    pub(crate) fn time(&self) -> Duration {
        self.time.unwrap_or(match self.profile {
            Profile::Quick => Duration::from_secs(2),
            Profile::Full => Duration::from_secs(3),
        })
    }

    /// How many WebSockets are open while nothing happens.
    pub(crate) fn sockets(&self) -> usize {
        self.sockets.unwrap_or(match self.profile {
            Profile::Quick => 1_000,
            Profile::Full => 10_000,
        })
    }

    /// Until what the opening of sockets cost has settled, and half of how long they are watched.
    pub(crate) fn settling(&self) -> Duration {
        match self.profile {
            Profile::Quick => Duration::from_secs(3),
            Profile::Full => Duration::from_secs(8),
        }
    }

    /// The size of the large file in MiB.
    pub(crate) fn large_file(&self) -> usize {
        match self.profile {
            Profile::Quick => 256,
            Profile::Full => 1024,
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub(crate) setup: SetupOptions,
    /// The PostgreSQL database the server is to use (an empty one) instead of those of --on.
    #[arg(
        long,
        value_name = "URL",
        env = "BENCH_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    /// A server that runs already. It must be started with SEALPOST_LIMITS=off.
    #[arg(long, value_name = "URL", conflicts_with_all = ["server_binary", "database_url", "on", "against"])]
    pub(crate) url: Option<String>,
    /// The process id of the server at --url, to count its CPU time and memory.
    #[arg(long, requires = "url")]
    pub(crate) pid: Option<u32>,
    /// The first process of the PostgreSQL server of --database-url or --url (the first line of its postmaster.pid), to
    /// count its CPU time with the server's; without it the database counts as other load.
    #[arg(long, value_name = "PID")]
    pub(crate) database_pid: Option<u32>,
    #[command(flatten)]
    pub(crate) load: LoadOptions,
}

/// How many rows.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct SizeOptions {
    /// Accounts of the large database.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) accounts: u32,
    /// Conversations of two; at most twice as many as accounts.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) conversations: u32,
    /// Messages. A fifth of them is one long conversation.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) messages: u32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct GrowthOptions {
    #[command(flatten)]
    pub(crate) setup: SetupOptions,
    #[command(flatten)]
    pub(crate) sizes: SizeOptions,
    /// How many times fewer of everything the small database has.
    #[arg(long, default_value_t = 10)]
    pub(crate) factor: u32,
    #[command(flatten)]
    pub(crate) load: LoadOptions,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SeedOptions {
    /// The server program; the one beside this program unless said otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) server_binary: Option<PathBuf>,
    /// Where the server's data is to be: no server may run on it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: PathBuf,
    /// The PostgreSQL database to fill; a SQLite file in the data folder unless said otherwise.
    #[arg(
        long,
        value_name = "URL",
        env = "BENCH_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    #[command(flatten)]
    pub(crate) sizes: SizeOptions,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds() {
        Options::command().debug_assert();
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(seconds("-1").is_err());
    }

    #[test]
    fn a_profile_gives_way_to_single_numbers() {
        let options = |text: &str| Options::parse_from(text.split(' ')).run.load;
        let quick = options("bench --only send");
        assert_eq!(
            (quick.time(), quick.sockets()),
            (Duration::from_secs(2), 1_000)
        );
        let full = options("bench --profile full --sockets 5");
        assert_eq!((full.time(), full.sockets()), (Duration::from_secs(3), 5));
    }
}
