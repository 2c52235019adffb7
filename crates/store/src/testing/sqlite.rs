use std::sync::Arc;

use sealpost_domain::ports::Store;

use super::Nobody;
use crate::{SqliteOptions, SqliteStore};

/// Keeps the folder of a throw-away SQLite database.
pub struct TestSqlite {
    folder: tempfile::TempDir,
}

impl TestSqlite {
    /// The database file.
    #[must_use]
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("test.db")
    }
}

/// A fresh, migrated database in a file of its own, deleted with the guard. Always `Some`: the shape is that of
/// [`postgres`](super::postgres).
///
/// # Panics
/// If it cannot be made.
pub async fn sqlite() -> Option<(Arc<dyn Store>, TestSqlite)> {
    let guard = TestSqlite {
        folder: tempfile::tempdir().expect("a temporary folder"),
    };
    let store = SqliteStore::open(&guard.path(), &SqliteOptions::default(), Arc::new(Nobody))
        .expect("a fresh SQLite database");
    Some((Arc::new(store), guard))
}
