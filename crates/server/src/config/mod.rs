//! The configuration: environment over TOML file over default, parsed once into types that cannot be wrong.
//!
//! Start at [`keys`], the table of all settings; [`load()`] reads them into a [`Config`]. The file `load.rs` says which
//! key becomes which field, `value.rs` and the `*_url.rs` files how a text becomes a value.

mod blobs_url;
mod choice;
mod database_url;
mod environment;
mod error;
mod file;
pub mod keys;
mod load;
mod mail_url;
mod providers;
mod public_url;
mod reader;
mod show;
mod size;
#[cfg(test)]
mod tests;
mod value;

use std::net::SocketAddr;
use std::path::PathBuf;

use sealpost_domain::Secret;

pub use blobs_url::{AccessKeyId, BlobsUrl, Bucket, SecretAccessKey};
pub use choice::{HumanCheck, Limits, LogFormat, Migrate, Registration};
pub use database_url::DatabaseUrl;
pub use environment::Environment;
pub use error::{ConfigError, Source, Warning};
pub use load::{Loaded, load};
pub use mail_url::{MailFrom, MailUrl, Smtp, SmtpLogin, SmtpTls};
pub use providers::Provider;
pub use public_url::PublicUrl;
pub use show::{Settings, help};
pub use size::{Bound, ByteSize, InvalidByteSize, Nights};
pub use value::{
    Days, Listeners, LogFilter, MaxConnections, OneLine, PoolSize, RetentionDays, RetentionHours,
    TrustedProxies,
};

/// All settings. Relative paths are relative to the working folder.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: Listeners,
    /// Where everything rests that the server keeps on disk.
    pub data_dir: PathBuf,
    /// The database.
    pub store: Store,
    /// The key under which all others are sealed.
    pub master_key: MasterKey,
    /// Where clients reach this server; see [`Config::public_url`] for the default.
    pub public_url: Option<PublicUrl>,
    /// Who may say for whom they forward.
    pub trusted_proxies: TrustedProxies,
    /// Most connections of clients at once.
    pub max_connections: MaxConnections,
    /// Where metrics are served, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Who may make an account.
    pub registration: Registration,
    /// Accounts.
    pub accounts: Accounts,
    /// Inboxes.
    pub inbox: Inboxes,
    /// The identity providers that people may log in with.
    pub providers: Vec<Provider>,
    /// Request rates and quotas.
    pub limits: Limits,
    /// Outgoing mail.
    pub mail: Mail,
    /// Where the encrypted contents of files rest.
    pub blobs_url: BlobsUrl,
    /// Whose bucket that is.
    pub blobs: Blobs,
    /// The file store.
    pub files: Files,
    /// Uploads that go on after a break.
    pub uploads: Uploads,
    /// What is logged, and how.
    pub log: Log,
    /// The five dialects.
    pub dialects: Dialects,
    /// Whether the web client is served.
    pub web: bool,
}

impl Config {
    /// Where clients reach this server: as configured, else the address that the first listener was bound to.
    #[must_use]
    pub fn public_url(&self, first_bound: SocketAddr) -> PublicUrl {
        self.public_url
            .clone()
            .unwrap_or_else(|| PublicUrl::of_listener(first_bound))
    }
}

/// The database.
#[derive(Debug)]
pub struct Store {
    /// Which one.
    pub database_url: DatabaseUrl,
    /// Most connections at once.
    pub pool_size: PoolSize,
    /// Who brings its schema up to date.
    pub migrate: Migrate,
}

/// Where the master key is.
#[derive(Debug)]
pub enum MasterKey {
    /// In the configuration itself.
    Given(Secret<String>),
    /// In a file.
    File {
        /// Its path.
        path: PathBuf,
        /// Whether the first start makes it: only at the place nobody chose, since a path that was given and does
        /// not exist is rather a mistake.
        create: bool,
    },
}

/// Outgoing mail.
#[derive(Debug)]
pub struct Mail {
    /// Where it goes.
    pub url: MailUrl,
    /// From whom it comes.
    pub from: MailFrom,
    /// What this service is called in its mails.
    pub product_name: OneLine,
    /// What subjects begin with; None for the product's name in square brackets.
    pub subject_prefix: Option<OneLine>,
    /// Certificates to trust beside the usual roots.
    pub ca_file: Option<PathBuf>,
}

/// Accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accounts {
    /// The least time between two changes of a username.
    pub rename_days: Days,
    /// What people do before they get one through the native API.
    pub human_check: HumanCheck,
}

/// Inboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inboxes {
    /// How long events are kept.
    pub retention_days: RetentionDays,
}

/// The key of the bucket where the contents of files rest, if they rest in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blobs {
    /// By what its server knows us.
    pub access_key_id: Option<AccessKeyId>,
    /// What proves it.
    pub secret_access_key: Option<SecretAccessKey>,
}

/// The file store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// The largest file that may be stored, if there is a limit.
    pub max_size: Option<ByteSize>,
    /// What an account may store.
    pub quota: Bound,
    /// What all accounts may store together, if there is a limit.
    pub total_quota: Option<ByteSize>,
    /// What stays free where the files rest.
    pub free_space_floor: Bound,
    /// In how many nights every file is read again.
    pub scrub_days: Nights,
}

/// Uploads that go on after a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploads {
    /// How long one waits for more bytes.
    pub retention_hours: RetentionHours,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Which lines.
    pub filter: LogFilter,
    /// How they look.
    pub format: LogFormat,
}

/// The five dialects; a switched-off one answers 404 everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialects {
    /// Whether the `messenger` dialect is served.
    pub messenger: bool,
    /// The `channel` dialect.
    pub channel: Channel,
    /// The `social` dialect.
    pub social: Social,
    /// Whether the `mailbox` dialect is served.
    pub mailbox: bool,
    /// Whether the `vault` dialect is served.
    pub vault: bool,
}

/// The `channel` dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    /// Whether it is served.
    pub enabled: bool,
    /// Whether a client that names no cipher gets the original's AES-ECB.
    pub legacy_ecb: bool,
    /// Whether recovery says that nobody has a mail address, as the original did.
    pub reveal_unknown_email: bool,
}

/// The `social` dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Social {
    /// Whether it is served.
    pub enabled: bool,
    /// The largest attachment of a chat message.
    pub attachment_max: ByteSize,
}
