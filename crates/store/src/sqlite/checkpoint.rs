//! Moves what is in SQLite's log to the database file, beside the writer: whoever sends does not wait for it. Only the last few
//! pages are moved by the writer itself, between two transactions. Nobody adds to the log then, so that its next transaction
//! begins it anew (<https://sqlite.org/wal.html>, sections 2.3 and 3).

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

/// From so many pages on the log is moved. A page that was written several times until then is moved once.
const ENOUGH: i64 = 3_000;
/// At most so many pages the writer moves by itself, as long as the other one keeps up with it.
const FEW: i64 = 500;
/// With so many pages in the log the writer moves however many are left: it is faster than the other one, and has to wait.
const TOO_MANY: i64 = 8_000;

/// Who moves the log beside the writer.
pub(super) struct Checkpointer {
    asked: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts it, on a connection of its own.
    pub(super) fn start(conn: SqliteConnection) -> std::io::Result<Self> {
        let (asked, questions) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || move_when_asked(conn, &questions))?;
        Ok(Self {
            asked: Some(asked),
            thread: Some(thread),
        })
    }

    /// Sees to the log after a commit; `writer` is the connection that has committed.
    pub(super) fn look_after(&self, writer: &mut SqliteConnection) {
        let done = match Log::of(writer) {
            Ok(log) => match log.next() {
                Next::Nothing => Ok(()),
                Next::Beside => {
                    // If it is busy it will be asked again after the next commit.
                    let _busy = self.asked.as_ref().map(|asked| asked.try_send(()));
                    Ok(())
                }
                Next::Here => move_log(writer),
            },
            Err(error) => Err(error),
        };
        told(done);
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.asked = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that moves SQLite's log ended with a panic");
        }
    }
}

fn move_when_asked(mut conn: SqliteConnection, questions: &Receiver<()>) {
    while questions.recv().is_ok() {
        told(move_log(&mut conn));
    }
}

/// Nothing is lost: the pages stay in the log, which is looked at again after the next commit.
fn told(done: Result<(), DieselError>) {
    if let Err(error) = done {
        tracing::warn!(%error, "SQLite's log could not be moved to the database");
    }
}

/// As far as no reader needs it. Does nothing if somebody else is at it.
fn move_log(conn: &mut SqliteConnection) -> Result<(), DieselError> {
    conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")
}

/// How many pages the log has, and how many of them have been moved.
#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = BigInt, column_name = log)]
    pages: i64,
    #[diesel(sql_type = BigInt, column_name = checkpointed)]
    moved: i64,
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    Nothing,
    Beside,
    Here,
}

impl Log {
    fn of(conn: &mut SqliteConnection) -> Result<Self, DieselError> {
        sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(conn)
    }

    fn next(&self) -> Next {
        let left = self.pages - self.moved;
        if self.pages < ENOUGH || left == 0 {
            Next::Nothing
        } else if left <= FEW || self.pages >= TOO_MANY {
            Next::Here
        } else {
            Next::Beside
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::Connection;

    use super::*;

    fn next(pages: i64, moved: i64) -> Next {
        Log { pages, moved }.next()
    }

    #[test]
    fn most_is_moved_beside_and_the_rest_here() {
        assert_eq!(next(2_999, 0), Next::Nothing);
        assert_eq!(next(3_000, 0), Next::Beside);
        assert_eq!(next(3_400, 3_000), Next::Here);
        // The next transaction begins the log anew.
        assert_eq!(next(3_400, 3_400), Next::Nothing);
        // It cannot keep up, or somebody reads for long.
        assert_eq!(next(7_999, 3_000), Next::Beside);
        assert_eq!(next(8_000, 3_000), Next::Here);
    }

    #[test]
    fn the_log_begins_anew_however_much_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let open = || {
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
                .unwrap();
            conn
        };
        let mut writer = open();
        writer
            .batch_execute("CREATE TABLE t (n INTEGER PRIMARY KEY, body BLOB)")
            .unwrap();
        let checkpointer = Checkpointer::start(open()).unwrap();
        let mut most = 0;
        for _ in 0..300 {
            // Some 100 pages.
            writer
                .batch_execute(
                    "INSERT INTO t (body) WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100) \
                     SELECT randomblob(3900) FROM c",
                )
                .unwrap();
            checkpointer.look_after(&mut writer);
            most = most.max(Log::of(&mut writer).unwrap().pages);
        }
        // 30,000 pages went through it.
        assert!((ENOUGH..TOO_MANY + 500).contains(&most), "{most}");
        drop(checkpointer);
        let rows: i64 = sql_query("SELECT count(*) AS log, 0 AS checkpointed FROM t")
            .get_result::<Log>(&mut open())
            .unwrap()
            .pages;
        assert_eq!(rows, 30_000);
    }
}
