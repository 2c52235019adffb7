//! The layers together, as an operator meets them.

use std::path::Path;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::load::{Loaded, read};
use super::{
    BlobsUrl, DatabaseUrl, Environment, Limits, MailUrl, MasterKey, Migrate, Registration, keys,
};

fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let file = ConfigFile::parse(Path::new("sealpost.toml"), toml)?;
    read(&file, &Environment::of(variables))
}

fn refusal(toml: &str, variables: &[(&str, &str)]) -> String {
    load(toml, variables).err().unwrap().to_string()
}

#[test]
fn a_run_with_no_configuration_works() {
    let loaded = load("", &[]).unwrap();
    let config = loaded.config;
    assert!(loaded.warnings.is_empty());
    assert_eq!(config.listen.first().to_string(), "127.0.0.1:5000");
    assert_eq!(
        config.public_url(config.listen.first()).as_str(),
        "http://127.0.0.1:5000"
    );
    assert!(
        matches!(config.store.database_url, DatabaseUrl::Sqlite(path) if path == Path::new("./data/sealpost.db"))
    );
    assert!(matches!(config.mail.url, MailUrl::File(path) if path == Path::new("./data/mail")));
    assert_eq!(config.blobs_url, BlobsUrl::File("./data/blobs".into()));
    assert!(
        matches!(config.master_key, MasterKey::File { path, create: true } if path == Path::new("./data/master.key"))
    );
    assert_eq!(
        (config.store.migrate, config.registration),
        (Migrate::Auto, Registration::Open)
    );
    assert_eq!(config.files.max_size, None);
    assert_eq!(config.dialects.social.attachment_max.bytes(), 1_048_576);
    assert!(config.dialects.channel.enabled && !config.dialects.channel.legacy_ecb);
}

#[test]
fn environment_over_file_over_default() {
    let toml = "data_dir = \"/srv/file\"\nregistration = \"closed\"";
    let config = load(toml, &[("SEALPOST_DATA_DIR", "/srv/env")])
        .unwrap()
        .config;
    assert_eq!(config.data_dir, Path::new("/srv/env"));
    assert_eq!(config.blobs_url, BlobsUrl::File("/srv/env/blobs".into()));
    assert_eq!(config.registration, Registration::Closed);
}

#[test]
fn every_setting_is_read_from_its_variable() {
    // Nothing takes this text but the master key, whose form is not known here.
    for key in keys::ALL.iter().filter(|key| **key != keys::MASTER_KEY) {
        let variable = key.variable();
        let refused = refusal("", &[(&variable, "\0=\u{7} ")]);
        let begin = format!("`{}` (environment variable {variable})", key.name);
        assert!(refused.starts_with(&begin), "{refused}");
    }
}

#[test]
fn a_refusal_names_key_source_and_remedy_but_no_secret() {
    assert_eq!(
        refusal("", &[("SEALPOST_LIMITS", "no")]),
        "`limits` (environment variable SEALPOST_LIMITS): \"no\" is not right; it must be default or off"
    );
    let refused = refusal("\nmail_url = \"smtp://me:hunter2@\"", &[]);
    assert!(
        refused
            .starts_with("`mail_url` (sealpost.toml, line 2): the value (not shown) is not right"),
        "{refused}"
    );
    assert!(!refused.contains("hunter2"));
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://db.example/x\n").unwrap();
    let path = path.to_str().unwrap();
    let from_variable = load("", &[("SEALPOST_DATABASE_URL_FILE", path)])
        .unwrap()
        .config;
    let from_file = load(&format!("database_url_file = {path:?}"), &[])
        .unwrap()
        .config;
    for config in [from_variable, from_file] {
        assert!(matches!(config.store.database_url,
            DatabaseUrl::Postgres(url) if url.expose() == "postgres://db.example/x"));
    }
    let refused = refusal("", &[("SEALPOST_DATABASE_URL_FILE", "/nowhere/url")]);
    assert!(refused.starts_with(
        "cannot read /nowhere/url (named by environment variable SEALPOST_DATABASE_URL_FILE)"
    ));
}

#[test]
fn a_secret_and_its_file_together_are_refused_but_layers_may_differ() {
    let both = [
        ("SEALPOST_MASTER_KEY", "x"),
        ("SEALPOST_MASTER_KEY_FILE", "y"),
    ];
    assert_eq!(
        refusal("", &both),
        "`master_key` is set twice: by environment variable SEALPOST_MASTER_KEY and by \
         environment variable SEALPOST_MASTER_KEY_FILE; remove one of them"
    );
    let config = load("master_key = \"x\"", &both[1..]).unwrap().config;
    assert!(
        matches!(config.master_key, MasterKey::File { path, create: false } if path == Path::new("y"))
    );
}

#[test]
fn a_master_key_in_the_environment_is_taken_with_a_warning() {
    let loaded = load("", &[("SEALPOST_MASTER_KEY", "hunter2")]).unwrap();
    assert_eq!(loaded.warnings, [super::Warning::MasterKeyInEnvironment]);
    assert!(!format!("{:?}", loaded.config).contains("hunter2"));
    assert!(!loaded.settings.to_toml().contains("hunter2"));
    assert!(matches!(loaded.config.master_key, MasterKey::Given(key) if key.expose() == "hunter2"));
}

#[test]
fn limits_are_off_on_loopback_only() {
    let off = ("SEALPOST_LIMITS", "off");
    assert_eq!(load("", &[off]).unwrap().config.limits, Limits::Off);
    let refused = refusal("", &[off, ("SEALPOST_LISTEN", "127.0.0.1:1,0.0.0.0:2")]);
    assert!(
        refused.contains("`limits` is off (environment variable SEALPOST_LIMITS)"),
        "{refused}"
    );
    assert!(refused.contains("0.0.0.0:2"));
}

#[test]
fn what_is_printed_is_a_configuration_file_that_says_the_same() {
    let variables = [
        ("SEALPOST_LISTEN", "127.0.0.1:1, [::1]:2"),
        ("SEALPOST_FILES_MAX_SIZE", "5 GiB"),
    ];
    let printed = load("mail_from = \"\\\"Ä\\\" <a@b>\"", &variables)
        .unwrap()
        .settings
        .to_toml();
    assert!(printed.contains(
        "listen = [\"127.0.0.1:1\", \"[::1]:2\"]  # environment variable SEALPOST_LISTEN"
    ));
    assert!(printed.contains("# metrics_listen: off\n"));
    let again = load(&printed, &[]).unwrap();
    assert_eq!(
        again.config.files.max_size.map(super::ByteSize::bytes),
        Some(5 << 30)
    );
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.split("  # ").next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(values(&again.settings.to_toml()), values(&printed));
}
