//! How each connection is set up, and what the server must promise.

use diesel::connection::SimpleConnection;
use diesel::r2d2::CustomizeConnection;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query};

const SET_UP: &str = "SET application_name = 'sealpost'; SET statement_timeout = '5s'; SET lock_timeout = '2s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET client_min_messages = 'warning'; SET TIME ZONE 'UTC';";

/// Sets up each connection of the pool.
#[derive(Debug)]
pub(super) struct Session;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Session {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(SET_UP)
            .map_err(diesel::r2d2::Error::QueryError)
    }
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
