//! Which database.

use std::path::PathBuf;

use sealpost_domain::Secret;

use super::value::Value;

/// The database the server keeps everything in.
#[derive(Debug)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file of this machine. What follows the slashes is the path as it stands, so an absolute
    /// one makes three slashes; nothing is decoded.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`: the whole address, for libpq, which knows more forms than we would check.
    Postgres(Secret<String>),
}

impl Value for DatabaseUrl {
    const WANTS: &'static str = "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME";

    fn parse(text: &str) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            // SQLite would read these as an address with options, or as a database in memory.
            let odd = path.contains('?') || path.starts_with(':') || path.starts_with("file:");
            let plain = !path.is_empty() && !odd;
            return plain.then(|| Self::Sqlite(PathBuf::from(path)));
        }
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))?;
        let plain = !rest.is_empty() && !rest.contains(char::is_whitespace);
        plain.then(|| Self::Postgres(Secret::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_taken_as_it_stands() {
        for (text, path) in [
            ("sqlite://data/x.db", "data/x.db"),
            ("sqlite:///srv/a b.db", "/srv/a b.db"),
        ] {
            assert!(
                matches!(DatabaseUrl::parse(text), Some(DatabaseUrl::Sqlite(p)) if p.as_os_str() == path)
            );
        }
    }

    #[test]
    fn postgres_is_kept_whole_and_not_shown() {
        let text = "postgres://alice:hunter2@db.example/sealpost?sslmode=require";
        let url = DatabaseUrl::parse(text).unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
        assert!(matches!(url, DatabaseUrl::Postgres(secret) if secret.expose() == text));
    }

    #[test]
    fn other_addresses_are_refused() {
        for wrong in [
            "",
            "data.db",
            "mysql://x/y",
            "sqlite://",
            "sqlite://:memory:",
            "sqlite://file:a.db",
            "sqlite://a.db?mode=ro",
            "postgres://",
            "postgres://a b",
        ] {
            assert!(DatabaseUrl::parse(wrong).is_none(), "{wrong}");
        }
    }
}
