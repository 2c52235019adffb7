//! What the machine is like, for whoever reads the figures.

use std::fs;

/// One line. It names no host and no path.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor".to_owned(), |(_, name)| {
            name.trim().to_owned()
        });
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cores} cores ({processor}), {} GiB of memory, Linux {}, temporary folder on {}",
        memory().unwrap_or(0),
        kernel.trim(),
        filesystem(
            &read("/proc/mounts"),
            &std::env::temp_dir().to_string_lossy()
        )
    )
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// In GiB.
fn memory() -> Option<u64> {
    let info = read("/proc/meminfo");
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes.div_ceil(1024 * 1024))
}

/// The kind of the file system that holds `path`: the one that is mounted nearest to it.
fn filesystem(mounts: &str, path: &str) -> String {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    mounts
        .filter(|(place, _)| path.starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map_or("an unknown file system", |(_, kind)| kind)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_system_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n";
        assert_eq!(filesystem(mounts, "/tmp"), "tmpfs");
        assert_eq!(filesystem(mounts, "/srv"), "ext4");
        assert!(memory().is_some());
    }
}
