//! How each connection is set up, and what the server must promise.

use diesel::connection::SimpleConnection;
use diesel::r2d2::CustomizeConnection;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

const SET_UP: &str = "SET application_name = 'sealpost'; SET statement_timeout = '5s'; SET lock_timeout = '2s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET client_min_messages = 'warning'; SET TIME ZONE 'UTC';";

/// Whatever is asked all the time is found by a key. A statement that stays prepared keeps the plan that it was given while its
/// tables were small, and while nobody had counted their rows: then PostgreSQL prefers to read them whole, and goes on to
/// when they have grown (ADR 0022). Where there is no key, a table is still read whole; compiling plans would take longer than
/// carrying them out.
const BY_KEYS: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;";

/// Asks for messages in English: diesel has no kind of its own for a deadlock and some others, which are known by their text.
/// Only a superuser may, or a role that was granted it; from others nothing is asked.
const IN_ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
    EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;";

/// Sets up each connection of the pool.
#[derive(Debug)]
pub(super) struct Session;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Session {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(SET_UP)
            .and_then(|()| conn.batch_execute(BY_KEYS))
            .and_then(|()| conn.batch_execute(IN_ENGLISH))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// The language of the server's messages, if it is not English and we may not ask for English.
pub(super) fn foreign_language(conn: &mut PgConnection) -> QueryResult<Option<String>> {
    conn.batch_execute(IN_ENGLISH)?;
    let language = show(conn, "lc_messages")?;
    Ok((!is_english(&language)).then_some(language))
}

fn is_english(locale: &str) -> bool {
    let language = locale.split(['.', '_', '@']).next();
    matches!(language, Some("" | "C" | "POSIX" | "en" | "English"))
}

/// The settings without which an acknowledged write could be lost, and those of their values that are safe.
const DURABLE: [(&str, &[&str]); 3] = [
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    (
        "synchronous_commit",
        &["on", "remote_write", "remote_apply"],
    ),
];

/// The first setting whose value is not safe: its name, its value, and a safe one.
pub(super) fn unsafe_setting(
    conn: &mut PgConnection,
) -> QueryResult<Option<(&'static str, String, &'static str)>> {
    for (name, safe) in DURABLE {
        let value = show(conn, name)?;
        if !safe.contains(&value.as_str()) {
            return Ok(Some((name, value, "on")));
        }
    }
    Ok(None)
}

fn show(conn: &mut PgConnection, setting: &str) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let row: Setting = sql_query("SELECT current_setting($1) AS value")
        .bind::<Text, _>(setting)
        .get_result(conn)?;
    Ok(row.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_known_by_its_locale() {
        for locale in [
            "",
            "C",
            "C.UTF-8",
            "POSIX",
            "en_US.UTF-8",
            "English_United States.1252",
        ] {
            assert!(is_english(locale), "{locale}");
        }
        for locale in ["de_DE.UTF-8", "fr_FR@euro", "enm"] {
            assert!(!is_english(locale), "{locale}");
        }
    }
}
