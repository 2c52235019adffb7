//! Where mail goes, as the configuration says.

use std::path::Path;
use std::sync::Arc;

use sealpost_domain::Secret;
use sealpost_domain::ports::Mailer;
use sealpost_mailer::{
    FileMailer, HostName, Letterhead, SmtpConfig, SmtpLogin, SmtpMailer, SmtpTls,
};
use url::Host;

use crate::StartError;
use crate::config::{Mail, MailUrl, PublicUrl, Smtp, SmtpTls as ConfiguredTls};

/// The mailer. Nothing is connected yet: a mail server that is away at the start is waited for like at any other time.
pub(super) fn mailer(mail: &Mail, public_url: &PublicUrl) -> Result<Arc<dyn Mailer>, StartError> {
    let letterhead = letterhead(mail, public_url)?;
    Ok(match &mail.url {
        MailUrl::File(folder) => Arc::new(FileMailer::open(letterhead, folder).map_err(refused)?),
        MailUrl::Smtp(smtp) => {
            let config = smtp_config(smtp, mail.ca_file.as_deref())?;
            Arc::new(SmtpMailer::new(letterhead, config).map_err(refused)?)
        }
    })
}

fn letterhead(mail: &Mail, public_url: &PublicUrl) -> Result<Letterhead, StartError> {
    let product = mail.product_name.as_str();
    let prefix = mail.subject_prefix.as_ref().map_or_else(
        || format!("[{product}]"),
        |prefix| prefix.as_str().to_owned(),
    );
    let host = public_url
        .host()
        .unwrap_or_else(|| Host::Domain("localhost".to_owned()));
    Letterhead::new(
        (mail.from.name.as_deref(), &mail.from.address),
        product,
        &prefix,
        (public_url.as_str(), host_name(&host)),
    )
    .map_err(refused)
}

fn smtp_config(smtp: &Smtp, ca_file: Option<&Path>) -> Result<SmtpConfig, StartError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| {
            StartError::Mail(format!("cannot read {}: {error}", path.display()).into())
        })
    };
    Ok(SmtpConfig {
        host: host_name(&smtp.host),
        port: smtp.port,
        tls: match smtp.tls {
            ConfiguredTls::StartTls => SmtpTls::StartTls,
            ConfiguredTls::Implicit => SmtpTls::Implicit,
        },
        login: smtp.login.as_ref().map(|login| SmtpLogin {
            user: login.user.clone(),
            password: Secret::new(login.password.expose().clone()),
        }),
        extra_roots: ca_file.map(read).transpose()?,
    })
}

fn host_name(host: &Host<String>) -> HostName {
    match host {
        Host::Domain(name) => HostName::Domain(name.clone()),
        Host::Ipv4(address) => HostName::Address((*address).into()),
        Host::Ipv6(address) => HostName::Address((*address).into()),
    }
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> StartError {
    StartError::Mail(error.into())
}
