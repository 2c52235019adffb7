//! How mail leaves, and from whom.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use sealpost_domain::Secret;
use url::{Host, Url};

use super::value::Value;

/// Where mail goes.
#[derive(Debug)]
pub enum MailUrl {
    /// `file://DIR`: each mail becomes a file; nothing is sent. What follows the slashes is the path as it stands.
    File(PathBuf),
    /// `smtp://` or `smtps://`: a mail server.
    Smtp(Smtp),
}

/// A mail server. TLS is required in both forms.
#[derive(Debug)]
pub struct Smtp {
    /// How TLS begins.
    pub tls: SmtpTls,
    /// Name or address of the server; the certificate is checked against it.
    pub host: Host<String>,
    /// From the address, else 587 (STARTTLS) or 465.
    pub port: u16,
    /// Name and password, if the server asks for them.
    pub login: Option<SmtpLogin>,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// `smtp://`: the STARTTLS command (RFC 3207), without which nothing is sent.
    StartTls,
    /// `smtps://`: from the first byte (RFC 8314).
    Implicit,
}

/// What the mail server knows us by.
#[derive(Debug)]
pub struct SmtpLogin {
    /// The name, percent-decoded.
    pub user: String,
    /// The password, percent-decoded.
    pub password: Secret<String>,
}

impl Value for MailUrl {
    const WANTS: &'static str = "smtp://HOST (STARTTLS), smtps://HOST (TLS), each perhaps with USER:PASSWORD@ before the host and a port \
         after it, or file://DIR; write special characters of a password in percent form (@ is %40)";

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("file://") {
            Some(path) => PathBuf::parse(path).map(Self::File),
            None => smtp(text).map(Self::Smtp),
        }
    }
}

fn smtp(text: &str) -> Option<Smtp> {
    let url = Url::parse(text).ok()?;
    let (tls, usual_port) = match url.scheme() {
        "smtp" => (SmtpTls::StartTls, 587),
        "smtps" => (SmtpTls::Implicit, 465),
        _ => return None,
    };
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !bare {
        return None;
    }
    let login = match (url.username(), url.password()) {
        ("", None) => None,
        ("", Some(_)) | (_, None) => return None,
        (user, Some(password)) => Some(SmtpLogin {
            user: decode(user)?,
            password: Secret::new(decode(password)?),
        }),
    };
    let host = match url.host()? {
        Host::Domain("") => return None,
        // Of the schemes it does not know, `url` takes an IPv4 address for a name.
        Host::Domain(name) => name
            .parse()
            .map_or_else(|_| Host::Domain(name.to_owned()), Host::Ipv4),
        address => address.to_owned(),
    };
    Some(Smtp {
        tls,
        host,
        port: url.port().unwrap_or(usual_port),
        login,
    })
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(String::from)
}

/// The sender of our mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFrom {
    /// The name that people see, if one is given. No control characters, quotes or angle brackets.
    pub name: Option<String>,
    /// The mail address.
    pub address: String,
}

impl Value for MailFrom {
    const WANTS: &'static str =
        "a mail address, or a name with one: Sealpost <sealpost@example.org>";

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.rsplit_once('<')?,
            None => ("", text),
        };
        let name = name.trim();
        let name = name
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(name);
        let (local, domain) = address.rsplit_once('@')?;
        let odd = |c: char| c.is_control() || matches!(c, '<' | '>' | '"' | '\\');
        let address_odd = |c: char| odd(c) || c.is_whitespace() || matches!(c, '@' | ',' | ';');
        if name.contains(odd)
            || [local, domain]
                .iter()
                .any(|part| part.is_empty() || part.contains(address_odd))
        {
            return None;
        }
        Some(Self {
            name: (!name.is_empty()).then(|| name.to_owned()),
            address: address.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Smtp {
        match MailUrl::parse(text) {
            Some(MailUrl::Smtp(smtp)) => smtp,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mail_server_has_usual_ports_and_a_decoded_login() {
        let plain = server("smtp://mail.example");
        assert_eq!((plain.tls, plain.port), (SmtpTls::StartTls, 587));
        assert!(plain.login.is_none());
        let full = server("smtps://me%40example:p%3Aw%40x@mail.example:4650/");
        assert_eq!((full.tls, full.port), (SmtpTls::Implicit, 4650));
        assert_eq!(full.host, Host::Domain("mail.example".to_owned()));
        assert!(!format!("{full:?}").contains("p:w@x"));
        let login = full.login.unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.expose().as_str()),
            ("me@example", "p:w@x")
        );
        assert_eq!(server("smtps://mail.example").port, 465);
    }

    #[test]
    fn an_address_is_told_apart_from_a_name() {
        let loopback = Host::<String>::Ipv4(std::net::Ipv4Addr::LOCALHOST);
        assert_eq!(server("smtp://127.0.0.1:2525").host, loopback);
        let six = Host::<String>::Ipv6(std::net::Ipv6Addr::LOCALHOST);
        assert_eq!(server("smtps://[::1]").host, six);
    }

    #[test]
    fn mail_may_go_to_files() {
        assert!(
            matches!(MailUrl::parse("file://./data/mail"), Some(MailUrl::File(p)) if p.as_os_str() == "./data/mail")
        );
    }

    #[test]
    fn other_addresses_are_refused() {
        for wrong in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://me@mail.example",
            "smtp://mail.example/path",
            "smtp://mail.example?tls=none",
            "file://",
        ] {
            assert!(MailUrl::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let sender = MailFrom::parse("\"Seal, Post\" <a@b.example>").unwrap();
        assert_eq!(
            (sender.name.as_deref(), sender.address.as_str()),
            (Some("Seal, Post"), "a@b.example")
        );
        assert_eq!(MailFrom::parse("a@b").unwrap().name, None);
        for wrong in [
            "",
            "a",
            "@b",
            "a@",
            "x <a@b",
            "x\ny <a@b>",
            "a@b, c@d",
            "<a@b> <c@d>",
        ] {
            assert_eq!(MailFrom::parse(wrong), None, "{wrong}");
        }
    }
}
