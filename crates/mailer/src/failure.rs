//! What a failure means for a mail, in words without an address.

use std::error::Error as _;

use lettre::transport::smtp::Error as SmtpError;
use sealpost_domain::ports::MailError;

/// A step before the mail server has heard of the mail: what fails here is mended by an operator, or by time.
pub(crate) fn of_connection(step: &str, error: &SmtpError) -> MailError {
    MailError::Temporary(words(step, error))
}

/// A step with the mail: what the server refuses for good (5yz, RFC 5321, section 4.2.1) is refused for good, unless it
/// only misses a login (RFC 4954, section 6).
pub(crate) fn of_mail(step: &str, error: &SmtpError) -> MailError {
    let reason = words(step, error);
    let code = error.status().map(u16::from);
    match code {
        Some(530 | 534 | 535 | 538) => MailError::Temporary(reason),
        _ if error.is_permanent() => MailError::Permanent(reason),
        _ => MailError::Temporary(reason),
    }
}

/// For an answer, its codes and none of its words, in which mail servers like to name addresses.
fn words(step: &str, error: &SmtpError) -> String {
    match error.status() {
        Some(code) => {
            let enhanced = error.source().and_then(|text| enhanced(&text.to_string()));
            let space = if enhanced.is_some() { " " } else { "" };
            let enhanced = enhanced.unwrap_or_default();
            format!("{step}: the mail server answered {code}{space}{enhanced}")
        }
        None => format!("{step}: {}", chain(error)),
    }
}

/// The error and what caused it.
fn chain(error: &SmtpError) -> String {
    let mut text = error.to_string();
    let mut source = error.source().and_then(std::error::Error::source);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// The enhanced status code (RFC 3463) that an answer's text begins with, if it does.
fn enhanced(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let numbers = |part: &&str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (parts.len() == 3 && parts.iter().all(numbers)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_code_is_taken_from_an_answer() {
        assert_eq!(enhanced("5.1.1 <a@b> unknown").as_deref(), Some("5.1.1"));
        for text in [
            "",
            "a@b",
            "5.1 x",
            "5.1.1.1",
            "5.1.1000",
            "5..1",
            "<a@b> 5.1.1",
        ] {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
