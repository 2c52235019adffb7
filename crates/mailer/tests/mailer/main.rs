//! Level 3 of the mailer: mails to a real mail server on loopback, and to a real folder.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests: what goes wrong must fail the test"
)]

mod file;
mod smtp;

use std::time::Duration;

use sealpost_domain::accounts::Email;
use sealpost_domain::mail::{Mail, MailId, MailMessage};
use sealpost_domain::ports::OutgoingMail;
use sealpost_domain::{Secret, Timestamp};
use sealpost_mailer::{HostName, Letterhead};

fn letterhead() -> Letterhead {
    let host = HostName::Domain("post.example".to_owned());
    Letterhead::new(
        (Some("Post"), "post@post.example"),
        "Post",
        "[Post]",
        ("https://post.example", host),
    )
    .unwrap()
}

fn outgoing(to: &str) -> OutgoingMail {
    OutgoingMail {
        id: MailId::from_bytes([7; 16]),
        written_at: Timestamp::from_seconds(1_700_000_000),
        within: Duration::from_secs(20),
        mail: Mail {
            to: Email::parse(to).unwrap(),
            username: "alice".to_owned(),
            message: MailMessage::LoginCode {
                code: Secret::new("246810".to_owned()),
            },
            not_after: Timestamp::from_seconds(1_700_000_300),
        },
    }
}
