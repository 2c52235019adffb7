//! What the process does to itself before it holds a secret.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Makes all new files private, forbids core dumps and (on Linux) other processes of this user to look into our memory,
/// and allows as many open files as the system lets us. Returns what did not succeed, for the log: none of it is a
/// reason not to start.
pub(crate) fn harden() -> Vec<String> {
    umask(Mode::RWXG | Mode::RWXO);
    let no_core = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let files = getrlimit(Resource::Nofile);
    let all_files = Rlimit {
        current: files.maximum,
        maximum: files.maximum,
    };
    [
        setrlimit(Resource::Core, no_core)
            .map_err(|error| format!("core dumps cannot be forbidden: {error}")),
        forbid_looking_in(),
        setrlimit(Resource::Nofile, all_files)
            .map_err(|error| format!("the limit of open files cannot be raised: {error}")),
    ]
    .into_iter()
    .filter_map(Result::err)
    .collect()
}

#[cfg(target_os = "linux")]
fn forbid_looking_in() -> Result<(), String> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("memory cannot be closed to other processes: {error}"))
}

#[cfg(not(target_os = "linux"))]
fn forbid_looking_in() -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_fails_here_and_the_limits_hold() {
        assert_eq!(harden(), Vec::<String>::new());
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        let files = getrlimit(Resource::Nofile);
        assert_eq!(files.current, files.maximum);
    }
}
