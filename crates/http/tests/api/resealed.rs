//! A file is encrypted anew while people read it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::files::store;
use crate::support::TestServer;

#[test]
fn whoever_reads_a_file_that_moves_gets_it_whole() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    let content = "what moves ".repeat(3_000);
    let id = store(&server, &alice, &content);
    let (place, is_over) = (format!("/v1/files/{id}"), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for part in ["content", "content", "ciphertext"] {
            let (server, alice, content) = (&server, &alice, &content);
            let (is_over, path) = (&is_over, format!("{place}/{part}"));
            scope.spawn(move || {
                let mut count = 0;
                while !is_over.load(Ordering::SeqCst) || count < 5 {
                    let answer = server.get_as(alice, &path);
                    assert_eq!(answer.status, 200, "{answer:?}");
                    assert!(part == "ciphertext" || answer.body == *content);
                    count += 1;
                }
            });
        }
        for _ in 0..30 {
            let path = format!("{place}/re-encrypt");
            let sealed = server.send_as(&alice, "POST", &path, "");
            if sealed.status != 200 {
                is_over.store(true, Ordering::SeqCst);
            }
            assert_eq!(sealed.status, 200, "{sealed:?}");
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(server.blobs(), 1);
}
