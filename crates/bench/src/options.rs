use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::phases::Kind;

/// Measures a Sealpost server.
///
/// Without --url it starts a server of its own, in a temporary folder, without request limits.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Options {
    /// The server program; the one beside this program unless said otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) server_binary: Option<PathBuf>,
    /// The PostgreSQL database the server is to use (an empty one); SQLite unless said otherwise.
    #[arg(
        long,
        value_name = "URL",
        env = "BENCH_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    /// A server that runs already. It must be started with SEALPOST_LIMITS=off.
    #[arg(long, value_name = "URL", conflicts_with_all = ["server_binary", "database_url"])]
    pub(crate) url: Option<String>,
    /// The process id of the server at --url, to count its CPU time and memory.
    #[arg(long, requires = "url")]
    pub(crate) pid: Option<u32>,
    /// The first process of that PostgreSQL server (the first line of its postmaster.pid), to count its CPU time with the
    /// server's; without it the database counts as other load.
    #[arg(long, value_name = "PID")]
    pub(crate) database_pid: Option<u32>,
    /// How long each phase runs, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) time: Duration,
    /// How many send at the same time: a phase for each number.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) senders: Vec<usize>,
    /// How many are in a group that one message goes to: a phase for each number.
    #[arg(long, value_delimiter = ',', default_value = "100")]
    pub(crate) members: Vec<usize>,
    /// How many WebSockets are open while nothing happens. Both programs need as many open files (`ulimit -n`).
    #[arg(long, default_value_t = 1_000)]
    pub(crate) sockets: usize,
    /// How long the body of a message is, in bytes.
    #[arg(long, default_value_t = 512)]
    pub(crate) body: usize,
    /// These phases only.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Kind>,
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
}
