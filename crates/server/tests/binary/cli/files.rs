//! Files: there and back, sealed, shared and by link.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Person;
use crate::support::{Database, Server, Site, databases, found_in_files, free_address};

/// What no server's folder may hold.
const CANARY: &str = "canary-content-51f0";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_was() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let alice = Person::join(&server, "alice").await;
        let content: Vec<u8> = (0..=250_u8).cycle().take(100_000).collect();
        let path = alice.home.path().join("holiday.bin");
        std::fs::write(&path, &content).unwrap();
        let put = ["files", "put", "holiday.bin", "--type", "image/jpeg"];
        let stored = alice.json(&put).remove(0);
        assert_eq!(
            (&stored["name"], &stored["size"]),
            (&"holiday.bin".into(), &100_000.into())
        );
        assert_eq!(
            alice.json(&["files", "list"])[..],
            *std::slice::from_ref(&stored)
        );
        let id = stored["id"].as_str().unwrap();

        // Nothing is overwritten.
        assert_eq!(alice.refused(&["files", "get", id]), "file-exists");
        assert_eq!(
            alice.refused(&["files", "get", id, "-o", "holiday.bin"]),
            "file-exists"
        );
        std::fs::remove_file(&path).unwrap();
        assert_eq!(alice.json(&["files", "get", id])[0]["size"], 100_000);
        assert_eq!(std::fs::read(&path).unwrap(), content);
        alice.json(&["files", "get", id, "-o", "copy.bin"]);
        assert_eq!(
            std::fs::read(alice.home.path().join("copy.bin")).unwrap(),
            content
        );
        let printed = alice
            .command(&["files", "get", id, "-o", "-"])
            .output()
            .unwrap();
        assert!(printed.status.success() && printed.stdout == content);

        alice.json(&["files", "rm", id]);
        assert_eq!(alice.json(&["files", "list"]).len(), 0);
        assert_eq!(alice.refused(&["files", "get", id]), "not-found");
        assert_eq!(alice.refused(&["files", "put", "nothing"]), "local-io");
        // What did not come leaves nothing.
        let left = std::fs::read_dir(alice.home.path()).unwrap().count();
        assert_eq!(left, 3);
    }
}

/// Alice's file with a canary in it, longer than a chunk.
fn letter(person: &Person) -> PathBuf {
    let path = person.home.path().join("letter.txt");
    std::fs::write(&path, format!("{CANARY} ").repeat(2_000)).unwrap();
    path
}

fn text(person: &Person, name: &str) -> String {
    std::fs::read_to_string(person.home.path().join(name)).unwrap()
}

/// Files that are there, and not halves that were left.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "config")
        .collect();
    names.sort();
    names
}

struct Two {
    site: Site,
    server: Server,
    alice: Person,
    bob: Person,
}

impl Two {
    async fn meet(database: Database) -> Self {
        let address = free_address();
        // A link leads where people reach the server.
        let url = format!("http://{address}");
        let site = Site::new(database)
            .set("SEALPOST_LISTEN", &address)
            .set("SEALPOST_LIMITS", "off")
            .set("SEALPOST_PUBLIC_URL", &url);
        let server = site.start();
        let (alice, bob) = (
            Person::join(&server, "alice").await,
            Person::join(&server, "bob").await,
        );
        Self {
            site,
            server,
            alice,
            bob,
        }
    }

    fn put(&self, more: &[&str]) -> Value {
        let put = ["files", "put", "letter.txt", "--type", "text/plain"];
        self.alice.json(&[&put, more].concat()).remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_file_is_read_by_whom_it_is_shared_with_and_not_by_the_server() {
    for database in databases() {
        let two = Two::meet(database).await;
        let (alice, bob) = (&two.alice, &two.bob);
        let content = std::fs::read_to_string(letter(alice)).unwrap();
        let stored = two.put(&["--sealed"]);
        assert_eq!(
            (&stored["protection"], &stored["name"], &stored["size"]),
            (&json!("e2ee"), &json!("letter.txt"), &json!(content.len()))
        );
        assert_eq!(
            alice.json(&["files", "list"]),
            std::slice::from_ref(&stored)
        );
        let id = stored["id"].as_str().unwrap();
        alice.json(&["files", "get", id, "-o", "again.txt"]);
        assert_eq!(text(alice, "again.txt"), content);
        assert_eq!(
            alice.refused(&["files", "re-encrypt", id]),
            "end-to-end-encrypted"
        );

        assert_eq!(bob.refused(&["files", "get", id]), "not-found");
        let shared = alice.json(&["files", "share", id, "bob"]).remove(0);
        assert_eq!(shared["user"]["username"], "bob");
        assert_eq!(alice.json(&["files", "shares", id]), [shared]);
        let seen = bob.json(&["files", "list", "--shared"]).remove(0);
        assert_eq!(
            (&seen["name"], &seen["shared_by"]),
            (&json!("letter.txt"), &json!("alice"))
        );
        assert!(bob.json(&["files", "list"]).is_empty());
        bob.json(&["files", "get", id]);
        assert_eq!(text(bob, "letter.txt"), content);
        alice.json(&["files", "unshare", id, "bob"]);
        assert_eq!(
            bob.refused(&["files", "get", id, "-o", "more.txt"]),
            "not-found"
        );
        assert_eq!(names(bob.home.path()), ["letter.txt"]);
        let data = two.site.data_dir();
        for canary in [CANARY, "letter.txt"] {
            assert_eq!(found_in_files(&data, canary.as_bytes()), None);
        }
        let (_, _, log) = two.server.stop();
        assert!(!log.contains(CANARY) && !log.contains("letter.txt"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_a_file_of_either_sort_for_whoever_has_it() {
    for database in databases() {
        let two = Two::meet(database).await;
        let alice = &two.alice;
        let content = std::fs::read_to_string(letter(alice)).unwrap();
        // Somebody without an account.
        let stranger = Person::nobody(&two.server);
        let mut secrets = Vec::new();
        for more in [&["--sealed"][..], &[]] {
            let id = two.put(more)["id"].as_str().unwrap().to_owned();
            let make = [
                "files",
                "link",
                &id,
                "--downloads",
                "2",
                "--expires-in",
                "2h",
            ];
            let made = alice.json(&make).remove(0);
            let url = made["url"].as_str().unwrap().to_owned();
            secrets.push(url.split_once('#').unwrap().1.to_owned());
            let listed = alice.json(&["files", "links", &id]).remove(0);
            assert_eq!(
                (
                    &listed["id"],
                    &listed["downloads"],
                    &listed["max_downloads"]
                ),
                (&made["id"], &json!(0), &json!(2))
            );
            assert_eq!(listed.get("url"), None);

            let opened = stranger.json(&["files", "open", &url]).remove(0);
            assert_eq!(opened["link"], made["id"]);
            assert_eq!(text(&stranger, "letter.txt"), content);
            // What is there already costs no download, if its place is named.
            let again = ["files", "open", &url, "-o", "letter.txt"];
            assert_eq!(stranger.refused(&again), "file-exists");
            let piped = stranger.run_with(&["files", "open", "-", "-o", "-"], &format!("{url}\n"));
            assert_eq!((piped.code, piped.out.as_str()), (0, content.as_str()));
            let over = ["files", "open", &url, "-o", "more.txt"];
            assert_eq!(stranger.refused(&over), "not-found");
            std::fs::remove_file(stranger.home.path().join("letter.txt")).unwrap();

            let other = alice.json(&["files", "link", &id]).remove(0);
            let ended = other["id"].as_str().unwrap();
            alice.json(&["files", "unlink", &id, ended]);
            let url = other["url"].as_str().unwrap();
            assert_eq!(stranger.refused(&["files", "open", url]), "not-found");
        }
        assert_eq!(names(stranger.home.path()), Vec::<String>::new());
        let wrong = ["files", "open", "https://a.example/nothing"];
        assert_eq!(stranger.refused(&wrong), "invalid-link");
        let (_, _, log) = two.server.stop();
        for secret in secrets {
            assert!(!log.contains(&secret));
            assert_eq!(
                found_in_files(&two.site.data_dir(), secret.as_bytes()),
                None
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_server_seals_anew_keeps_its_readers_and_loses_its_links() {
    let two = Two::meet(Database::Sqlite).await;
    let (alice, bob) = (&two.alice, &two.bob);
    let content = std::fs::read_to_string(letter(alice)).unwrap();
    let id = two.put(&[])["id"].as_str().unwrap().to_owned();
    alice.json(&["files", "share", &id, "bob"]);
    let link = alice.json(&["files", "link", &id]).remove(0);
    alice.json(&["files", "re-encrypt", &id]);
    assert!(alice.json(&["files", "links", &id]).is_empty());
    let url = link["url"].as_str().unwrap();
    assert_eq!(bob.refused(&["files", "open", url]), "not-found");
    bob.json(&["files", "get", &id]);
    assert_eq!(text(bob, "letter.txt"), content);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_when_the_server_is_killed_and_comes_back() {
    // Each time with databases of its own.
    let kinds = [false, true].into_iter();
    for (database, sealed) in
        kinds.flat_map(|sealed| databases().into_iter().map(move |one| (one, sealed)))
    {
        let two = Two::meet(database).await;
        let content: Vec<u8> = (0..=250_u8).cycle().take(24 << 20).collect();
        std::fs::write(two.alice.home.path().join("long.bin"), &content).unwrap();
        let mut put = vec!["files", "put", "long.bin", "--json"];
        put.extend(sealed.then_some("--sealed"));
        let mut putting = two.alice.command(&put).spawn().unwrap();
        let growing = two.site.data_dir().join("blobs/growing");
        // Some of it is there, and not all.
        let came = || {
            let files = std::fs::read_dir(&growing).into_iter().flatten();
            let sizes = files.map(|file| file.unwrap().metadata().map_or(0, |data| data.len()));
            sizes.sum::<u64>()
        };
        while came() < 4 << 20 {
            assert!(putting.try_wait().unwrap().is_none(), "it was faster");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        two.server.kill();
        let _server = two.site.start();
        let put = super::Ran::from(putting.wait_with_output().unwrap());
        let stored = put.lines().remove(0);
        assert_eq!(stored["size"], content.len());
        let id = stored["id"].as_str().unwrap();
        two.alice.json(&["files", "get", id, "-o", "back.bin"]);
        let back = std::fs::read(two.alice.home.path().join("back.bin")).unwrap();
        assert!(back == content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_goes_on_where_one_broke_off() {
    let two = Two::meet(Database::Sqlite).await;
    let content = format!("{CANARY} ").repeat(300_000).into_bytes();
    std::fs::write(two.alice.home.path().join("letter.txt"), &content).unwrap();
    let place = sealpost_client::Server::at(two.server.base()).unwrap();
    let client = place.log_in("alice", super::PASSWORD).await.unwrap();
    let new = sealpost_client::NewUpload {
        name: Some("letter.txt"),
        content_type: None,
        length: content.len().try_into().unwrap(),
        sealed: None,
    };
    let id = client.begin_upload(&new).await.unwrap();
    // It broke off in the middle.
    let mut half = std::io::Cursor::new(&content[..5 << 20]);
    client.continue_upload(id, &mut half).await.unwrap_err();
    assert_eq!(client.upload(id).await.unwrap().offset, 4 << 20);
    let id = id.to_string();
    std::fs::write(two.alice.home.path().join("other.txt"), "x").unwrap();
    let other = ["files", "put", "other.txt", "--resume", &id];
    assert_eq!(two.alice.refused(&other), "other-length");
    let stored = two
        .alice
        .json(&["files", "put", "letter.txt", "--resume", &id]);
    assert_eq!(stored[0]["id"], id);
    two.alice.json(&["files", "get", &id, "-o", "back.txt"]);
    assert_eq!(text(&two.alice, "back.txt").into_bytes(), content);
}
