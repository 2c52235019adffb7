//! The identity providers of federated login: a table of keys for each.

#[cfg(test)]
mod tests;
mod values;

use sealpost_domain::federation::{ProviderId, ProviderInfo};
use sealpost_identity::{
    AllowedHost, ClientAuth, Credentials, Endpoint, FieldMap, OAuthSettings, OidcSettings,
};

use super::error::ConfigError;
use super::file::ConfigFile;
use super::keys::{self, Key};
use super::reader::Reader;
use super::value::Value;
use values::{IssuerName, Kind, Scopes};

/// An identity provider.
#[derive(Debug, Clone)]
pub enum Provider {
    /// It speaks OpenID Connect.
    Oidc(Box<OidcSettings>),
    /// It speaks OAuth 2.0.
    OAuth(Box<OAuthSettings>),
}

impl Provider {
    const fn info(&self) -> &ProviderInfo {
        match self {
            Self::Oidc(settings) => &settings.info,
            Self::OAuth(settings) => &settings.info,
        }
    }

    fn issuer(&self) -> &str {
        match self {
            Self::Oidc(settings) => settings.issuer.as_str(),
            Self::OAuth(settings) => &settings.issuer,
        }
    }
}

/// What is known of a kind before anybody sets anything.
struct Preset {
    authorize_url: Option<&'static str>,
    token_url: Option<&'static str>,
    userinfo_url: Option<&'static str>,
    client_auth: ClientAuth,
    scopes: &'static [&'static str],
    subject: &'static str,
    username: Option<&'static str>,
    email: Option<&'static str>,
    picture: Option<&'static str>,
    /// Where its pictures are.
    hosts: &'static [&'static str],
}

const OAUTH2: Preset = Preset {
    authorize_url: None,
    token_url: None,
    userinfo_url: None,
    client_auth: ClientAuth::Basic,
    scopes: &[],
    subject: "/sub",
    username: None,
    email: None,
    picture: None,
    hosts: &[],
};

/// As its API describes itself. It does not say whether it has verified an address, so none counts as verified.
const FORTY_TWO: Preset = Preset {
    authorize_url: Some("https://api.intra.42.fr/oauth/authorize"),
    token_url: Some("https://api.intra.42.fr/oauth/token"),
    userinfo_url: Some("https://api.intra.42.fr/v2/me"),
    client_auth: ClientAuth::Post,
    scopes: &["public"],
    subject: "/id",
    username: Some("/login"),
    email: Some("/email"),
    picture: Some("/image/link"),
    hosts: &["cdn.intra.42.fr"],
};

/// The providers that the environment names and those the file has tables for, by name and with their settings.
pub(super) fn read(
    reader: &mut Reader<'_>,
    file: &ConfigFile,
) -> Result<(Vec<ProviderId>, Vec<Provider>), ConfigError> {
    let mut names: Vec<ProviderId> = reader.find(keys::PROVIDERS)?.unwrap_or_default();
    for name in file.providers() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut providers: Vec<Provider> = Vec::new();
    for name in &names {
        let scope = keys::provider_scope(name);
        let provider = reader.within(scope, |reader| provider(reader, name))?;
        let same = |other: &&Provider| other.issuer() == provider.issuer();
        if let Some(first) = providers.iter().find(same) {
            return Err(ConfigError::IssuerTwice {
                first: first.info().id.to_string(),
                second: name.to_string(),
            });
        }
        providers.push(provider);
    }
    Ok((names, providers))
}

fn provider(reader: &mut Reader<'_>, name: &ProviderId) -> Result<Provider, ConfigError> {
    let needed_by = format!("the identity provider {name}");
    let kind: Kind = need(reader, keys::PROVIDER_KIND, &needed_by)?;
    let display_name: Option<String> = reader.find(keys::PROVIDER_DISPLAY_NAME)?;
    let info = ProviderInfo {
        id: name.clone(),
        display_name: display_name.unwrap_or_else(|| name.to_string()),
    };
    let credentials = Credentials {
        id: need(reader, keys::PROVIDER_CLIENT_ID, &needed_by)?,
        secret: reader.find(keys::PROVIDER_CLIENT_SECRET)?,
    };
    let (provider, what) = match kind {
        Kind::Oidc => (oidc(reader, info, credentials)?, "kind oidc"),
        Kind::OAuth2 => (oauth(reader, info, credentials, &OAUTH2)?, "kind oauth2"),
        Kind::FortyTwo => (oauth(reader, info, credentials, &FORTY_TWO)?, "kind 42"),
    };
    match reader.first_unread(keys::PROVIDER)? {
        None => Ok(provider),
        Some((key, source_of)) => Err(ConfigError::Unfit {
            key: reader.name(key),
            source_of,
            unfit_for: what.to_owned(),
        }),
    }
}

fn need<T: Value>(reader: &mut Reader<'_>, key: Key, needed_by: &str) -> Result<T, ConfigError> {
    reader.find(key)?.ok_or_else(|| ConfigError::Missing {
        key: reader.name(key),
        needed_by: needed_by.to_owned(),
    })
}

fn oidc(
    reader: &mut Reader<'_>,
    info: ProviderInfo,
    credentials: Credentials,
) -> Result<Provider, ConfigError> {
    let scopes: Option<Scopes> = reader.find(keys::PROVIDER_SCOPES)?;
    let scopes = scopes.map_or_else(|| Scopes::of(&["profile", "email"]).0, |scopes| scopes.0);
    Ok(Provider::Oidc(Box::new(OidcSettings {
        issuer: need(reader, keys::PROVIDER_ISSUER, "kind oidc")?,
        hosts: reader.find(keys::PROVIDER_HOSTS)?.unwrap_or_default(),
        // The library asks for it in any case.
        scopes: scopes
            .into_iter()
            .filter(|scope| scope != "openid")
            .collect(),
        info,
        credentials,
    })))
}

fn oauth(
    reader: &mut Reader<'_>,
    info: ProviderInfo,
    credentials: Credentials,
    preset: &Preset,
) -> Result<Provider, ConfigError> {
    let issuer: Option<IssuerName> = reader.find(keys::PROVIDER_ISSUER)?;
    let scopes: Option<Scopes> = reader.find(keys::PROVIDER_SCOPES)?;
    let client_auth: Option<ClientAuth> = reader.find(keys::PROVIDER_CLIENT_AUTH)?;
    let hosts: Option<Vec<AllowedHost>> = reader.find(keys::PROVIDER_HOSTS)?;
    let authorize_url = need_or(reader, keys::PROVIDER_AUTHORIZE_URL, preset.authorize_url)?;
    let token_url = need_or(reader, keys::PROVIDER_TOKEN_URL, preset.token_url)?;
    let userinfo_url: Endpoint = need_or(reader, keys::PROVIDER_USERINFO_URL, preset.userinfo_url)?;
    // Another deployment of the preset has its pictures elsewhere.
    let is_usual = preset.userinfo_url.and_then(Endpoint::parse).as_ref() == Some(&userinfo_url);
    let usual = preset.hosts.iter().filter(|_| is_usual);
    let usual = usual.filter_map(|host| AllowedHost::parse(host));
    Ok(Provider::OAuth(Box::new(OAuthSettings {
        issuer: issuer.map_or_else(|| info.id.to_string(), |issuer| issuer.0),
        authorize_url,
        token_url,
        userinfo_url,
        client_auth: client_auth.unwrap_or(preset.client_auth),
        scopes: scopes.map_or_else(|| Scopes::of(preset.scopes).0, |scopes| scopes.0),
        fields: FieldMap {
            subject: need_or(reader, keys::PROVIDER_FIELD_SUBJECT, Some(preset.subject))?,
            username: find_or(reader, keys::PROVIDER_FIELD_USERNAME, preset.username)?,
            email: find_or(reader, keys::PROVIDER_FIELD_EMAIL, preset.email)?,
            email_verified: reader.find(keys::PROVIDER_FIELD_EMAIL_VERIFIED)?,
            picture: find_or(reader, keys::PROVIDER_FIELD_PICTURE, preset.picture)?,
        },
        hosts: hosts.unwrap_or_else(|| usual.collect()),
        info,
        credentials,
    })))
}

/// The value that is set, else that of the preset, if it has one.
fn find_or<T: Value>(
    reader: &mut Reader<'_>,
    key: Key,
    preset: Option<&str>,
) -> Result<Option<T>, ConfigError> {
    let set: Option<T> = reader.find(key)?;
    Ok(set.or_else(|| preset.and_then(T::parse)))
}

/// The same where there must be one.
fn need_or<T: Value>(
    reader: &mut Reader<'_>,
    key: Key,
    preset: Option<&str>,
) -> Result<T, ConfigError> {
    find_or(reader, key, preset)?.ok_or_else(|| ConfigError::Missing {
        key: reader.name(key),
        needed_by: "kind oauth2".to_owned(),
    })
}
