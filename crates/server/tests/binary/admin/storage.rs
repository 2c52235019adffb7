//! What an account may store, by the operator's word; and whether what is stored is sound.

use std::path::PathBuf;

use serde_json::json;

use crate::files::Person;
use crate::support::{Site, databases};

/// The whole blobs.
fn blobs(site: &Site) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(site.data_dir().join("blobs")).unwrap();
    folders
        .map(|folder| folder.unwrap().path())
        .filter(|folder| folder.file_name().unwrap().len() == 2)
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().path())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_are_shown_and_chosen() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_FILES_QUOTA", "1 MiB");
        let server = site.start();
        let alice = Person::register(&server).await;
        let quota = |more: &[&str]| site.json(&[&["user", "quota", "alice"], more].concat());
        let mut shown = quota(&[]);
        shown["id"].take();
        assert_eq!(
            shown,
            json!({"id": null, "username": "alice", "used": 0, "quota": 1_048_576, "is_default": true})
        );
        let upload = |size: usize| alice.upload(server.url("/v1/files"), vec![b'x'; size]);
        upload(1_000_000).await.unwrap();
        assert!(upload(100_000).await.is_err());
        assert_eq!(quota(&["2 MiB"])["quota"], 2 << 20);
        upload(100_000).await.unwrap();
        assert_eq!(quota(&["none"])["quota"], json!(null));
        assert_eq!(quota(&["0"])["quota"], 0);
        assert!(upload(1).await.is_err());
        let back = quota(&["default"]);
        assert_eq!(
            (&back["used"], &back["quota"]),
            (&json!(1_100_000), &json!(1 << 20))
        );
        let text = site.run(&["user", "quota", "alice"]).out;
        assert!(text.contains("1048576 bytes (default)"), "{text}");
        for (arguments, code) in [
            (
                ["user", "quota", "alice", "much", "--json"],
                "invalid-quota",
            ),
            (
                ["user", "quota", "nobody", "none", "--json"],
                "unknown-user",
            ),
        ] {
            assert_eq!(site.run(&arguments).refused(), code);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_named_and_sound_ones_are_not() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let alice = Person::register(&server).await;
        let mut ids = Vec::new();
        for size in [0, 100_000, 200_000] {
            let stored = alice.upload(server.url("/v1/files"), vec![b'x'; size]);
            ids.push(stored.await.unwrap()["id"].as_str().unwrap().to_owned());
        }
        let sound = site.json(&["blobs", "verify"]);
        let bytes = 3 * 56 + 300_000 + (1 + 7 + 13) * 16;
        assert_eq!(
            sound,
            json!({"files": 3, "bytes": bytes, "damaged_files": 0})
        );
        let text = site.run(&["blobs", "verify", "--rate", "10 MiB"]).out;
        assert_eq!(
            text,
            format!("3 files with {bytes} bytes were read; damaged: 0\n")
        );

        let of_length = |wanted: u64| {
            let blobs = blobs(&site);
            let mut found = blobs
                .into_iter()
                .filter(|blob| blob.metadata().unwrap().len() == wanted);
            found.next().unwrap()
        };
        let (missing, path) = (of_length(72), of_length(56 + 200_000 + 13 * 16));
        std::fs::remove_file(&missing).unwrap();
        let name = |blob: &PathBuf| blob.file_name().unwrap().to_str().unwrap().to_owned();
        let mut blob = std::fs::read(&path).unwrap();
        blob[150_000] ^= 1;
        std::fs::write(&path, blob).unwrap();
        // The same with the running server and without.
        let with = site.run(&["blobs", "verify"]);
        let after = site.run(&["blobs", "verify", "--after", &ids[0], "--json"]);
        drop(server);
        let without = site.run(&["blobs", "verify"]);
        let expected = format!(
            "{} of alice: missing (blob {})\n{} of alice: chunk-does-not-open (blob {})\n3 files with {bytes} bytes \
             were read; damaged: 2\n",
            ids[0],
            name(&missing),
            ids[2],
            name(&path)
        );
        for ran in [with, without] {
            assert_eq!((ran.code, &ran.out), (1, &expected), "{}", ran.err);
        }
        let lines: Vec<serde_json::Value> = after
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let [damaged, summary] = &lines[..] else {
            panic!("{}", after.out)
        };
        assert_eq!(damaged["damaged"]["id"], *ids[2]);
        assert_eq!(damaged["damaged"]["username"], "alice");
        assert_eq!(
            (&summary["files"], &summary["damaged_files"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(after.code, 1);
        let wrong = site.run(&["blobs", "verify", "--after", "x", "--json"]);
        assert_eq!(wrong.refused(), "invalid-id");
    }
}
