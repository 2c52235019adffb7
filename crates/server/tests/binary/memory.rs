//! Large files go through little memory.

use std::time::Duration;

use crate::files::{MIB, Person, streamed};
use crate::support::{Database, Server, Site};

/// How large a file, in MiB, in fours; the issue asks for 1,024.
fn size() -> usize {
    let said = std::env::var("SEALPOST_LARGE_MIB").ok();
    said.map_or(128, |text| text.parse().unwrap())
}

/// How much more memory the server may take, in KiB.
const MOST: usize = 16 * 1024;

/// The resident memory of the process, in KiB.
fn resident(server: &Server) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_through_little_memory() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let alice = Person::register(&server).await;
    // Once, so that what every first time takes is there. Hashing a password took some, too.
    alice
        .upload(server.url("/v1/files"), streamed(4, Duration::ZERO))
        .await
        .unwrap();
    let (before, size) = (resident(&server), size());
    let upload = alice.upload(server.url("/v1/files"), streamed(size, Duration::ZERO));
    let (stored, up) = watched(&server, upload).await;
    let stored = stored.unwrap();
    let place = server.url(&format!(
        "/v1/files/{}/content",
        stored["id"].as_str().unwrap()
    ));
    let download = async {
        let mut response = alice.get(place, None).await;
        let mut came = 0;
        while let Some(piece) = response.chunk().await.unwrap() {
            came += piece.len();
        }
        came
    };
    let (came, down) = watched(&server, download).await;
    assert_eq!(came, size * MIB);
    let (up, down) = (up.saturating_sub(before), down.saturating_sub(before));
    println!("{size} MiB: resident memory grew by {up} KiB going up and by {down} KiB coming down");
    assert!(up <= MOST && down <= MOST, "{up} KiB up, {down} KiB down");
    let upload = alice.upload_in_parts(&server, 4, size / 4);
    let ((), parts) = watched(&server, upload).await;
    let parts = parts.saturating_sub(before);
    println!("{size} MiB in four parts: resident memory grew by {parts} KiB");
    assert!(parts <= MOST, "{parts} KiB");
}

/// What came of it, and the most resident memory meanwhile.
async fn watched<T>(server: &Server, work: impl Future<Output = T>) -> (T, usize) {
    let mut work = std::pin::pin!(work);
    let mut most = 0;
    loop {
        let tick = tokio::time::sleep(Duration::from_millis(5));
        tokio::select! {
            outcome = &mut work => return (outcome, most.max(resident(server))),
            () = tick => most = most.max(resident(server)),
        }
    }
}
