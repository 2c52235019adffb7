//! A throw-away PostgreSQL cluster from the installed binaries, shared by all tests of a process.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection};

/// `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;
/// Runs the server as a child and waits for the end of its own standard input, which comes when the test process
/// ends in whatever way; then it stops the server and removes the folder. `initdb --no-sync` and this are all the
/// concessions: fsync stays on, as in production.
const KEEPER: &str = r#"
set -e
"$1/initdb" --no-sync --username=sealpost --auth=trust --encoding=UTF8 --locale=C -D "$2/data" >"$2/log" 2>&1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 >>"$2/log" 2>&1 </dev/null &
cat >/dev/null || true
kill -QUIT $! || true
wait || true
rm -rf "$2"
"#;

/// The address of a running cluster, without the name of a database, and the keeper that ends it.
struct Cluster {
    url: Box<dyn Fn(&str) -> String + Send + Sync>,
    _keeper: Option<Child>,
}

/// The URL of database `name` on the cluster that tests share. `None`, said loudly, when there is no PostgreSQL and
/// this is not CI.
pub(super) fn url(name: &str) -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(find_or_start)
        .as_ref()
        .map(|cluster| (cluster.url)(name))
}

fn find_or_start() -> Option<Cluster> {
    if let Ok(base) = std::env::var("TEST_DATABASE_URL") {
        return Some(Cluster {
            url: Box::new(move |name| with_database(&base, name)),
            _keeper: None,
        });
    }
    let Some(binaries) = find_binaries() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must test PostgreSQL: install it, or set TEST_DATABASE_URL"
        );
        eprintln!(
            "!!! no PostgreSQL found: its tests are SKIPPED (install it, or set TEST_DATABASE_URL)"
        );
        return None;
    };
    Some(start(&binaries))
}

/// Puts `name` in place of the database in a `postgres://` URL.
fn with_database(base: &str, name: &str) -> String {
    let (address, query) = base
        .split_once('?')
        .map_or((base, None), |(a, q)| (a, Some(q)));
    let authority_at = address.find("://").map_or(0, |at| at + 3);
    let end = address
        .get(authority_at..)
        .and_then(|rest| rest.find('/'))
        .map_or(address.len(), |at| authority_at + at);
    let address = address.get(..end).unwrap_or(address);
    query.map_or_else(
        || format!("{address}/{name}"),
        |query| format!("{address}/{name}?{query}"),
    )
}

/// The newest installed PostgreSQL that has both programs.
fn find_binaries() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn start(binaries: &Path) -> Cluster {
    let folder = tempfile::Builder::new()
        .prefix("sealpost-pg-")
        .tempdir_in("/tmp")
        .expect("a temporary folder")
        .keep();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(KEEPER)
        .arg("keeper")
        .arg(binaries)
        .arg(&folder);
    if std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
    {
        std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY))
            .expect("root may give the folder away");
        command.uid(NOBODY).gid(NOBODY);
    }
    let keeper = command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let socket = folder
        .to_str()
        .expect("the temporary folder's path is UTF-8")
        .to_owned();
    let cluster = Cluster {
        url: Box::new(move |name| format!("postgres:///{name}?host={socket}&user=sealpost")),
        _keeper: Some(keeper),
    };
    wait_until_ready(&cluster, &folder);
    cluster
}

fn wait_until_ready(cluster: &Cluster, folder: &Path) {
    let began = Instant::now();
    while let Err(error) = PgConnection::establish(&(cluster.url)("postgres")) {
        if began.elapsed() > Duration::from_secs(60) {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("PostgreSQL did not start: {error}\n{log}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_is_replaced_in_every_form_of_url() {
        for (base, expected) in [
            ("postgres://u:p@h:5/old", "postgres://u:p@h:5/new"),
            ("postgres://h", "postgres://h/new"),
            ("postgres:///old?host=/tmp/x", "postgres:///new?host=/tmp/x"),
        ] {
            assert_eq!(with_database(base, "new"), expected);
        }
    }
}
