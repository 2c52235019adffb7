//! The configuration file: TOML, flattened to `a.b.c` and checked against the table of keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sealpost_domain::federation::ProviderId;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Source, nearest};
use super::keys::{self, ALL, Key, Kind, PROVIDER, PROVIDERS};

/// A value of the file, as text, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    text: String,
    line: usize,
}

/// A configuration file in which every key is known and every value has the right TOML type.
#[derive(Default)]
pub(super) struct ConfigFile {
    path: PathBuf,
    entries: BTreeMap<String, Entry>,
}

impl ConfigFile {
    /// Reads and checks a file. `named_by` says in an error who asked for it.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or has an unknown key or a value of another type.
    pub(super) fn read(path: &Path, named_by: &str) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            named_by: named_by.to_owned(),
            error,
        })?;
        Self::parse(path, &text)
    }

    /// The same for a text that is already there.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        // The parser's `message` is used alone: its `Display` prints the line, which may hold a secret.
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut file = Self {
            path: path.to_owned(),
            entries: BTreeMap::new(),
        };
        file.add(text, "", table.get_ref())?;
        Ok(file)
    }

    /// The text of a key, and where it stands.
    pub(super) fn get(&self, name: &str) -> Option<(&str, Source)> {
        let entry = self.entries.get(name)?;
        Some((
            &entry.text,
            Source::File {
                path: self.path.clone(),
                line: entry.line,
            },
        ))
    }

    /// The identity providers it has tables for, from top to bottom.
    pub(super) fn providers(&self) -> Vec<ProviderId> {
        let keys = self.entries.iter().filter_map(|(name, entry)| {
            let (provider, _) = keys::split_provider(name)?;
            Some((entry.line, provider))
        });
        let mut keys: Vec<_> = keys.collect();
        keys.sort();
        let mut providers = Vec::new();
        for (_, provider) in keys {
            if !providers.contains(&provider) {
                providers.push(provider);
            }
        }
        providers
    }

    fn add(&mut self, text: &str, prefix: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let line = line_at(text, key.span().start);
            match value.get_ref() {
                DeValue::Table(inner) if is_section(&name) => {
                    self.add(text, &format!("{name}."), inner)?;
                }
                value => {
                    let source = Source::File {
                        path: self.path.clone(),
                        line,
                    };
                    let text = as_text(&name, value, source)?;
                    self.entries.insert(name, Entry { text, line });
                }
            }
        }
        Ok(())
    }
}

/// Whether keys begin with this name and a dot.
fn is_section(name: &str) -> bool {
    let begins = |keys: &[Key], name: &str| {
        keys.iter().any(|key| {
            let rest = key.name.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with('.'))
        })
    };
    match keys::split_provider(name) {
        Some((_, rest)) => rest.is_empty() || begins(PROVIDER, rest),
        None => name == PROVIDERS.name || begins(ALL, name),
    }
}

/// How the value of this key, or of the file of this secret, is written; None if there is no such key.
fn kind_of(name: &str) -> Option<Kind> {
    let (keys, name) = match keys::split_provider(name) {
        Some((_, rest)) => (PROVIDER, rest),
        None => (ALL, name),
    };
    keys.iter().find_map(|key| {
        let is_file = key.file_name().is_some_and(|file| file == name);
        (key.name == name || is_file).then_some(key.kind)
    })
}

/// Turns a value into the text that the environment would have, so that one parser serves both.
fn as_text(name: &str, value: &DeValue<'_>, source: Source) -> Result<String, ConfigError> {
    let Some(kind) = kind_of(name) else {
        return Err(ConfigError::UnknownKey {
            nearest: nearest(name, known(name)),
            key: name.to_owned(),
            source_of: source,
        });
    };
    let text = match (kind, value) {
        (_, DeValue::String(text)) if kind != Kind::Flag => Some(text.to_string()),
        (Kind::Flag, DeValue::Boolean(flag)) => Some(flag.to_string()),
        (Kind::Number, DeValue::Integer(number)) if number.radix() == 10 => {
            Some(number.as_str().to_owned())
        }
        (Kind::List, DeValue::Array(items)) => {
            let items: Option<Vec<&str>> = items.iter().map(string).collect();
            items.map(|items| items.join(","))
        }
        _ => None,
    };
    text.ok_or_else(|| ConfigError::Value {
        key: name.to_owned(),
        source_of: source,
        found: format!("it is {}", with_article(value.type_str())),
        wants: toml_type(kind),
    })
}

/// The names that may stand in the file in place of this one, of keys and of sections.
fn known(name: &str) -> impl Iterator<Item = String> {
    let provider = keys::split_provider(name).map(|(provider, _)| provider);
    let names = keys::names(provider.as_slice());
    let sections: Vec<String> = names
        .iter()
        .filter_map(|name| name.rsplit_once('.'))
        .map(|(section, _)| section.to_owned())
        .collect();
    names.into_iter().chain(sections)
}

/// The text of a string in an array.
fn string<'a>(item: &'a Spanned<DeValue<'_>>) -> Option<&'a str> {
    match item.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

const fn toml_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Secret => "a string in quotes",
        Kind::List => "an array of strings",
        Kind::Flag => "true or false, without quotes",
        Kind::Number => "a whole number, or a string with a number and a unit",
    }
}

fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// The line, counted from 1, of a byte offset.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, String> {
        ConfigFile::parse(Path::new("sealpost.toml"), text).map_err(|error| error.to_string())
    }

    fn refusal(text: &str) -> String {
        parse(text).err().unwrap()
    }

    #[test]
    fn sections_and_dotted_keys_are_the_same() {
        for text in [
            "[dialects.channel]\nlegacy_ecb = true",
            "dialects.channel.legacy_ecb = true",
        ] {
            let file = parse(text).unwrap();
            assert_eq!(file.get("dialects.channel.legacy_ecb").unwrap().0, "true");
        }
    }

    #[test]
    fn values_become_the_text_of_the_environment() {
        let file =
            parse("listen = [\"[::1]:1\", \"127.0.0.1:2\"]\nfiles.max_size = 1_000").unwrap();
        assert_eq!(file.get("listen").unwrap().0, "[::1]:1,127.0.0.1:2");
        let (size, source) = file.get("files.max_size").unwrap();
        assert_eq!(size, "1000");
        assert_eq!(source.to_string(), "sealpost.toml, line 2");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_neighbour() {
        assert_eq!(
            refusal("listen = []\n[dialects.chanel]\nenabled = true"),
            "unknown key `dialects.chanel` (sealpost.toml, line 2); did you mean dialects.channel?; \
             `sealpost --help` lists all settings"
        );
        assert!(refusal("lisetn = []").contains("did you mean listen?"));
        assert!(refusal("dialects = 3").starts_with("unknown key `dialects`"));
        assert!(
            refusal("[listen]\nx = 1").contains("it is a table; it must be an array of strings")
        );
    }

    #[test]
    fn a_value_of_another_type_says_which_type() {
        assert_eq!(
            refusal("dialects.vault.enabled = \"yes\""),
            "`dialects.vault.enabled` (sealpost.toml, line 1): it is a string; \
             it must be true or false, without quotes"
        );
    }

    #[test]
    fn broken_toml_never_shows_the_line() {
        let refusal = refusal("listen = []\nmaster_key = \"hunter2");
        assert!(
            refusal.starts_with("sealpost.toml, line 2: this is not TOML"),
            "{refusal}"
        );
        assert!(!refusal.contains("hunter2"));
    }
}
