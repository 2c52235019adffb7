//! Mails on their way through the real store and under the real seal.

use std::time::Duration;

use sealpost_domain::accounts::Email;
use sealpost_domain::mail::{Mail, MailMessage, MailState, Outbox, RetryMailError};
use sealpost_domain::ports::MailError;
use sealpost_domain::{Secret, Timestamp};

use crate::support::{NOW, TestServer};

const CODE: &str = "2468-1357";
const ADDRESS: &str = "alice@mail.example";

fn login_code(not_after: Timestamp) -> Mail {
    Mail {
        to: Email::parse(ADDRESS).unwrap(),
        username: "alice".to_owned(),
        message: MailMessage::LoginCode {
            code: Secret::new(CODE.to_owned()),
        },
        not_after,
    }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[test]
fn neither_code_nor_address_rests_in_clear_and_both_arrive_once() {
    let server = TestServer::start();
    let mail = login_code(NOW + minutes(5));
    let id = server.enqueue(&mail);
    let stored = server.stored();
    for secret in [CODE, ADDRESS] {
        let found = |window: &[u8]| window == secret.as_bytes();
        assert!(!stored.windows(secret.len()).any(found), "{secret}");
    }
    for _ in 0..2 {
        let sent = server.deliver_mail();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].outgoing.mail, mail);
        assert!(sent[0].raw.contains(CODE), "{}", sent[0].raw);
        assert!(sent[0].raw.contains(&format!("<{id}@sealpost.test>")));
    }
    assert_eq!(server.listed_mail(), []);
}

#[test]
fn a_mail_is_tried_again_and_never_after_its_end() {
    let server = TestServer::start();
    let busy = || MailError::Temporary("busy".to_owned());
    let id = server.enqueue(&login_code(NOW + minutes(5)));
    server.mailer.fail_next(busy());
    assert!(server.deliver_mail().is_empty());
    let waiting = &server.listed_mail()[0];
    assert_eq!(waiting.state, MailState::Waiting);
    assert_eq!(waiting.reason.as_deref(), Some("busy"));
    assert!(server.deliver_mail().is_empty(), "it is not due");
    server.retry_mail(id).unwrap();
    server.mailer.fail_next(busy());
    assert!(server.deliver_mail().is_empty());
    server.advance(minutes(5));
    assert!(server.deliver_mail().is_empty(), "too late");
    let dead = &server.listed_mail()[0];
    assert_eq!((dead.state, dead.attempts), (MailState::Dead, 3));
    assert!(matches!(server.retry_mail(id), Err(RetryMailError::Dead)));
    server.advance(Outbox::DEAD_LETTER_LIFETIME - minutes(1));
    assert_eq!(server.sweep_mail(), 0);
    server.advance(minutes(1));
    assert_eq!(server.sweep_mail(), 1);
    assert_eq!(server.listed_mail(), []);
}
