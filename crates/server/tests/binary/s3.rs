//! Files in a bucket of a real S3 server: they go there, come back, survive a kill, and leave nothing behind.

use sealpost_blobs::S3Settings;
use sealpost_blobs::testing::{BUCKET, SECRET_ACCESS_KEY, ask, bucket};
use serde_json::Value;
use std::time::Duration;

use crate::files::{MIB, Person, content, files_below, streamed, wait_until};
use crate::support::{Database, Site, databases, has_python, http_client, play_with};

/// A site whose files rest in a place of their own in `name`, and what all objects begin with.
fn site_in(name: &str, database: Database) -> Option<(Site, S3Settings)> {
    let settings = bucket(std::path::Path::new("unused"))?;
    let (prefix, endpoint) = (&settings.prefix, settings.endpoint.as_deref().unwrap());
    let url = format!("s3://{name}/{prefix}?endpoint={endpoint}");
    let site = Site::new(database)
        .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
        .set("SEALPOST_BLOBS_URL", &url)
        .set("SEALPOST_BLOBS_ACCESS_KEY_ID", &settings.access_key_id)
        .set("SEALPOST_BLOBS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
    Some((site, settings))
}

/// How many objects there are, as the S3 server itself sees it.
fn objects(settings: &S3Settings) -> usize {
    let tree = ask(&format!("fs.tree /buckets/{BUCKET}/{}", settings.prefix));
    let last = tree
        .lines()
        .rev()
        .find(|line| line.contains(" directories, "));
    let count = last.and_then(|line| line.split(", ").nth(1)?.split(' ').next());
    count.map_or(0, |count| count.parse().unwrap())
}

async fn store_read_kill_and_delete(database: Database) {
    let Some((site, settings)) = site_in(BUCKET, database) else {
        return;
    };
    let server = site.start();
    let alice = Person::register(&server).await;
    let content = content(20 * MIB);
    let stored = alice
        .upload(server.url("/v1/files?name=a.bin"), content.clone())
        .await
        .unwrap();
    let small = alice
        .upload(server.url("/v1/files"), "small")
        .await
        .unwrap();
    assert_eq!(objects(&settings), 2);
    let place = |file: &Value| format!("/v1/files/{}", file["id"].as_str().unwrap());
    let url = format!("{}/content", place(&stored));
    for (first, last) in [
        (0, 0),
        (8_380_415, 8_380_416),
        (5 * MIB + 7, 17 * MIB),
        (20 * MIB - 1, 20 * MIB - 1),
    ] {
        let range = format!("bytes={first}-{last}");
        let part = alice.bytes(server.url(&url), Some(&range)).await;
        assert!(part == content[first..=last], "{range}");
    }
    server.kill();

    let server = site.start();
    assert!(
        alice.bytes(server.url(&url), None).await == content,
        "it survives a kill"
    );
    for file in [&stored, &small] {
        alice.delete(server.url(&place(file))).await;
    }
    wait_until("really deleted", || objects(&settings) == 0).await;
    let (_, _, log) = server.stop();
    assert!(!log.contains(SECRET_ACCESS_KEY), "{log}");
    assert!(!log.contains("AWS4-HMAC"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_rest_in_a_bucket_and_are_really_deleted_on_both_databases() {
    for database in databases() {
        store_read_kill_and_delete(database).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_mid_upload_leaves_no_parts_in_the_bucket() {
    let Some((site, settings)) = site_in(BUCKET, Database::Sqlite) else {
        return;
    };
    let notes = site.data_dir().join("s3/unfinished");
    let mut server = site.start();
    let alice = Person::register(&server).await;
    for _ in 0..3 {
        let url = server.url("/v1/files");
        let upload = alice.upload(url, streamed(1_000, Duration::from_millis(5)));
        let noted = wait_until("a part is under way", || {
            files_below(notes.clone()).len() == 1
        });
        tokio::select! {
            outcome = upload => panic!("it takes longer than that: {outcome:?}"),
            () = noted => {}
        }
        server.kill();
        let [note] = &*files_below(notes.clone()) else {
            panic!("one")
        };
        let id = std::fs::read_to_string(note).unwrap();
        server = site.start();
        wait_until("it is given up", || files_below(notes.clone()).is_empty()).await;
        assert!(!ask(&format!("fs.ls /buckets/{BUCKET}/.uploads")).contains(&id));
    }
    assert_eq!(objects(&settings), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_goes_is_noticed_and_nothing_is_acknowledged() {
    let name = "sealpost-test-goes";
    let Some((site, _)) = site_in(name, Database::Sqlite) else {
        return;
    };
    assert!(ask(&format!("s3.bucket.create -name {name}")).contains("created bucket"));
    let server = site.start();
    let alice = Person::register(&server).await;
    alice
        .upload(server.url("/v1/files"), "there")
        .await
        .unwrap();
    let left = ask(&format!("s3.bucket.delete -name {name}\ns3.bucket.list"));
    assert!(!left.contains(&format!("{name}\t")), "{left}");
    let ready = http_client()
        .get(server.url("/readyz"))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 503);
    let refused = alice.upload(server.url("/v1/files"), "not there").await;
    assert!(refused.unwrap_err().status().unwrap().is_server_error());
    let url = server.url("/v1/files");
    let listed: Value = alice.get(url, None).await.json().await.unwrap();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_bucket_that_cannot_be_used_is_refused_with_what_to_do() {
    let Some((site, _)) = site_in("no-such-bucket", Database::Sqlite) else {
        return;
    };
    let (status, said) = site.refused(&[]);
    assert!(!status.success());
    assert!(
        said.contains("answers NoSuchBucket; check SEALPOST_BLOBS_URL"),
        "{said}"
    );
    let site = Site::new(Database::Sqlite).set("SEALPOST_BLOBS_URL", "s3://some-bucket");
    let (status, said) = site.refused(&[]);
    assert!(!status.success());
    assert!(said.contains("set SEALPOST_BLOBS_ACCESS_KEY_ID"), "{said}");
    let site = Site::new(Database::Sqlite).set(
        "SEALPOST_BLOBS_URL",
        "s3://some-bucket?endpoint=http://s3.example",
    );
    let (status, said) = site.refused(&[]);
    assert!(!status.success());
    assert!(said.contains("allow_http=true"), "{said}");
}

#[test]
fn kills_in_mid_upload_lose_no_acknowledged_byte_in_a_bucket() {
    let Some(settings) = bucket(std::path::Path::new("unused")) else {
        return;
    };
    if !has_python(&["requests"]) {
        return;
    }
    let (prefix, endpoint) = (&settings.prefix, settings.endpoint.as_deref().unwrap());
    let url = format!("s3://{BUCKET}/{prefix}?endpoint={endpoint}");
    let environment = [
        // More than two parts of the bucket.
        ("SEALPOST_KILLED_MIB", "20"),
        ("SEALPOST_UPLOAD_KILLS", "4"),
        ("SERVED_SEALPOST_BLOBS_URL", url.as_str()),
        (
            "SERVED_SEALPOST_BLOBS_ACCESS_KEY_ID",
            settings.access_key_id.as_str(),
        ),
        ("SERVED_SEALPOST_BLOBS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
    ];
    let environment = environment.map(|(name, value)| (name, std::ffi::OsStr::new(value)));
    let moral = "no acknowledged byte is lost";
    play_with("uploads/killed.py", &Database::Sqlite, moral, &environment).unwrap();
    assert_eq!(objects(&settings), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_takes_the_files_of_a_bucket_and_brings_them_into_another_place() {
    for database in databases() {
        let Some((site, _)) = site_in(BUCKET, database) else {
            return;
        };
        let server = site.start();
        let alice = Person::register(&server).await;
        let content = content(9 * MIB);
        let url = || server.url("/v1/files");
        let large = alice.upload(url(), content.clone()).await.unwrap();
        let small = alice.upload(url(), "small").await.unwrap();
        let folder = site.data_dir().with_file_name("backup");
        let to = folder.to_str().unwrap().to_owned();
        // What is being uploaded meanwhile goes on.
        let upload = alice.upload(url(), streamed(20, Duration::from_millis(100)));
        let site = std::sync::Arc::new(site);
        let (of, path) = (std::sync::Arc::clone(&site), to.clone());
        let backup = tokio::task::spawn_blocking(move || crate::backup::back_up(&of, &path));
        let (came, made) = tokio::join!(upload, backup);
        assert_eq!(came.unwrap()["size"], 20 * MIB);
        let made = made.unwrap();
        assert!(made["new_blobs"].as_u64().unwrap() >= 2, "{made:#}");
        // The second takes over what the first has copied.
        let again = crate::backup::back_up(&site, &to);
        assert!(again["new_blobs"].as_u64().unwrap() <= 1, "{again:#}");
        site.json(&["verify", &to]);
        server.stop();

        let snapshot = std::path::PathBuf::from(again["snapshot"].as_str().unwrap());
        let (place, _) = site_in(BUCKET, Database::Sqlite).unwrap();
        let restored = crate::backup::new_site(&site, &snapshot).like(&place);
        assert_eq!(restored.json(&["restore", &to])["blobs"], 3);
        let server = restored.start();
        let alice = Person::log_in(&server).await;
        for (file, content) in [(&large, content.as_slice()), (&small, &b"small"[..])] {
            let id = file["id"].as_str().unwrap();
            let url = server.url(&format!("/v1/files/{id}/content"));
            assert!(alice.bytes(url, None).await == content);
        }
        server.stop();
        // Where something is already, nothing is put.
        let other = crate::backup::with_key(&site, Site::new(Database::Sqlite).like(&place));
        if matches!(site.database(), Database::Sqlite) {
            let (_, said) = other.refused(&["restore", &to]);
            assert!(said.contains("is not empty"), "{said}");
        }
    }
}
