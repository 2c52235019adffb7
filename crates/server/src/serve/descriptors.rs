//! How many connections the limit of open files has room for. A server that runs out of them accepts nobody and cannot write
//! its database either: better it refuses some who come.

use rustix::process::{Resource, getrlimit};

/// Files for each connection, to be on the safe side: its socket, and what the server opens for it.
const FILES_EACH: u64 = 4;

/// How many connections the server takes: as many as asked for, or as many as there are files for. Says so if there are fewer
/// files than there should be.
pub(super) fn connections(asked: u32) -> u32 {
    let files = getrlimit(Resource::Nofile).current;
    let wanted = u64::from(asked) * FILES_EACH;
    let taken = room(asked, files);
    if let Some(files) = files.filter(|files| *files < wanted) {
        tracing::warn!(
            "this process may open {files} files, and {asked} connections want {wanted}: taking {taken} at once; raise the \
             limit (LimitNOFILE= of systemd, ulimit -n) or lower SEALPOST_MAX_CONNECTIONS"
        );
    }
    taken
}

/// A fifth of the files is left for everything else. `files` is None where there is no limit.
fn room(asked: u32, files: Option<u64>) -> u32 {
    let Some(files) = files else { return asked };
    let fitting = u32::try_from(files / 5 * 4).unwrap_or(u32::MAX);
    asked.min(fitting.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_the_files_is_for_everything_else() {
        for (files, expected) in [
            (None, 25_000),
            (Some(u64::MAX), 25_000),
            (Some(100_000), 25_000),
            (Some(20_000), 16_000),
            (Some(1_024), 816),
            (Some(3), 1),
        ] {
            assert_eq!(room(25_000, files), expected, "{files:?}");
        }
    }
}
