//! Mail goes to a mail server (RFC 5321), one connection for each mail.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use sealpost_domain::Secret;
use sealpost_domain::ports::{MailError, Mailer, OutgoingMail};
use thiserror::Error;
use tokio::time::timeout;

use crate::failure::{of_connection, of_mail};
use crate::{HostName, Letterhead};

/// For the TCP connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// For each step after it.
const STEP_WITHIN: Duration = Duration::from_secs(30);
/// For the farewell, on which nothing depends.
const QUIT_WITHIN: Duration = Duration::from_secs(1);

/// Which mail server, and how.
#[derive(Debug)]
pub struct SmtpConfig {
    /// Where it is; its certificate must be for this name or address.
    pub host: HostName,
    /// Its port.
    pub port: u16,
    /// How TLS begins.
    pub tls: SmtpTls,
    /// What it knows us by, if it asks.
    pub login: Option<SmtpLogin>,
    /// Certificates (PEM) that are trusted beside the usual roots.
    pub extra_roots: Option<Vec<u8>>,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// With the STARTTLS command (RFC 3207). A server that does not offer it gets nothing from us, unless it runs on
    /// this machine (a loopback address, or `localhost`).
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// What a mail server knows us by.
#[derive(Debug)]
pub struct SmtpLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// Why mail cannot go this way.
#[derive(Debug, Error)]
pub enum SmtpConfigError {
    /// The additional roots are no certificates.
    #[error("the additional root certificates for mail are not PEM certificates")]
    Roots,
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] SmtpError),
}

/// Sends mail to a mail server.
pub struct SmtpMailer {
    letterhead: Letterhead,
    host: String,
    port: u16,
    begin: SmtpTls,
    tls: TlsParameters,
    on_this_machine: bool,
    credentials: Option<Credentials>,
}

impl SmtpMailer {
    /// A mailer to this server. Nothing is connected before the first mail.
    ///
    /// # Errors
    /// [`SmtpConfigError`].
    pub fn new(letterhead: Letterhead, config: SmtpConfig) -> Result<Self, SmtpConfigError> {
        let (host, on_this_machine) = match config.host {
            HostName::Domain(name) => {
                let local = name.eq_ignore_ascii_case("localhost");
                (name, local)
            }
            HostName::Address(address) => (address.to_string(), is_loopback(address)),
        };
        // Compiled in, so that the smallest container has them.
        let mut tls =
            TlsParameters::builder(host.clone()).certificate_store(CertificateStore::WebpkiRoots);
        if let Some(pem) = config.extra_roots {
            tls = tls.add_root_certificate(roots(&pem)?);
        }
        Ok(Self {
            letterhead,
            host,
            port: config.port,
            begin: config.tls,
            tls: tls.build().map_err(SmtpConfigError::Tls)?,
            on_this_machine,
            credentials: config
                .login
                .map(|login| Credentials::new(login.user, login.password.expose().clone())),
        })
    }

    /// A connection that may be told a mail: under TLS (or on this machine), and logged in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let name = self.letterhead.client_id();
        let implicit = (self.begin == SmtpTls::Implicit).then(|| self.tls.clone());
        let server = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(CONNECT_WITHIN),
            &name,
            implicit,
            None,
        );
        let mut connection = step("connecting", of_connection, connecting).await?;
        if self.begin == SmtpTls::StartTls {
            if connection.can_starttls() {
                let upgrading = connection.starttls(self.tls.clone(), &name);
                step("STARTTLS", of_connection, upgrading).await?;
            } else if !self.on_this_machine {
                farewell(connection).await;
                return Err(MailError::Temporary(
                    "the mail server offers no STARTTLS, without which nothing is sent".to_owned(),
                ));
            }
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let logging_in = connection.auth(&mechanisms, credentials);
            step("login", of_connection, logging_in).await?;
        }
        Ok(connection)
    }

    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        let mut connection = self.connect().await?;
        let delivered = transfer(&mut connection, message).await;
        farewell(connection).await;
        delivered
    }
}

fn roots(pem: &[u8]) -> Result<Certificate, SmtpConfigError> {
    // Of a file without certificates the parser makes a certificate of none.
    if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(SmtpConfigError::Roots);
    }
    Certificate::from_pem(pem).map_err(|_| SmtpConfigError::Roots)
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// The mail transaction (RFC 5321, section 3.3).
async fn transfer(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(), MailError> {
    let envelope = message.envelope();
    let content = message.formatted();
    let mut options = Vec::new();
    if envelope
        .to()
        .iter()
        .any(|to| !AsRef::<str>::as_ref(to).is_ascii())
    {
        if !connection
            .server_info()
            .supports_feature(Extension::SmtpUtfEight)
        {
            return Err(MailError::Permanent(
                "the mail server takes no address that is not ASCII (SMTPUTF8)".to_owned(),
            ));
        }
        options.push(MailParameter::SmtpUtfEight);
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let from = MailFrom::new(envelope.from().cloned(), options);
    step("MAIL", of_mail, connection.command(from)).await?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), Vec::new());
        step("RCPT", of_mail, connection.command(to)).await?;
    }
    step("DATA", of_mail, connection.command(Data)).await?;
    // Until the answer to this, nobody can tell: a cut makes the mail go twice, under one Message-ID.
    step("content", of_mail, connection.message(&content)).await?;
    Ok(())
}

async fn farewell(mut connection: AsyncSmtpConnection) {
    let _whatever_it_says = timeout(QUIT_WITHIN, connection.abort()).await;
}

async fn step<T>(
    name: &str,
    meaning: impl Fn(&str, &SmtpError) -> MailError,
    doing: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, MailError> {
    match timeout(STEP_WITHIN, doing).await {
        Ok(done) => done.map_err(|error| meaning(name, &error)),
        Err(_) => Err(MailError::Temporary(format!(
            "{name}: the mail server did not answer in time"
        ))),
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let message = self.letterhead.write(mail)?;
        timeout(mail.within, self.deliver(&message))
            .await
            .unwrap_or_else(|_| {
                Err(MailError::Temporary(
                    "the mail server took too long".to_owned(),
                ))
            })
    }
}
