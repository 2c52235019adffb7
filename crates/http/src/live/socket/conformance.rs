//! The cases of the Autobahn test suite, run by `kosoku` (from PyPI) against the code that reads and writes our frames.
//!
//! The suite wants everything echoed, and our sockets speak a protocol of their own. So a server that echoes is made here, of
//! [`Incoming`] and [`Outgoing`] as every socket has them; only the sizes are larger, since the suite sends up to 16 MiB.

use std::path::{Path, PathBuf};
use std::process::Command;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

use super::ending::{Ending, too_slow};
use super::frames::{FrameLimits, Received};
use super::incoming::Incoming;
use super::outgoing::{Outgoing, channel_within};
use crate::v1::ws::accept;

/// More than the suite sends at once.
const LARGEST: usize = 17 * 1024 * 1024;
/// Frames, pings, reserved bits, opcodes, fragments, UTF-8, the end, large messages, and one of everything.
const CASES: [&str; 9] = [
    "1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*",
];

/// Answers every message with itself.
async fn echo(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Ok(mut switch) = accept(request.head()) else {
        return HttpResponse::BadRequest().finish();
    };
    let (outgoing, body) = channel_within(2 * LARGEST);
    let limits = FrameLimits {
        frame: LARGEST,
        message: LARGEST,
    };
    let mut incoming = Incoming::new(payload, limits);
    actix_web::rt::spawn(async move {
        let ending = loop {
            if let Err(ending) = answer(&mut incoming, &outgoing).await {
                break ending;
            }
        };
        if ending != Ending::Lost {
            outgoing.close(ending.reason(), ending.discards()).await;
        }
    });
    switch
        .message_body(body)
        .unwrap()
        .map_into_boxed_body()
        .into()
}

async fn answer(incoming: &mut Incoming, outgoing: &Outgoing) -> Result<(), Ending> {
    outgoing.room().await;
    match incoming.next().await? {
        Received::Text(text) => outgoing.text(&text).map_err(too_slow),
        Received::Binary(data) => outgoing.binary(&data).map_err(too_slow),
        Received::Ping(payload) => outgoing.pong(&payload).map_err(too_slow),
        Received::Sign => Ok(()),
        Received::Close(code) => Err(Ending::Asked(code)),
    }
}

/// The suite's runner; None, said loudly, where there is none and this is not CI.
fn runner() -> Option<PathBuf> {
    let path = std::env::var_os("KOSOKU").map_or_else(|| PathBuf::from("kosoku"), PathBuf::from);
    if Command::new(&path).arg("--help").output().is_ok() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test: pip install kosoku"
    );
    eprintln!("!!! no kosoku (pip install kosoku, or set KOSOKU): the test is SKIPPED");
    None
}

/// What the runner's report says of each case.
fn report(folder: &Path) -> Vec<(String, String, String)> {
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let agents = index.as_object().unwrap().values();
    let cases = agents.flat_map(|agent| agent.as_object().unwrap());
    cases
        .map(|(case, found)| {
            let text = |name: &str| found[name].as_str().unwrap().to_owned();
            (case.clone(), text("behavior"), text("behaviorClose"))
        })
        .collect()
}

#[test]
#[ignore = "half a minute, and wants kosoku: just full"]
fn every_case_of_the_suite_is_passed() {
    let Some(runner) = runner() else { return };
    let server = actix_web::rt::System::new();
    let (address, handle) = server.block_on(async {
        let server = HttpServer::new(|| App::new().default_service(web::to(echo)))
            .workers(2)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
        let address = *server.addrs().first().unwrap();
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        (address, handle)
    });
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(runner);
    command
        .arg(address.to_string())
        .arg("-o")
        .arg(folder.path());
    for case in CASES {
        command.args(["-i", case]);
    }
    // The runner waits for the server, which lives on this thread.
    let ran = std::thread::spawn(move || command.output().unwrap());
    let ran = server.block_on(async move {
        while !ran.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        handle.stop(false).await;
        ran.join().unwrap()
    });
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(folder.path().join("index.json").exists(), "{said}");
    let cases = report(folder.path());
    let count = |what: &str| cases.iter().filter(|(_, found, _)| found == what).count();
    println!(
        "{} cases: {} ok, {} non-strict, {} informational",
        cases.len(),
        count("OK"),
        count("NON-STRICT"),
        count("INFORMATIONAL")
    );
    let good = ["OK", "NON-STRICT", "INFORMATIONAL"];
    let failed: Vec<_> = cases
        .iter()
        .filter(|(_, found, end)| {
            !good.contains(&found.as_str()) || !["OK", "INFORMATIONAL"].contains(&end.as_str())
        })
        .collect();
    assert!(
        failed.is_empty() && cases.len() > 290,
        "{} {failed:#?}",
        cases.len()
    );
}
