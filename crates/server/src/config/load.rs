//! Reads all settings into a [`Config`].

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::{ConfigError, Warning};
use super::file::ConfigFile;
use super::keys::{self, CONFIG_VARIABLE};
use super::providers;
use super::reader::{Place, Reader};
use super::show::{Setting, Settings};
use super::{
    Accounts, Blobs, Channel, Config, Dialects, Files, Inboxes, Limits, Listeners, Log, Mail,
    MasterKey, Social, Store, Uploads,
};

/// A configuration that holds, and what is to be said about it.
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The same for people.
    pub settings: Settings,
    /// What should be logged at the start.
    pub warnings: Vec<Warning>,
}

/// Reads the configuration: `environment` over the file over the defaults. The file is `option` (the command line's
/// `--config`), else the one that `SEALPOST_CONFIG` names, else none.
///
/// # Errors
/// [`ConfigError`] for the first thing that is wrong.
pub fn load(option: Option<&Path>, environment: &Environment) -> Result<Loaded, ConfigError> {
    let file = match (option, environment.get(CONFIG_VARIABLE)) {
        (Some(path), _) => ConfigFile::read(path, "--config")?,
        (None, Some(path)) => ConfigFile::read(Path::new(path), CONFIG_VARIABLE)?,
        (None, None) => ConfigFile::default(),
    };
    read(&file, environment)
}

pub(super) fn read(file: &ConfigFile, environment: &Environment) -> Result<Loaded, ConfigError> {
    let mut reader = Reader::new(environment, file);
    reader.data_dir = reader.get(keys::DATA_DIR)?;
    let (names, providers) = providers::read(&mut reader, file)?;
    let mut warnings = environment.unknown(&names);
    let config = Config {
        listen: reader.get(keys::LISTEN)?,
        data_dir: reader.data_dir.clone(),
        store: Store {
            database_url: reader.get(keys::DATABASE_URL)?,
            pool_size: reader.get(keys::STORE_POOL_SIZE)?,
            migrate: reader.get(keys::MIGRATE)?,
        },
        master_key: master_key(&mut reader, &mut warnings)?,
        public_url: reader.find(keys::PUBLIC_URL)?,
        trusted_proxies: reader.find(keys::TRUSTED_PROXIES)?.unwrap_or_default(),
        max_connections: reader.get(keys::MAX_CONNECTIONS)?,
        metrics_listen: reader.find(keys::METRICS_LISTEN)?,
        registration: reader.get(keys::REGISTRATION)?,
        accounts: Accounts {
            rename_days: reader.get(keys::ACCOUNTS_RENAME_DAYS)?,
            human_check: reader.get(keys::ACCOUNTS_HUMAN_CHECK)?,
        },
        inbox: Inboxes {
            retention_days: reader.get(keys::INBOX_RETENTION_DAYS)?,
        },
        providers,
        limits: reader.get(keys::LIMITS)?,
        mail: Mail {
            url: reader.get(keys::MAIL_URL)?,
            from: reader.get(keys::MAIL_FROM)?,
            product_name: reader.get(keys::MAIL_PRODUCT_NAME)?,
            subject_prefix: reader.find(keys::MAIL_SUBJECT_PREFIX)?,
            ca_file: reader.find(keys::MAIL_CA_FILE)?,
        },
        blobs_url: reader.get(keys::BLOBS_URL)?,
        blobs: Blobs {
            access_key_id: reader.find(keys::BLOBS_ACCESS_KEY_ID)?,
            secret_access_key: reader.find(keys::BLOBS_SECRET_ACCESS_KEY)?,
        },
        files: Files {
            max_size: reader.find(keys::FILES_MAX_SIZE)?,
            quota: reader.get(keys::FILES_QUOTA)?,
            total_quota: reader.find(keys::FILES_TOTAL_QUOTA)?,
            scrub_days: reader.get(keys::FILES_SCRUB_DAYS)?,
            free_space_floor: reader.get(keys::FILES_FREE_SPACE_FLOOR)?,
        },
        uploads: Uploads {
            retention_hours: reader.get(keys::UPLOADS_RETENTION_HOURS)?,
        },
        log: Log {
            filter: reader.get(keys::LOG)?,
            format: reader.get(keys::LOG_FORMAT)?,
        },
        dialects: dialects(&mut reader)?,
        web: reader.get(keys::WEB_ENABLED)?,
    };
    limits_fit(&config.listen, config.limits, &reader)?;
    Ok(Loaded {
        config,
        settings: Settings(reader.settings),
        warnings,
    })
}

fn dialects(reader: &mut Reader<'_>) -> Result<Dialects, ConfigError> {
    Ok(Dialects {
        messenger: reader.get(keys::MESSENGER_ENABLED)?,
        channel: Channel {
            enabled: reader.get(keys::CHANNEL_ENABLED)?,
            legacy_ecb: reader.get(keys::CHANNEL_LEGACY_ECB)?,
            reveal_unknown_email: reader.get(keys::CHANNEL_REVEAL_UNKNOWN_EMAIL)?,
        },
        social: Social {
            enabled: reader.get(keys::SOCIAL_ENABLED)?,
            attachment_max: reader.get(keys::SOCIAL_ATTACHMENT_MAX)?,
        },
        mailbox: reader.get(keys::MAILBOX_ENABLED)?,
        vault: reader.get(keys::VAULT_ENABLED)?,
    })
}

/// The file of the master key is not read here: the first start makes it, and its mode is checked where it is read.
fn master_key(
    reader: &mut Reader<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<MasterKey, ConfigError> {
    let key = keys::MASTER_KEY;
    Ok(match reader.place(key)? {
        Some(Place::Given(text, source)) => {
            if matches!(source, super::Source::Variable(_)) {
                warnings.push(Warning::MasterKeyInEnvironment);
            }
            MasterKey::Given(reader.parse(key, &text, source)?)
        }
        Some(Place::File(path, source)) => {
            let path: PathBuf = reader.parse(key, &path.display().to_string(), source)?;
            MasterKey::File {
                path,
                create: false,
            }
        }
        None => {
            let source = super::Source::Default;
            reader.settings.push(Setting {
                name: reader.name(key),
                key,
                shown: None,
                source,
            });
            MasterKey::File {
                path: reader.data_dir.join("master.key"),
                create: true,
            }
        }
    })
}

/// Without limits a server must not be within reach of others.
fn limits_fit(listen: &Listeners, limits: Limits, reader: &Reader<'_>) -> Result<(), ConfigError> {
    match listen.beyond_loopback() {
        Some(listener) if limits == Limits::Off => Err(ConfigError::LimitsOff {
            source_of: reader.source_of(keys::LIMITS),
            listener,
        }),
        _ => Ok(()),
    }
}
