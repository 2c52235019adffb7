//! Mail to a mail server.

use std::time::{Duration, Instant};

use sealpost_domain::Secret;
use sealpost_domain::ports::{MailError, Mailer, OutgoingMail};
use sealpost_mailer::testing::{Act, Script, SmtpServer};
use sealpost_mailer::{HostName, SmtpConfig, SmtpLogin, SmtpMailer, SmtpTls};

use crate::{letterhead, outgoing};

fn config(server: &SmtpServer, tls: SmtpTls) -> SmtpConfig {
    SmtpConfig {
        host: HostName::Domain("localhost".to_owned()),
        port: server.port(),
        tls,
        login: None,
        extra_roots: Some(server.certificate().as_bytes().to_vec()),
    }
}

async fn send(config: SmtpConfig) -> Result<(), MailError> {
    let mailer = SmtpMailer::new(letterhead(), config).unwrap();
    mailer.send(&outgoing("a@b.example")).await
}

fn temporary(outcome: Result<(), MailError>) -> String {
    match outcome {
        Err(MailError::Temporary(reason)) => reason,
        other => panic!("not a temporary failure: {other:?}"),
    }
}

fn permanent(outcome: Result<(), MailError>) -> String {
    match outcome {
        Err(MailError::Permanent(reason)) => reason,
        other => panic!("not a permanent failure: {other:?}"),
    }
}

/// A server that does this at that step, in clear.
async fn acting(step: &'static str, act: Act) -> SmtpServer {
    SmtpServer::start(Script {
        at: [(step, act)].into(),
        ..Script::default()
    })
    .await
}

fn answer(line: &str) -> Act {
    Act::Answer(line.to_owned())
}

#[tokio::test]
async fn a_mail_arrives_with_its_envelope_and_headers() {
    let server = SmtpServer::start(Script::default()).await;
    send(config(&server, SmtpTls::StartTls)).await.unwrap();
    send(config(&server, SmtpTls::StartTls)).await.unwrap();
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    for mail in &taken {
        assert_eq!(mail.from, "post@post.example");
        assert_eq!(mail.to, ["a@b.example"]);
        let id = "<07070707-0707-0707-0707-070707070707@post.example>";
        assert_eq!(mail.header("Message-ID").as_deref(), Some(id));
        let subject = mail.header("Subject");
        assert_eq!(subject.as_deref(), Some("[Post] Your login code"));
        assert!(
            mail.content.contains("\r\n    246810\r\n"),
            "{}",
            mail.content
        );
    }
}

#[tokio::test]
async fn starttls_is_used_where_it_is_offered() {
    let server = SmtpServer::start(Script {
        starttls: true,
        ..Script::default()
    })
    .await;
    send(config(&server, SmtpTls::StartTls)).await.unwrap();
    assert!(server.taken().iter().all(|mail| mail.encrypted));
}

#[tokio::test]
async fn tls_from_the_first_byte() {
    let server = SmtpServer::start(Script {
        implicit_tls: true,
        ..Script::default()
    })
    .await;
    send(config(&server, SmtpTls::Implicit)).await.unwrap();
    assert!(server.taken().iter().all(|mail| mail.encrypted));
}

#[tokio::test]
async fn nothing_is_sent_in_clear_to_another_machine() {
    let server = SmtpServer::start(Script::default()).await;
    // A name that is not known to be this machine's.
    let elsewhere = SmtpConfig {
        host: HostName::Domain("127.0.0.1".to_owned()),
        ..config(&server, SmtpTls::StartTls)
    };
    let reason = temporary(send(elsewhere).await);
    assert!(reason.contains("STARTTLS"), "{reason}");
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    for (starttls, implicit_tls, tls) in [
        (true, false, SmtpTls::StartTls),
        (false, true, SmtpTls::Implicit),
    ] {
        let server = SmtpServer::start(Script {
            starttls,
            implicit_tls,
            ..Script::default()
        })
        .await;
        let trusting_nobody_else = SmtpConfig {
            extra_roots: None,
            ..config(&server, tls)
        };
        let reason = temporary(send(trusting_nobody_else).await);
        assert!(reason.contains("certificate"), "{reason}");
        let other_name = SmtpConfig {
            host: HostName::Address("127.0.0.2".parse().unwrap()),
            ..config(&server, tls)
        };
        temporary(send(other_name).await);
        assert_eq!(server.taken(), []);
    }
}

#[tokio::test]
async fn a_login_is_given_and_a_wrong_one_is_the_operators_to_mend() {
    let server = SmtpServer::start(Script {
        login: Some(("me".to_owned(), "pass:word".to_owned())),
        ..Script::default()
    })
    .await;
    let with = |password: Option<&str>| SmtpConfig {
        login: password.map(|password| SmtpLogin {
            user: "me".to_owned(),
            password: Secret::new(password.to_owned()),
        }),
        ..config(&server, SmtpTls::StartTls)
    };
    assert!(temporary(send(with(None)).await).contains("530 5.7.0"));
    let reason = temporary(send(with(Some("wrong"))).await);
    assert!(
        reason.contains("login") && reason.contains("535 5.7.8"),
        "{reason}"
    );
    assert_eq!(server.taken(), []);
    send(with(Some("pass:word"))).await.unwrap();
    assert!(server.taken().iter().all(|mail| mail.logged_in));
}

#[tokio::test]
async fn an_answer_of_4yz_is_for_now_and_one_of_5yz_for_good() {
    for step in ["MAIL", "RCPT", "DATA", "content"] {
        let server = acting(step, answer("451 4.3.0 <a@b.example> later")).await;
        let reason = temporary(send(config(&server, SmtpTls::StartTls)).await);
        assert_eq!(
            reason,
            format!("{step}: the mail server answered 451 4.3.0")
        );
        server.change(|script| {
            script.at = [(step, answer("550 5.1.1 <a@b.example> unknown"))].into();
        });
        let reason = permanent(send(config(&server, SmtpTls::StartTls)).await);
        assert_eq!(
            reason,
            format!("{step}: the mail server answered 550 5.1.1")
        );
        server.change(|script| script.at = [(step, answer("554 a@b.example"))].into());
        let reason = permanent(send(config(&server, SmtpTls::StartTls)).await);
        assert_eq!(reason, format!("{step}: the mail server answered 554"));
        assert_eq!(server.taken(), []);
    }
    // It says no to us, not to the mail.
    let server = acting("connect", answer("554 5.3.2 no mail here")).await;
    temporary(send(config(&server, SmtpTls::StartTls)).await);
}

#[tokio::test]
async fn a_cut_anywhere_is_for_now() {
    for step in ["connect", "MAIL", "RCPT", "DATA"] {
        let server = acting(step, Act::Close).await;
        temporary(send(config(&server, SmtpTls::StartTls)).await);
        assert_eq!(server.taken(), []);
    }
    let server = acting("content", Act::Close).await;
    temporary(send(config(&server, SmtpTls::StartTls)).await);
    assert_eq!(server.taken().len(), 1, "nobody can tell that it arrived");
    let port = server.port();
    let mut nobody = config(&server, SmtpTls::StartTls);
    drop(server);
    tokio::task::yield_now().await;
    nobody.port = port;
    temporary(send(nobody).await);
}

#[tokio::test]
async fn a_mail_server_that_says_nothing_is_left_in_time() {
    for step in ["connect", "RCPT", "content"] {
        let server = acting(step, Act::Hold).await;
        let mailer = SmtpMailer::new(letterhead(), config(&server, SmtpTls::StartTls)).unwrap();
        let hurried = OutgoingMail {
            within: Duration::from_millis(300),
            ..outgoing("a@b.example")
        };
        let began = Instant::now();
        temporary(mailer.send(&hurried).await);
        assert!(began.elapsed() < Duration::from_secs(3), "{step}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_ascii_wants_a_server_that_takes_it() {
    let server = SmtpServer::start(Script::default()).await;
    let mailer = SmtpMailer::new(letterhead(), config(&server, SmtpTls::StartTls)).unwrap();
    permanent(mailer.send(&outgoing("é@b.example")).await);
    server.change(|script| script.smtputf8 = true);
    mailer.send(&outgoing("é@b.example")).await.unwrap();
    assert_eq!(server.taken().first().unwrap().to, ["é@b.example"]);
}

#[test]
fn roots_that_are_none_are_refused_at_the_start() {
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"] {
        let config = SmtpConfig {
            host: HostName::Domain("localhost".to_owned()),
            port: 25,
            tls: SmtpTls::StartTls,
            login: None,
            extra_roots: Some(pem.as_bytes().to_vec()),
        };
        assert!(SmtpMailer::new(letterhead(), config).is_err(), "{pem:?}");
    }
}
