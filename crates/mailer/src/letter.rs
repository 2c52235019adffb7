//! A mail as a MIME message (RFC 5322, RFC 2045). Every header is made by lettre's types, which encode what they are
//! given: no argument can begin a header of its own.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::extension::ClientId;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::Email;
use sealpost_domain::ports::{MailError, OutgoingMail};
use thiserror::Error;

use crate::templates::{View, render, subject};

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostName {
    /// A name.
    Domain(String),
    /// An address.
    Address(IpAddr),
}

/// What is the same in every mail.
#[derive(Debug, Clone)]
pub struct Letterhead {
    from: Mailbox,
    product: String,
    subject_prefix: String,
    public_url: String,
    host: HostName,
}

/// Why no mail can be sent under this letterhead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LetterheadError {
    /// The sender is no mail address.
    #[error("no mail can be sent from {0:?}: it is no mail address")]
    Address(String),
    /// The sender's name would break the header.
    #[error("the name that mail comes from has a control character")]
    Name,
}

impl Letterhead {
    /// The letterhead of `product`, which is reached at `public_url` on `host`. Mails come from `address`, shown with
    /// `name` if there is one; their subjects begin with `subject_prefix` and a space, if it is not empty.
    ///
    /// # Errors
    /// [`LetterheadError`] if `address` is none, or `name` has a control character.
    pub fn new(
        (name, address): (Option<&str>, &str),
        product: &str,
        subject_prefix: &str,
        (public_url, host): (&str, HostName),
    ) -> Result<Self, LetterheadError> {
        let from = address
            .parse()
            .map_err(|_| LetterheadError::Address(address.to_owned()))?;
        if name.is_some_and(|name| name.contains(char::is_control)) {
            return Err(LetterheadError::Name);
        }
        Ok(Self {
            from: Mailbox::new(name.map(str::to_owned), from),
            product: product.to_owned(),
            subject_prefix: subject_prefix.to_owned(),
            public_url: public_url.to_owned(),
            host,
        })
    }

    /// Who we say we are to a mail server.
    pub(crate) fn client_id(&self) -> ClientId {
        match &self.host {
            HostName::Domain(name) => ClientId::Domain(name.clone()),
            HostName::Address(IpAddr::V4(address)) => ClientId::Ipv4(*address),
            HostName::Address(IpAddr::V6(address)) => ClientId::Ipv6(*address),
        }
    }

    /// Writes a mail: the same `Message-ID` and `Date` at every try.
    pub(crate) fn write(&self, outgoing: &OutgoingMail) -> Result<Message, MailError> {
        let mail = &outgoing.mail;
        let template = mail.message.template();
        let words = render(template, &View::of(mail, &self.product, &self.public_url))
            .map_err(|error| MailError::Permanent(format!("its text cannot be made: {error}")))?;
        let subject = format!("{} {}", self.subject_prefix, subject(template));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(subject.trim_start())
            .message_id(Some(format!("<{}@{}>", outgoing.id, self.id_host())))
            .date(system_time(outgoing.written_at))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(words.text, words.html))
            .map_err(|error| MailError::Permanent(format!("it cannot be written: {error}")))
    }

    /// The right side of a `Message-ID` (RFC 5322, section 3.6.4): a name, or an address as a literal.
    fn id_host(&self) -> String {
        match &self.host {
            HostName::Domain(name) => name.clone(),
            HostName::Address(IpAddr::V4(address)) => format!("[{address}]"),
            HostName::Address(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        }
    }
}

/// The address, its domain in ASCII (RFC 5891), so that only a name that is not ASCII needs SMTPUTF8.
fn address(email: &Email) -> Result<Address, MailError> {
    let refused = || MailError::Permanent("its address is none that mail can go to".to_owned());
    let (user, domain) = email.as_str().rsplit_once('@').ok_or_else(refused)?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| refused())?;
    Address::new(user, domain).map_err(|_| refused())
}

/// A moment before the epoch is shown as the epoch.
fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(at.as_millis())
}

/// A program wrote it: nobody is to answer automatically (RFC 3834, section 5).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
