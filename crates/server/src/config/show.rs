//! Settings as people see them: `--help` and `config print`. No secret is shown.

use std::fmt::Write as _;

use super::error::Source;
use super::keys::{
    ALL, CONFIG_VARIABLE, Fallback, Key, Kind, PREFIX, PROVIDER, PROVIDERS, variable,
};

/// A setting as it was read.
pub(super) struct Setting {
    /// The whole name of its key.
    pub(super) name: String,
    pub(super) key: Key,
    /// Its text, if it has a value.
    pub(super) shown: Option<String>,
    pub(super) source: Source,
}

/// The settings in force.
pub struct Settings(pub(super) Vec<Setting>);

impl Settings {
    /// A configuration file that says the same, with the source of each value as a comment.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut settings: Vec<&Setting> = self.0.iter().collect();
        // The keys of providers come last, in the order in which they were read.
        let place = |setting: &&Setting| ALL.iter().position(|key| *key == setting.key);
        settings.sort_by_key(|setting| place(setting).unwrap_or(ALL.len()));
        let mut lines = String::new();
        for setting in settings {
            line(&mut lines, setting);
        }
        lines
    }
}

fn line(lines: &mut String, setting: &Setting) {
    let Setting {
        name,
        key,
        shown,
        source,
    } = setting;
    // Writing to a string cannot fail.
    let _ = match (shown, key.fallback) {
        (None, Fallback::Unset(meaning)) => writeln!(lines, "# {name}: {meaning}"),
        (None, Fallback::Text(_)) => Ok(()),
        (Some(text), _) if key.kind == Kind::Secret && !is_harmless(text) => {
            writeln!(lines, "# {name}: a secret, from {source}")
        }
        // Their tables say the same.
        (Some(text), _) if *key == PROVIDERS => writeln!(lines, "# {name}: {text}, from {source}"),
        (Some(text), _) => {
            writeln!(lines, "{name} = {}  # {source}", literal(key.kind, text))
        }
    };
}

/// Whether a text of a key that may hold a secret holds none: an address of a kind without passwords.
fn is_harmless(text: &str) -> bool {
    ["sqlite://", "file://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

fn literal(kind: Kind, text: &str) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    match kind {
        Kind::Flag => text.to_owned(),
        Kind::Number if text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
        Kind::List => {
            let items: Vec<String> = text.split(',').map(|item| quoted(item.trim())).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Text | Kind::Secret | Kind::Number => quoted(text),
    }
}

/// The settings' part of `--help`: every environment variable with one line.
#[must_use]
pub fn help() -> String {
    let mut text = format!(
        "Settings (environment over configuration file over default):\n\n  {CONFIG_VARIABLE}\n      \
         The configuration file (TOML), as --config.\n"
    );
    for key in ALL {
        describe(&mut text, *key, &key.variable());
    }
    text.push_str("\nFor each identity provider NAME of SEALPOST_PROVIDERS:\n\n");
    for key in PROVIDER {
        describe(&mut text, *key, &provider_variable(*key));
    }
    text.push_str(
        "\nIn the file, SEALPOST_A_B_C is the key a.b.c (`sealpost config print` shows all of them).\n\
         [_FILE]: the variable with _FILE at its end names a file that holds the value.\n",
    );
    text
}

fn describe(text: &mut String, key: Key, variable: &str) {
    let fallback = match key.fallback {
        Fallback::Text(text) | Fallback::Unset(text) => text,
    };
    let file = if key.kind == Kind::Secret {
        "[_FILE]"
    } else {
        ""
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  {variable}{file}\n      {}\n      [default: {fallback}]",
        key.help
    );
}

/// The variable of a provider's key, with `NAME` in place of the provider's.
fn provider_variable(key: Key) -> String {
    let rest = variable(key.name);
    rest.replacen(PREFIX, &format!("{}_NAME_", PROVIDERS.variable()), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_variable_and_fits_a_terminal() {
        let help = help();
        for key in ALL {
            assert!(help.contains(&key.variable()), "{}", key.name);
        }
        assert!(help.contains("SEALPOST_PROVIDERS_NAME_CLIENT_SECRET[_FILE]"));
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
