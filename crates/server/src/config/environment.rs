//! The environment variables of ours, taken once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use sealpost_domain::federation::ProviderId;

use super::error::{ConfigError, Warning, nearest};
use super::keys::{self, CONFIG_VARIABLE, PREFIX, PROFILE_VARIABLE};

/// The variables that begin with `SEALPOST_`. An empty one counts as not set.
#[derive(Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Takes what is ours out of `variables` (`std::env::vars_os()` outside tests).
    ///
    /// # Errors
    /// [`ConfigError::NotUnicode`] if one of ours is not UTF-8.
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut ours = BTreeMap::new();
        for (name, value) in variables {
            // A name that is not UTF-8 cannot be one of ours.
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            let value = value
                .into_string()
                .map_err(|_| ConfigError::NotUnicode(name.to_owned()))?;
            if !value.is_empty() {
                ours.insert(name.to_owned(), value);
            }
        }
        Ok(Self(ours))
    }

    /// The value of a variable that is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A warning for each variable that no setting has, those of these identity providers included.
    pub(super) fn unknown(&self, providers: &[ProviderId]) -> Vec<Warning> {
        let known = known(providers);
        // Without the prefix, which would make every name look like every other.
        let short = |name: &str| name.trim_start_matches(PREFIX).to_owned();
        let strangers = self.0.keys().filter(|name| !known.contains(name));
        strangers
            .map(|name| Warning::UnknownVariable {
                name: name.clone(),
                nearest: nearest(&short(name), known.iter().map(|name| short(name)))
                    .map(|near| format!("{PREFIX}{near}")),
            })
            .collect()
    }
}

/// The variables of all settings.
fn known(providers: &[ProviderId]) -> Vec<String> {
    let names = keys::names(providers).into_iter();
    names
        .map(|name| keys::variable(&name))
        .chain([CONFIG_VARIABLE, PROFILE_VARIABLE].map(str::to_owned))
        .collect()
}

impl fmt::Debug for Environment {
    // Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
impl Environment {
    /// An environment for a test.
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let owned = variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Self::new(owned).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_variable_of_nobody_is_a_warning_with_its_neighbour() {
        let environment = Environment::of(&[("SEALPOST_LISTNE", "x"), ("HOME", "/root")]);
        let warnings = environment.unknown(&[]);
        assert_eq!(warnings.len(), 1);
        assert_eq!(
            warnings[0].to_string(),
            "unknown environment variable SEALPOST_LISTNE is ignored; did you mean SEALPOST_LISTEN?"
        );
        let far = Environment::of(&[("SEALPOST_FOO", "x")]).unknown(&[]);
        assert!(matches!(
            far[..],
            [Warning::UnknownVariable { nearest: None, .. }]
        ));
    }

    #[test]
    fn file_variables_are_known_and_empty_ones_not_set() {
        let environment = Environment::of(&[("SEALPOST_MAIL_URL_FILE", "x"), ("SEALPOST_LOG", "")]);
        assert_eq!(environment.unknown(&[]), []);
        assert_eq!(environment.get("SEALPOST_LOG"), None);
    }

    #[test]
    fn one_that_is_no_text_is_refused_and_the_values_stay_hidden() {
        let odd = ("SEALPOST_LOG".into(), OsString::from_vec(vec![0xff]));
        assert!(matches!(
            Environment::new([odd]),
            Err(ConfigError::NotUnicode(_))
        ));
        let environment = Environment::of(&[("SEALPOST_MASTER_KEY", "hunter2")]);
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
