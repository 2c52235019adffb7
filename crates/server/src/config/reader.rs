//! Looks a setting up: environment over file over default.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::{ConfigError, Source};
use super::file::ConfigFile;
use super::keys::{self, Fallback, Key, Kind};
use super::show::Setting;
use super::value::Value;

/// A text and where it stood.
type Given = (String, Source);

/// Where a secret is to be found.
pub(super) enum Place {
    /// It was given itself.
    Given(String, Source),
    /// A file holds it.
    File(PathBuf, Source),
}

/// The three layers of settings, and a record of what was read.
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    file: &'a ConfigFile,
    /// What `DATA_DIR` in a default stands for.
    pub(super) data_dir: PathBuf,
    /// What was read so far, for `config print`.
    pub(super) settings: Vec<Setting>,
    /// What the names of keys begin with at the moment: nothing, or an identity provider.
    scope: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment, file: &'a ConfigFile) -> Self {
        Self {
            environment,
            file,
            data_dir: PathBuf::new(),
            settings: Vec::new(),
            scope: String::new(),
        }
    }

    /// Reads with names that begin like this.
    pub(super) fn within<T>(&mut self, scope: String, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.scope, scope);
        let done = read(self);
        self.scope = outer;
        done
    }

    /// The whole name of a key.
    pub(super) fn name(&self, key: Key) -> String {
        format!("{}{}", self.scope, key.name)
    }

    /// The first of these keys that somebody set and nobody read.
    pub(super) fn first_unread(&self, keys: &[Key]) -> Result<Option<(Key, Source)>, ConfigError> {
        for key in keys {
            let name = self.name(*key);
            if self.settings.iter().any(|setting| setting.name == name) {
                continue;
            }
            match self.place(*key)? {
                Some(Place::Given(_, source) | Place::File(_, source)) => {
                    return Ok(Some((*key, source)));
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// The value of a setting that has a default.
    pub(super) fn get<T: Value>(&mut self, key: Key) -> Result<T, ConfigError> {
        let (text, source) = match (self.given(key)?, key.fallback) {
            (Some(given), _) => given,
            (None, Fallback::Text(text)) => {
                let data_dir = self.data_dir.display().to_string();
                (text.replace("DATA_DIR", &data_dir), Source::Default)
            }
            (None, Fallback::Unset(_)) => (String::new(), Source::Default),
        };
        self.parse(key, &text, source)
    }

    /// The value of a setting that may have none.
    pub(super) fn find<T: Value>(&mut self, key: Key) -> Result<Option<T>, ConfigError> {
        if let Some((text, source)) = self.given(key)? {
            self.parse(key, &text, source).map(Some)
        } else {
            self.settings.push(Setting {
                name: self.name(key),
                key,
                shown: None,
                source: Source::Default,
            });
            Ok(None)
        }
    }

    /// Turns a text into a value, and records it.
    pub(super) fn parse<T: Value>(
        &mut self,
        key: Key,
        text: &str,
        source: Source,
    ) -> Result<T, ConfigError> {
        let Some(value) = T::parse(text) else {
            return Err(ConfigError::Value {
                key: self.name(key),
                source_of: source,
                found: match key.kind {
                    Kind::Secret => "the value (not shown) is not right".to_owned(),
                    _ => format!("{text:?} is not right"),
                },
                wants: T::WANTS,
            });
        };
        self.settings.push(Setting {
            name: self.name(key),
            key,
            shown: Some(text.to_owned()),
            source,
        });
        Ok(value)
    }

    /// Where the last setting came from that was read under this key.
    pub(super) fn source_of(&self, key: Key) -> Source {
        let read = self
            .settings
            .iter()
            .rev()
            .find(|setting| setting.key == key);
        read.map_or(Source::Default, |setting| setting.source.clone())
    }

    /// What somebody set, with the contents of a secret's file.
    fn given(&self, key: Key) -> Result<Option<Given>, ConfigError> {
        Ok(match self.place(key)? {
            None => None,
            Some(Place::Given(text, source)) => Some((text, source)),
            Some(Place::File(path, named_by)) => {
                let text = contents(&path, &named_by)?;
                Some((
                    text,
                    Source::Contents {
                        path,
                        named_by: Box::new(named_by),
                    },
                ))
            }
        })
    }

    /// Where somebody set a key. The file that a secret may stand in is not opened.
    ///
    /// # Errors
    /// [`ConfigError::Twice`] when one layer has both the secret and its file.
    pub(super) fn place(&self, key: Key) -> Result<Option<Place>, ConfigError> {
        let in_environment = self.choose(key, |name| {
            let variable = keys::variable(name);
            let text = self.environment.get(&variable)?.to_owned();
            Some((text, Source::Variable(variable)))
        })?;
        if in_environment.is_some() {
            return Ok(in_environment);
        }
        self.choose(key, |name| {
            self.file
                .get(name)
                .map(|(text, source)| (text.to_owned(), source))
        })
    }

    /// What one layer, asked by name, says about a key: the value or, for a secret, the file that holds it.
    fn choose(
        &self,
        key: Key,
        layer: impl Fn(&str) -> Option<Given>,
    ) -> Result<Option<Place>, ConfigError> {
        let file = key.file_name();
        let file = file.and_then(|name| layer(&format!("{}{name}", self.scope)));
        match (layer(&self.name(key)), file) {
            (None, None) => Ok(None),
            (Some((text, source)), None) => Ok(Some(Place::Given(text, source))),
            (None, Some((path, source))) => Ok(Some(Place::File(path.into(), source))),
            (Some((_, first)), Some((_, second))) => Err(ConfigError::Twice {
                key: self.name(key),
                first,
                second,
            }),
        }
    }
}

/// What a file holds, without one line end at its end (editors and `echo` add one).
fn contents(path: &Path, named_by: &Source) -> Result<String, ConfigError> {
    let mut text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        path: path.to_owned(),
        named_by: named_by.to_string(),
        error,
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
