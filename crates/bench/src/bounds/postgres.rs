//! PostgreSQL connections that insert messages: a transaction for each from a pool, and many in one statement.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary};

use super::rows::{Row, bound_messages};
use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::Measured;
use crate::report::Report;

const SET_UP: &str = "DROP TABLE IF EXISTS bound_messages; \
    CREATE TABLE bound_messages (id BYTEA NOT NULL PRIMARY KEY, conversation_id BYTEA NOT NULL, seq BIGINT NOT NULL, \
    body BYTEA NOT NULL, UNIQUE (conversation_id, seq))";
const TOGETHER: usize = 100;
const INSERT_TOGETHER: &str = "INSERT INTO bound_messages (id, conversation_id, seq, body) SELECT * FROM unnest($1, $2, $3, $4)";

/// Where the rows go. Each measurement begins with an empty table.
#[derive(Clone)]
pub(crate) struct Table {
    url: String,
    body: usize,
    measured: Measured,
}

impl Table {
    pub(crate) const fn new(url: String, body: usize, measured: Measured) -> Self {
        Self {
            url,
            body,
            measured,
        }
    }

    fn empty(&self) -> Result<PgConnection, BenchError> {
        let mut conn = PgConnection::establish(&self.url).map_err(BenchError::bound)?;
        conn.batch_execute("SET client_min_messages = 'warning'")
            .and_then(|()| conn.batch_execute(SET_UP))
            .map_err(BenchError::bound)?;
        Ok(conn)
    }

    /// So many connections, each of which inserts a row, commits, and goes on.
    pub(crate) fn insert_singly(
        &self,
        connections: usize,
        time: Duration,
    ) -> Result<Report, BenchError> {
        drop(self.empty()?);
        let numbers = (0..u8::MAX).take(connections);
        let open = |_| PgConnection::establish(&self.url).map_err(BenchError::bound);
        let open: Vec<_> = (0..connections).map(open).collect::<Result<_, _>>()?;
        let watch = Watch::start(self.measured);
        let until = watch.began + time;
        let times = std::thread::scope(|scope| {
            let writers = numbers.zip(open).map(|(number, conn)| {
                scope.spawn(move || insert_until(conn, Row::of(number, self.body), until))
            });
            let writers: Vec<_> = writers.collect();
            let mut times = Vec::new();
            for writer in writers {
                let died = |_| BenchError::Bound("a writer died".to_owned());
                times.extend(writer.join().map_err(died)??);
            }
            Ok::<_, BenchError>(times)
        })?;
        let name = format!("bound: PostgreSQL, {connections} connections");
        Ok(watch.report(name, times, 1))
    }

    /// One connection that inserts many rows in each statement. A time is that of a commit.
    pub(crate) fn insert_together(&self, time: Duration) -> Result<Report, BenchError> {
        let mut conn = self.empty()?;
        let (mut row, mut times) = (Row::first(self.body), Vec::new());
        let watch = Watch::start(self.measured);
        while watch.began.elapsed() < time {
            let began = Instant::now();
            let rows = std::iter::repeat_with(|| {
                row.advance();
                row.clone()
            });
            let rows: Vec<_> = rows.take(TOGETHER).collect();
            let column = |of: fn(&Row) -> &[u8]| rows.iter().map(of).collect::<Vec<_>>();
            diesel::sql_query(INSERT_TOGETHER)
                .bind::<Array<Binary>, _>(column(|row| &row.id))
                .bind::<Array<Binary>, _>(column(|row| &row.conversation_id))
                .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
                .bind::<Array<Binary>, _>(column(|row| &row.body))
                .execute(&mut conn)
                .map_err(BenchError::bound)?;
            times.push(began.elapsed());
        }
        let name = format!("bound: PostgreSQL, {TOGETHER} a commit");
        Ok(watch.report(name, times, TOGETHER).of_batches(TOGETHER))
    }
}

fn insert_until(
    mut conn: PgConnection,
    mut row: Row,
    until: Instant,
) -> Result<Vec<Duration>, BenchError> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        row.advance();
        diesel::insert_into(bound_messages::table)
            .values(&row)
            .execute(&mut conn)
            .map_err(BenchError::bound)?;
        times.push(began.elapsed());
    }
    Ok(times)
}
