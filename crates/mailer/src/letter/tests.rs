use sealpost_domain::mail::{Mail, MailId, MailMessage};
use sealpost_domain::testing::every_mail_message;

use super::*;

fn letterhead(product: &str, prefix: &str, host: HostName) -> Letterhead {
    let from = (Some("Post, \"the\" office"), "post@post.example");
    Letterhead::new(from, product, prefix, ("https://post.example", host)).unwrap()
}

fn domain() -> HostName {
    HostName::Domain("post.example".to_owned())
}

fn outgoing(to: &str, username: &str, message: MailMessage) -> OutgoingMail {
    OutgoingMail {
        id: MailId::from_bytes([7; 16]),
        written_at: Timestamp::from_seconds(1_700_000_000),
        within: Duration::from_secs(9),
        mail: Mail {
            to: Email::restore(to.to_owned(), to.to_owned()),
            username: username.to_owned(),
            message,
            not_after: Timestamp::from_seconds(1_700_000_300),
        },
    }
}

/// The headers before the first part, one a line.
fn headers(message: &Message) -> Vec<String> {
    let raw = String::from_utf8(message.formatted()).unwrap();
    let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
    let unfolded = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

fn header(message: &Message, name: &str) -> String {
    let start = format!("{name}: ");
    headers(message)
        .iter()
        .find_map(|line| {
            line.strip_prefix(&start)
                .map(|value| value.trim().to_owned())
        })
        .unwrap()
}

#[test]
fn a_mail_has_the_headers_of_its_row_at_every_try() {
    let letterhead = letterhead("Post", "[Post]", domain());
    let mail = outgoing("a@b.example", "alice", MailMessage::Test);
    for _ in 0..2 {
        let message = letterhead.write(&mail).unwrap();
        let id = "<07070707-0707-0707-0707-070707070707@post.example>";
        assert_eq!(header(&message, "Message-ID"), id);
        let date = header(&message, "Date");
        assert_eq!(date, "Tue, 14 Nov 2023 22:13:20 +0000");
        assert_eq!(header(&message, "To"), "a@b.example");
        assert_eq!(header(&message, "Subject"), "[Post] Test");
        assert_eq!(header(&message, "Auto-Submitted"), "auto-generated");
        assert!(header(&message, "From").ends_with("<post@post.example>"));
        let kind = header(&message, "Content-Type");
        assert!(kind.starts_with("multipart/alternative"), "{kind}");
    }
}

#[test]
fn an_address_as_host_is_written_as_a_literal() {
    for (host, right) in [
        ("10.0.0.1", "@[10.0.0.1]>"),
        ("fe80::1", "@[IPv6:fe80::1]>"),
    ] {
        let host = HostName::Address(host.parse().unwrap());
        let mail = outgoing("a@b.example", "alice", MailMessage::Test);
        let message = letterhead("Post", "", host).write(&mail).unwrap();
        assert!(header(&message, "Message-ID").ends_with(right));
        assert_eq!(header(&message, "Subject"), "Test", "no prefix, no space");
    }
}

#[test]
fn no_argument_begins_a_header() {
    let expected = [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];
    for attack in [
        "x\r\nBcc: c@d.example",
        "x\nBcc: c@d.example",
        "x\rBcc: c@d.example",
        "x\r\n\r\nBcc: c",
    ] {
        let letterhead = letterhead(attack, attack, domain());
        for message in every_mail_message(attack) {
            let template = message.template();
            let written = letterhead
                .write(&outgoing("a@b.example", attack, message))
                .unwrap();
            let names: Vec<_> = headers(&written)
                .iter()
                .map(|line| line.split(':').next().unwrap().to_owned())
                .collect();
            assert_eq!(names, expected, "{template:?} {attack:?}");
            let raw = String::from_utf8(written.formatted()).unwrap();
            let (top, _) = raw.split_once("\r\n\r\n").unwrap();
            assert!(!top.replace("\r\n", "").contains(['\r', '\n']), "{top:?}");
        }
        let to = format!("a@b.example{}", &attack[1..]);
        let refused = letterhead.write(&outgoing(&to, "alice", MailMessage::Test));
        assert!(matches!(refused, Err(MailError::Permanent(_))), "{to:?}");
        assert!(
            Letterhead::new((None, &to), "Post", "", ("https://x", domain())).is_err(),
            "{to:?}"
        );
        let named = Letterhead::new((Some(attack), "a@b.example"), "", "", ("x", domain()));
        assert_eq!(named.unwrap_err(), LetterheadError::Name);
    }
}

#[test]
fn a_domain_in_another_script_is_written_in_ascii() {
    let letterhead = letterhead("Post", "", domain());
    let mail = outgoing("a@bücher.example", "alice", MailMessage::Test);
    let message = letterhead.write(&mail).unwrap();
    assert_eq!(header(&message, "To"), "a@xn--bcher-kva.example");
}
