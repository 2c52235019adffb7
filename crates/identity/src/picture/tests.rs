use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::fetch::{FetchError, Fetcher};
use crate::hosts::AllowedHosts;

/// A server that gives this answer to everybody; where it is, and the heads it was asked with.
fn serve(answer: &'static str) -> (url::Url, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/me.png", listener.local_addr().unwrap());
    let (told, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head) = (stream.unwrap(), [0; 2_048]);
            let length = stream.read(&mut head).unwrap();
            told.send(String::from_utf8_lossy(&head[..length]).into_owned())
                .unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url.parse().unwrap(), asked)
}

async fn ask(own: &url::Url, url: &url::Url) -> Result<Vec<u8>, FetchError> {
    let hosts = AllowedHosts::new(vec![own.clone()], Vec::new());
    Fetcher::new(hosts).unwrap().file(url, 5).await
}

#[tokio::test]
async fn a_picture_comes_as_it_is_and_nothing_secret_is_sent_for_it() {
    let (url, asked) = serve("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345");
    assert_eq!(ask(&url, &url).await.unwrap(), b"12345");
    let head = asked.recv().unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get /me.png http/1.1\r\n"), "{head}");
    for secret in ["authorization", "cookie"] {
        assert!(!head.contains(secret), "{head}");
    }
}

#[tokio::test]
async fn what_is_too_long_or_elsewhere_is_no_picture() {
    let (url, _asked) = serve("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n123456");
    assert!(matches!(ask(&url, &url).await, Err(FetchError::TooLong(5))));
    let (url, asked) =
        serve("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n");
    assert!(matches!(ask(&url, &url).await, Err(FetchError::Status(_))));
    assert_eq!(asked.iter().take(1).count(), 1);
    // A profile leads nowhere into the operator's network.
    let (inside, never_asked) = serve("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345");
    assert!(matches!(
        ask(&url, &inside).await,
        Err(FetchError::Place(_))
    ));
    assert!(never_asked.try_recv().is_err());
}
