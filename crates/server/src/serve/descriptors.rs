//! How many connections the limit of open files has room for. A server that runs out of them accepts nobody and cannot write
//! its database either: better it refuses some who come.

use rustix::process::{Resource, getrlimit};

/// Files for each connection: its socket, and its share of what the server opens for it, of files that are read and written,
/// and of the database.
const FILES_EACH: u64 = 4;

/// How many connections the server takes: as many as asked for, or as many as there are files for.
pub(super) fn connections(asked: u32) -> u32 {
    let files = getrlimit(Resource::Nofile).current;
    let room = room(asked, files);
    if room < asked {
        let wanted = u64::from(asked) * FILES_EACH;
        tracing::warn!(
            "taking {room} connections at once and not {asked}: this process may open {} files; raise its limit to \
             {wanted} (LimitNOFILE= of systemd, ulimit -n), or set SEALPOST_MAX_CONNECTIONS={room}",
            files.unwrap_or_default()
        );
    }
    room
}

/// `files` is None where there is no limit.
fn room(asked: u32, files: Option<u64>) -> u32 {
    let Some(files) = files else { return asked };
    let fitting = u32::try_from(files / FILES_EACH).unwrap_or(u32::MAX);
    asked.min(fitting.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_files_are_for_connections() {
        for (files, expected) in [
            (None, 25_000),
            (Some(u64::MAX), 25_000),
            (Some(100_000), 25_000),
            (Some(99_999), 24_999),
            (Some(1_024), 256),
            (Some(3), 1),
        ] {
            assert_eq!(room(25_000, files), expected, "{files:?}");
        }
    }
}
