//! One SQLite connection that inserts messages, so many of them in a transaction, and waits for the disk as the server does.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::rows::{Row, bound_messages};
use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::Measured;
use crate::report::Report;

const SET_UP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    CREATE TABLE bound_messages (id BLOB NOT NULL PRIMARY KEY, conversation_id BLOB NOT NULL, seq INTEGER NOT NULL, \
    body BLOB NOT NULL, UNIQUE (conversation_id, seq)) STRICT;";

/// Inserts until the time is over. A time is that of a commit; the CPU time is that of a row.
pub(crate) fn insert(rows: usize, body: usize, time: Duration) -> Result<Report, BenchError> {
    let folder = tempfile::Builder::new()
        .prefix("sealpost-bench-")
        .tempdir()?;
    let file = folder.path().join("bound.db");
    let mut conn =
        SqliteConnection::establish(&file.to_string_lossy()).map_err(BenchError::bound)?;
    conn.batch_execute(SET_UP).map_err(BenchError::bound)?;
    let (mut row, mut times) = (Row::first(body), Vec::new());
    let watch = Watch::start(Measured::this_program(None));
    while watch.began.elapsed() < time {
        let began = Instant::now();
        let commit = conn.immediate_transaction(|conn| {
            for _ in 0..rows {
                diesel::insert_into(bound_messages::table)
                    .values(&row)
                    .execute(conn)?;
                row.advance();
            }
            Ok::<_, diesel::result::Error>(())
        });
        commit.map_err(BenchError::bound)?;
        times.push(began.elapsed());
    }
    let name = format!("bound: SQLite, {rows} a commit");
    Ok(watch.report(name, times, rows).of_batches(rows))
}
