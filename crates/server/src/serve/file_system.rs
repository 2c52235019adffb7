//! Where a SQLite database may not rest: on a file system that another machine serves. SQLite's WAL needs shared memory and locks
//! that these do not keep, and a database there is damaged sooner or later.

use std::path::Path;

use crate::StartError;

/// What `statfs(2)` says of file systems that are reached over a network, and how they are called.
const NETWORK: [(i128, &str); 9] = [
    (0x6969, "NFS"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x517B, "SMB"),
    (0x5346_414F, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00C3_6400, "Ceph"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
];

/// Refuses a database file whose folder lies on such a file system. Where nobody can tell, nothing is refused.
///
/// # Errors
/// [`StartError::NetworkFileSystem`].
pub(super) fn refuse_network(database: &Path) -> Result<(), StartError> {
    let folder = database.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or_else(|| Path::new("."));
    match kind(folder).and_then(network_name) {
        Some(name) => Err(StartError::NetworkFileSystem {
            path: database.to_owned(),
            name,
        }),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn kind(folder: &Path) -> Option<i128> {
    let stat = rustix::fs::statfs(folder).ok()?;
    // 32 bits that some machines call signed.
    Some(i128::from(stat.f_type) & 0xFFFF_FFFF)
}

#[cfg(not(target_os = "linux"))]
fn kind(_: &Path) -> Option<i128> {
    None
}

fn network_name(kind: i128) -> Option<&'static str> {
    let mut known = NETWORK.iter();
    known
        .find(|(magic, _)| *magic == kind)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_on_a_file_server_is_refused_and_one_on_a_disk_is_not() {
        for (kind, name) in [
            (0x6969, Some("NFS")),
            (0xFF53_4D42, Some("CIFS")),
            (0xEF53, None),
        ] {
            assert_eq!(network_name(kind), name);
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(refuse_network(&folder.path().join("sealpost.db")).is_ok());
        assert!(refuse_network(Path::new("sealpost.db")).is_ok());
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        let refusal = StartError::NetworkFileSystem {
            path: "/net/data/sealpost.db".into(),
            name: "NFS",
        };
        let told = refusal.to_string();
        assert!(told.contains("/net/data/sealpost.db lies on NFS"), "{told}");
        assert!(told.contains("SEALPOST_DATABASE_URL"), "{told}");
    }
}
