//! Lower bounds: the same client, or the same rows, with nothing in between but the libraries.

use std::time::Duration;

use sealpost_client::{ConversationId, Outgoing};

use super::Bench;
use super::reads::READERS;
use crate::bounds::{BoundServer, ciphers, postgres, sqlite};
use crate::error::BenchError;
use crate::load::Phase;
use crate::processes::Measured;

/// How many send at once.
const SENDERS: usize = 64;
/// How many rows share a commit.
const TOGETHER: usize = 64;
/// How many connections insert a row each.
const CONNECTIONS: usize = 16;

impl Bench<'_> {
    /// Of the database that the server uses; what has nothing to do with a database is measured beside SQLite only.
    pub(super) async fn bounds(&mut self) -> Result<(), BenchError> {
        match self.target.database_url().map(str::to_owned) {
            Some(url) => self.postgres_bounds(url).await,
            None => {
                self.other_bounds().await?;
                self.sqlite_bounds().await
            }
        }
    }

    async fn sqlite_bounds(&mut self) -> Result<(), BenchError> {
        for rows in [1, TOGETHER] {
            let (time, body) = (self.load.time(), self.load.body);
            let measured = tokio::task::spawn_blocking(move || sqlite::insert(rows, body, time));
            let report = measured.await??;
            self.done(report);
        }
        Ok(())
    }

    async fn postgres_bounds(&mut self, url: String) -> Result<(), BenchError> {
        let (time, body) = (self.load.time(), self.load.body);
        let measured = Measured::this_program(self.target.measured.database);
        let table = postgres::Table::new(url, body, measured);
        let single = table.clone();
        let report = tokio::task::spawn_blocking(move || single.insert_singly(CONNECTIONS, time));
        let report = report.await??;
        self.done(report);
        let report = tokio::task::spawn_blocking(move || table.insert_together(time));
        let report = report.await??;
        self.done(report);
        Ok(())
    }

    async fn other_bounds(&mut self) -> Result<(), BenchError> {
        if let Some(report) = ciphers::openssl().await? {
            self.done(report);
        }
        let server = BoundServer::start().await?;
        let client = server.server.log_in("anybody", "anything").await?;
        let phase = |name: &str, workers, time: Duration| Phase {
            name: name.to_owned(),
            workers,
            time,
            measured: server.measured,
        };
        let (reader, time) = (client.clone(), self.load.time());
        let read = move |_, _| {
            let reader = reader.clone();
            async move { reader.me().await.map(drop) }
        };
        let report = phase("bound: actix token+hop+row", READERS, time)
            .run(read)
            .await?;
        self.done(report);
        let body = self.body();
        let nowhere = ConversationId::from_bytes([7; 16]);
        let send = move |_, _| {
            let (client, body) = (client.clone(), body.clone());
            async move {
                let message = Outgoing::opaque(&*body);
                client.send(nowhere, &message).await.map(drop)
            }
        };
        let report = phase("bound: actix JSON", SENDERS, time).run(send).await?;
        self.done(report);
        Ok(())
    }
}
