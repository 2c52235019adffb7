//! `sealpost backup`, `verify` and `restore`: the database and the blobs, made while the server serves.
//!
//! A backup folder holds snapshots, a folder each (`manifest.json`, `blobs.txt` and, on SQLite, `database.db`), and one folder `blobs` that
//! they share. A snapshot is made under another name and gets its own when everything of it is on the disk: one that is
//! there is whole. Master keys are in none.

mod create;
mod digests;
mod error;
mod folder;
mod list;
mod manifest;
mod place;
mod restore;
mod run;
mod verify;

pub(crate) use error::BackupError;
pub(crate) use run::run;
