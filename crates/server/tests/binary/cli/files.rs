//! Files, there and back.

use super::Person;
use crate::support::{Site, databases};

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
