//! The table of all settings: the one place where their names, defaults and explanations stand.
//!
//! Reading the file, reading the environment, `--help` and `config print` all go by this table.

use sealpost_domain::federation::ProviderId;

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
/// The variable that names the profile of whoever uses an account from the command line. No setting of the server.
pub const PROFILE_VARIABLE: &str = "SEALPOST_PROFILE";

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
    format!("{PREFIX}{}", name.replace(['.', '-'], "_").to_uppercase())
}

/// What the keys of an identity provider begin with.
pub(super) fn provider_scope(provider: &ProviderId) -> String {
    format!("{}.{provider}.", PROVIDERS.name)
}

/// The provider that a name of the file is about, and the rest of the name; None if it is about none.
pub(super) fn split_provider(name: &str) -> Option<(ProviderId, &str)> {
    let (section, rest) = name.split_once('.')?;
    let (provider, rest) = rest.split_once('.').unwrap_or((rest, ""));
    (section == PROVIDERS.name)
        .then(|| ProviderId::parse(provider).ok())
        .flatten()
        .map(|provider| (provider, rest))
}

/// The names of all keys, also of those of these providers; for a secret, of its file too.
pub(super) fn names(providers: &[ProviderId]) -> Vec<String> {
    let of = |scope: &str, keys: &[Key]| -> Vec<String> {
        let names = keys.iter().flat_map(|key| {
            let file = key.file_name();
            std::iter::once(key.name.to_owned()).chain(file)
        });
        names.map(|name| format!("{scope}{name}")).collect()
    };
    let scopes = providers.iter().map(provider_scope);
    of("", ALL)
        .into_iter()
        .chain(scopes.flat_map(|scope| of(&scope, PROVIDER)))
        .collect()
}

/// Declares a constant for each key, and a list of them all.
macro_rules! keys {
    ($(#[$doc:meta])* $all:ident: $($ident:ident = $name:literal, $kind:ident, $fallback:expr, $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $ident: Key =
                Key { name: $name, kind: Kind::$kind, fallback: $fallback, help: $help };
        )*
        $(#[$doc])*
        pub const $all: &[Key] = &[$($ident),*];
    };
}

use Fallback::{Text, Unset};

keys! {
    /// All settings but those of identity providers, in the order in which they are shown.
    ALL:
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
    MAX_CONNECTIONS = "max_connections", Number, Text("25000"),
        "Most connections of clients at once, 50 to 1000000; four fifths may be WebSockets and streams.";
    METRICS_LISTEN = "metrics_listen", Text, Unset("off"),
        "Address for Prometheus metrics, such as 127.0.0.1:9100. Keep it private.";
    REGISTRATION = "registration", Text, Text("open"),
        "Who may make an account: open (anybody), invite (whoever has one) or closed.";
    ACCOUNTS_RENAME_DAYS = "accounts.rename_days", Number, Text("30"),
        "Least number of days between two changes of a username, 0 to 365.";
    ACCOUNTS_HUMAN_CHECK = "accounts.human_check", Text, Text("off"),
        "Before somebody gets an account through /v1: off, or sentence (they complete one).";
    INBOX_RETENTION_DAYS = "inbox.retention_days", Number, Text("30"),
        "How many days events wait for devices that do not come, 1 to 3650.";
    PROVIDERS = "providers", List, Unset("none"),
        "Identity providers to log in with, by name; in the file, tables [providers.NAME].";
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
        "Where encrypted file contents rest: file://DIR or s3://BUCKET/PREFIX?endpoint=https://HOST.";
    BLOBS_ACCESS_KEY_ID = "blobs.access_key_id", Text, Unset("needed for s3://"),
        "The access key of the bucket.";
    BLOBS_SECRET_ACCESS_KEY = "blobs.secret_access_key", Secret, Unset("needed for s3://"),
        "The secret of that access key.";
    FILES_MAX_SIZE = "files.max_size", Number, Unset("no limit"),
        "Largest file that may be stored: bytes, or with KiB, MiB, GiB, TiB.";
    FILES_QUOTA = "files.quota", Number, Text("1 GiB"),
        "What an account may store, unless the operator says otherwise: bytes, KiB, MiB, GiB, or none.";
    FILES_TOTAL_QUOTA = "files.total_quota", Number, Unset("no limit"),
        "What all accounts may store together: bytes, or with KiB, MiB, GiB, TiB.";
    FILES_FREE_SPACE_FLOOR = "files.free_space_floor", Number, Text("256 MiB"),
        "Uploads are refused rather than leave less than this free on the disk of the files; or none.";
    FILES_SCRUB_DAYS = "files.scrub_days", Number, Text("30"),
        "In how many nights every stored file is read again, 1 to 3650; or none.";
    UPLOADS_RETENTION_HOURS = "uploads.retention_hours", Number, Text("24"),
        "How many hours an unfinished upload waits for more bytes, 1 to 8760.";
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
    WEB_ENABLED = "web.enabled", Flag, Text("true"),
        "Serve the web client at /.";
}

keys! {
    /// The settings of each identity provider: `providers.NAME.` and the name here.
    PROVIDER:
    PROVIDER_KIND = "kind", Text, Unset("must be set"),
        "What it speaks: oidc, oauth2, or 42 (oauth2 as api.intra.42.fr speaks it).";
    PROVIDER_DISPLAY_NAME = "display_name", Text, Unset("NAME"),
        "What people see on the button.";
    PROVIDER_CLIENT_ID = "client_id", Text, Unset("must be set"),
        "Whom it takes this server for.";
    PROVIDER_CLIENT_SECRET = "client_secret", Secret, Unset("none: a public client"),
        "The secret of that client.";
    PROVIDER_SCOPES = "scopes", List, Unset("openid,profile,email (oidc), public (42), none (oauth2)"),
        "What is asked for.";
    PROVIDER_ISSUER = "issuer", Text, Unset("must be set (oidc), NAME (oauth2, 42)"),
        "oidc: its address, as in its tokens. oauth2: what its users are known under. Keep it.";
    PROVIDER_HOSTS = "hosts", List, Unset("none (oidc, oauth2), cdn.intra.42.fr (42)"),
        "Hosts beside its own that its description (oidc) and pictures may send this server to.";
    PROVIDER_AUTHORIZE_URL = "authorize_url", Text, Unset("must be set (oauth2)"),
        "oauth2: where browsers go.";
    PROVIDER_TOKEN_URL = "token_url", Text, Unset("must be set (oauth2)"),
        "oauth2: where codes are exchanged.";
    PROVIDER_USERINFO_URL = "userinfo_url", Text, Unset("must be set (oauth2)"),
        "oauth2: where an access token says whose it is.";
    PROVIDER_CLIENT_AUTH = "client_auth", Text, Unset("basic (oauth2), post (42)"),
        "oauth2: how the client proves itself: basic (HTTP Basic) or post (in the body).";
    PROVIDER_FIELD_SUBJECT = "fields.subject", Text, Unset("/sub (oauth2), /id (42)"),
        "oauth2: JSON pointer to what never changes and is never given to anybody else.";
    PROVIDER_FIELD_USERNAME = "fields.username", Text, Unset("none (oauth2), /login (42)"),
        "oauth2: JSON pointer to what they are called.";
    PROVIDER_FIELD_EMAIL = "fields.email", Text, Unset("none (oauth2), /email (42)"),
        "oauth2: JSON pointer to their mail address.";
    PROVIDER_FIELD_EMAIL_VERIFIED = "fields.email_verified", Text, Unset("none: no address counts as verified"),
        "oauth2: JSON pointer to what is true where the provider has verified the address.";
    PROVIDER_FIELD_PICTURE = "fields.picture", Text, Unset("none (oauth2), /image/link (42)"),
        "oauth2: JSON pointer to the address of their picture.";
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
        let providers = ["a", "a-client", "client", "42"];
        let providers = providers.map(|name| ProviderId::parse(name).unwrap());
        let mut names: Vec<String> = names(&providers)
            .iter()
            .map(|name| variable(name))
            .collect();
        names.extend([CONFIG_VARIABLE, PROFILE_VARIABLE].map(str::to_owned));
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
