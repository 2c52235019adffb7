use std::time::Duration;

use sealpost_domain::accounts::Email;
use sealpost_domain::mail::MailMessage;
use sealpost_domain::testing::every_mail_message;
use sealpost_domain::{Secret, Timestamp};

use super::*;

const URL: &str = "https://post.example";

fn words(username: &str, message: MailMessage) -> Words {
    let mail = Mail {
        to: Email::parse("a@b.example").unwrap(),
        username: username.to_owned(),
        message,
        not_after: Timestamp::from_seconds(0) + Duration::from_secs(1),
    };
    let view = View::of(&mail, "Post & Co", URL);
    render(mail.message.template(), &view).unwrap()
}

/// The words of an HTML body, as a reader sees them.
fn seen(html: &str) -> Vec<String> {
    let (_, body) = html.split_once("<body").unwrap();
    let mut text = String::new();
    for part in format!("<body{body}").split('<').skip(1) {
        let (tag, shown) = part.split_once('>').unwrap();
        if tag.starts_with(['p', '/', 'b']) {
            text.push(' ');
        }
        text.push_str(shown);
    }
    for (entity, character) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn both_parts_of_every_mail_say_the_same() {
    for message in every_mail_message("x<y> & \"z\"") {
        let template = message.template();
        let words = words("alice", message);
        let text: Vec<_> = words.text.split_whitespace().collect();
        assert_eq!(text, seen(&words.html), "{template:?}");
        assert!(words.text.starts_with("Hello alice,\n\n"), "{template:?}");
        assert!(
            words
                .text
                .ends_with("\n\n-- \nPost & Co\nhttps://post.example")
        );
    }
}

#[test]
fn every_mail_shows_its_arguments() {
    for message in every_mail_message("R2D2-C3PO") {
        let shows = matches!(
            message,
            MailMessage::EmailVerification { .. }
                | MailMessage::LoginCode { .. }
                | MailMessage::RecoveryCode { .. }
                | MailMessage::ResetCode { .. }
                | MailMessage::AppPasswordAdded { .. }
                | MailMessage::IdentityLinked { .. }
                | MailMessage::IdentityUnlinked { .. }
                | MailMessage::UsernameChanged { .. }
        );
        let template = message.template();
        let Words { text, html } = words("alice", message);
        for part in [text, html] {
            assert_eq!(part.contains("R2D2-C3PO"), shows, "{template:?}");
            assert!(!part.contains("{{") && !part.contains("{%"), "{template:?}");
        }
    }
}

#[test]
fn arguments_are_no_html() {
    for message in every_mail_message("<script>alert('x')</script>") {
        let html = words("<img src=x onerror=\"y\">", message).html;
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(!html.contains("alert('x')"), "{html}");
    }
}

#[test]
fn a_name_makes_no_paragraph_of_its_own() {
    let forged = "phone\r\n\r\nYour account was stolen.";
    for message in every_mail_message("x") {
        let message = match message {
            MailMessage::AppPasswordAdded { dialect, .. } => MailMessage::AppPasswordAdded {
                name: forged.to_owned(),
                dialect,
            },
            MailMessage::IdentityLinked { .. } => MailMessage::IdentityLinked {
                provider: forged.to_owned(),
            },
            MailMessage::UsernameChanged { .. } => MailMessage::UsernameChanged {
                old: forged.to_owned(),
                new: forged.to_owned(),
            },
            other => other,
        };
        let text = words(forged, message).text;
        assert!(!text.contains("\nYour account was stolen."), "{text}");
    }
}

#[test]
fn a_stranger_is_not_sent_a_link_by_way_of_a_name() {
    let verify = || MailMessage::EmailVerification {
        code: Secret::new("123456".to_owned()),
    };
    for name in ["win.example", "http://x", "x/y"] {
        let Words { text, html } = words(name, verify());
        assert!(!text.contains(name) && !html.contains(name), "{name}");
    }
    assert!(words("alice", verify()).text.contains("Hello alice,"));
}

#[test]
fn the_only_link_is_the_configured_one() {
    for message in every_mail_message("x") {
        let html = words("alice", message).html;
        assert_eq!(html.matches("href=").count(), 1);
        assert!(html.contains("href=\"https://post.example\""));
        assert_eq!(html.matches("://").count(), 2, "{html}");
        assert!(!html.contains("src="), "nothing is loaded from elsewhere");
    }
}
