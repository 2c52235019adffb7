//! Pictures.

use serde_json::json;

use super::client::{Person, start};
use crate::support::{Answer, ISSUER, TestServer};

const PICTURE: &[u8] = include_bytes!("../../../assets/avatars/fary.png");
const DEFAULT: &str = "http://sealpost.test/media/avatars/default.png";

fn upload(server: &TestServer, person: &Person, picture: &[u8], more: &[(&str, &str)]) -> Answer {
    let cookie = person.cookie();
    let mut headers = vec![
        ("cookie", &*cookie),
        ("content-type", "multipart/form-data; boundary=edge"),
    ];
    headers.extend(more);
    let head = "--edge\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"me.png\"\r\nContent-Type: image/png\r\n\r\n";
    let body = [head.as_bytes(), picture, b"\r\n--edge--\r\n"].concat();
    server.send_bytes("POST", "/upload_avatar", &headers, &body)
}

fn shown(server: &TestServer, username: &str) -> String {
    let body = json!({"username": username}).to_string();
    // The host that a client says it asks is nobody's business.
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-host", "evil.example"),
    ];
    let answer = server.send("POST", "/get_avatar", &headers, &body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["avatar"].as_str().unwrap().to_owned()
}

#[test]
fn a_picture_is_shown_until_it_is_deleted() {
    let server = start();
    let alice = server.mailbox_person("alice");
    for name in ["alice", "nobody", "no user name"] {
        assert_eq!(shown(&server, name), DEFAULT, "{name}");
    }
    let uploaded = upload(&server, &alice, PICTURE, &[("accept", "*/*")]);
    assert_eq!(
        (uploaded.status, &*uploaded.body),
        (200, "OK"),
        "{uploaded:?}"
    );
    let url = shown(&server, "ALICE");
    let path = url.strip_prefix(ISSUER).unwrap();
    let picture = server.get(path);
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        picture.header("content-security-policy"),
        Some("default-src 'none'; sandbox")
    );
    let deleted = server.mailbox_post(&alice, "/delete_avatar", &json!({}));
    assert_eq!((deleted.status, &*deleted.body), (200, "OK"));
    assert_eq!(shown(&server, "alice"), DEFAULT);
    assert_eq!(server.get(path).status, 404);
}

#[test]
fn the_form_of_a_page_leads_back_to_it() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let html = ("accept", "text/html,*/*;q=0.8");
    for (referer, back) in [
        ("http://test/settings?x=1", "/settings"),
        ("http://sealpost.test/a", "/a"),
        ("https://evil.example/settings", "/"),
        ("http://test//evil.example", "/"),
    ] {
        let answer = upload(&server, &alice, PICTURE, &[html, ("referer", referer)]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(back)),
            "{referer}"
        );
    }
    let answer = upload(&server, &alice, PICTURE, &[html]);
    assert_eq!((answer.status, answer.header("location")), (302, Some("/")));
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let refused = upload(&server, &alice, svg, &[]);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(
        refused.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(upload(&server, &alice, b"", &[]).status, 400);
    let large = vec![0; 2 * 1024 * 1024 + 1];
    assert_eq!(upload(&server, &alice, &large, &[]).status, 413);
    let huge = vec![0; 3 * 1024 * 1024];
    assert_eq!(upload(&server, &alice, &huge, &[]).status, 413);
    let cookie = alice.cookie();
    for content_type in ["image/png", "multipart/form-data", "application/json"] {
        let headers = [("cookie", &*cookie), ("content-type", content_type)];
        let answer = server.send_bytes("POST", "/upload_avatar", &headers, PICTURE);
        assert_eq!(answer.status, 400, "{content_type}: {answer:?}");
    }
    assert_eq!(shown(&server, "alice"), DEFAULT);
}
