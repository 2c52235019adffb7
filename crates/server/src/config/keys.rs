//! The table of all settings: the one place where their names, defaults and explanations stand.
//!
//! Reading the file, reading the environment, `--help` and `config print` all go by this table.

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its path in the TOML file, such as `dialects.channel.enabled`.
    pub name: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// What holds when nobody sets it.
    pub fallback: Fallback,
    /// One line for people.
    pub help: &'static str,
}

/// How a setting is written in the file. In the environment everything is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A string that may hold a password or a key: never shown, and readable from a file (`…_file`, `…_FILE`).
    Secret,
    /// An array of strings; in the environment separated by commas.
    List,
    /// `true` or `false`.
    Flag,
    /// A whole number, or a string with a number and a unit.
    Number,
}

/// What holds when nobody sets a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This text, read like any other value. `DATA_DIR` in it stands for the data folder.
    Text(&'static str),
    /// No value; this says what that means.
    Unset(&'static str),
}

/// What every variable of ours begins with.
pub const PREFIX: &str = "SEALPOST_";

/// The variable that names the configuration file (the command line's `--config`).
pub const CONFIG_VARIABLE: &str = "SEALPOST_CONFIG";

impl Key {
    /// The environment variable of this key: `a.b_c` is `SEALPOST_A_B_C`.
    #[must_use]
    pub fn variable(&self) -> String {
        variable(self.name)
    }

    /// The key of the file that holds the value, for a secret.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        (self.kind == Kind::Secret).then(|| format!("{}_file", self.name))
    }
}

/// The environment variable of a key by its name.
pub(super) fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

/// Declares a constant for each key, and `ALL`.
macro_rules! keys {
    ($($ident:ident = $name:literal, $kind:ident, $fallback:expr, $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $ident: Key =
                Key { name: $name, kind: Kind::$kind, fallback: $fallback, help: $help };
        )*
        /// All settings, in the order in which they are shown.
        pub const ALL: &[Key] = &[$($ident),*];
    };
}

use Fallback::{Text, Unset};

keys! {
    LISTEN = "listen", List, Text("127.0.0.1:5000"),
        "Addresses to listen on, each an IP address with a port.";
    DATA_DIR = "data_dir", Text, Text("./data"),
        "Folder for everything the server keeps on disk.";
    DATABASE_URL = "database_url", Secret, Text("sqlite://DATA_DIR/sealpost.db"),
        "The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME.";
    STORE_POOL_SIZE = "store.pool_size", Number, Text("16"),
        "Most database connections at once, 1 to 256.";
    MIGRATE = "migrate", Text, Text("auto"),
        "Bring the database schema up to date at start: auto, or off (then run `sealpost migrate`).";
    MASTER_KEY = "master_key", Secret, Unset("the file DATA_DIR/master.key, made at the first start"),
        "The key under which all other keys are sealed. Keep a copy apart from the backups.";
    PUBLIC_URL = "public_url", Text, Unset("http:// and the first listener"),
        "Where clients reach this server; used in links.";
    TRUSTED_PROXIES = "trusted_proxies", List, Unset("none"),
        "Networks (10.0.0.0/8) of reverse proxies whose Forwarded headers are believed.";
    METRICS_LISTEN = "metrics_listen", Text, Unset("off"),
        "Address for Prometheus metrics, such as 127.0.0.1:9100. Keep it private.";
    REGISTRATION = "registration", Text, Text("open"),
        "Whether strangers may make accounts: open or closed.";
    ACCOUNTS_RENAME_DAYS = "accounts.rename_days", Number, Text("30"),
        "Least number of days between two changes of a username, 0 to 365.";
        "Who may make an account: open (anybody), invite (whoever has one; see `sealpost invite`) or closed.";
    LIMITS = "limits", Text, Text("default"),
        "Request rates and quotas: default, or off (only while listening on loopback).";
    MAIL_URL = "mail_url", Secret, Text("file://DATA_DIR/mail"),
        "Outgoing mail: smtp://USER:PASSWORD@HOST (STARTTLS), smtps://… (TLS), or file://DIR.";
    MAIL_FROM = "mail_from", Text, Text("Sealpost <sealpost@localhost>"),
        "Sender of outgoing mail.";
    MAIL_PRODUCT_NAME = "mail.product_name", Text, Text("Sealpost"),
        "What this service is called in its mails.";
    MAIL_SUBJECT_PREFIX = "mail.subject_prefix", Text, Unset("the product's name in square brackets"),
        "What the subjects of mails begin with.";
    MAIL_CA_FILE = "mail.ca_file", Text, Unset("none"),
        "File of certificates (PEM) to trust for the mail server, beside the usual roots.";
    BLOBS_URL = "blobs_url", Text, Text("file://DATA_DIR/blobs"),
        "Where encrypted file contents rest: file://DIR or s3://BUCKET/PREFIX.";
    FILES_MAX_SIZE = "files.max_size", Number, Unset("no limit"),
        "Largest file that may be stored: bytes, or with KiB, MiB, GiB, TiB.";
    LOG = "log", Text, Text("info"),
        "What is logged, as a tracing filter: info, or warn,sealpost_http=debug.";
    LOG_FORMAT = "log_format", Text, Text("text"),
        "How it is logged: text or json.";
    MESSENGER_ENABLED = "dialects.messenger.enabled", Flag, Text("true"),
        "Serve the messenger dialect (/api/…).";
    CHANNEL_ENABLED = "dialects.channel.enabled", Flag, Text("true"),
        "Serve the channel dialect (/create_session_key, …).";
    CHANNEL_LEGACY_ECB = "dialects.channel.legacy_ecb", Flag, Text("false"),
        "Let channel clients that name no cipher use the original's AES-ECB. Unsafe.";
    CHANNEL_REVEAL_UNKNOWN_EMAIL = "dialects.channel.reveal_unknown_email", Flag, Text("false"),
        "Tell channel clients when nobody has a mail address, as the original did.";
    SOCIAL_ENABLED = "dialects.social.enabled", Flag, Text("true"),
        "Serve the social dialect (/auth/…, /users/…, /ws/chat/…).";
    SOCIAL_ATTACHMENT_MAX = "dialects.social.attachment_max", Number, Text("1 MiB"),
        "Largest attachment of a social chat message: bytes, or with KiB, MiB, GiB.";
    MAILBOX_ENABLED = "dialects.mailbox.enabled", Flag, Text("true"),
        "Serve the mailbox dialect (/create_user, /authenticate, …).";
    VAULT_ENABLED = "dialects.vault.enabled", Flag, Text("true"),
        "Serve the vault dialect (/load, /download/…).";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn variables_follow_the_names_and_do_not_collide() {
        assert_eq!(
            CHANNEL_LEGACY_ECB.variable(),
            "SEALPOST_DIALECTS_CHANNEL_LEGACY_ECB"
        );
        assert_eq!(DATA_DIR.variable(), "SEALPOST_DATA_DIR");
        let mut names: Vec<String> = ALL.iter().map(Key::variable).collect();
        names.extend(
            ALL.iter()
                .filter_map(Key::file_name)
                .map(|name| variable(&name)),
        );
        names.push(CONFIG_VARIABLE.to_owned());
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
