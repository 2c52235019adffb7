//! Mails as bytes.

use super::super::codec::{decode, encode};
use super::super::*;
use super::scene::mail;
use crate::testing::every_mail_message;

#[test]
fn every_message_reads_back_and_no_part_of_one_does() {
    let mut seen = Vec::new();
    for message in every_mail_message("phone ☎") {
        let mail = mail(message);
        seen.push(mail.message.template());
        let bytes = encode(&mail);
        let read = decode(&bytes).unwrap();
        assert_eq!(read, mail);
        assert_eq!(read.to.as_str(), mail.to.as_str());
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "{end} bytes of {mail:?}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(decode(&longer), Err(MailDecodeError::Malformed));
    }
    assert_eq!(seen, MailTemplate::ALL, "one message for each template");
}

#[test]
fn what_a_later_version_wrote_is_told_apart_from_damage() {
    let mut bytes = encode(&mail(MailMessage::Test)).to_vec();
    bytes[2] = 200;
    assert_eq!(decode(&bytes), Err(MailDecodeError::UnknownTemplate(200)));
    bytes[0] = 2;
    assert_eq!(decode(&bytes), Err(MailDecodeError::UnknownFormat(2)));
    assert_eq!(decode(&[]), Err(MailDecodeError::Malformed));
}

#[test]
fn a_text_without_end_is_cut_between_characters() {
    let long = mail(MailMessage::IdentityLinked {
        provider: "é".repeat(100_000),
    });
    let MailMessage::IdentityLinked { provider } = decode(&encode(&long)).unwrap().message else {
        panic!("another message");
    };
    assert_eq!(provider, "é".repeat(MailMessage::MAX_TEXT_CHARS));
}

#[test]
fn templates_have_names_and_numbers_of_their_own() {
    for template in MailTemplate::ALL {
        assert_eq!(MailTemplate::from_code(template.code()), Some(*template));
        let same = |other: &&MailTemplate| other.name() == template.name();
        assert_eq!(MailTemplate::ALL.iter().filter(same).count(), 1);
    }
    assert_eq!(MailTemplate::from_code(0), None);
}
