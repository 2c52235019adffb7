//! What the answers say of master keys.

use serde::{Deserialize, Serialize};

use super::Time;

/// The name of a key that was made, or destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Eight hexadecimal digits.
    pub(crate) id: String,
    /// `waiting` or `destroyed`.
    pub(crate) state: String,
}

/// How far sealing everything anew has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyProgress {
    /// The key everything is to rest under.
    pub(crate) id: String,
    /// How many values were sealed anew so far.
    pub(crate) rewrapped: u64,
    /// How many values did not open; they stay as they are.
    pub(crate) unopened: u64,
    /// The column that is being gone through, as `table.column`.
    pub(crate) column: String,
    pub(crate) started_at: Time,
    pub(crate) finished_at: Option<Time>,
}

/// What rests under which key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyStatus {
    pub(crate) keys: Vec<MasterKey>,
    pub(crate) columns: Vec<KeyRows>,
    pub(crate) rotation: Option<KeyProgress>,
}

/// A master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MasterKey {
    pub(crate) id: String,
    /// `waiting`, `sealing`, `opening` or `missing`.
    pub(crate) state: String,
    pub(crate) sealed_from: Option<Time>,
    pub(crate) sealed_until: Option<Time>,
    /// How many values rest under it.
    pub(crate) rows: u64,
}

/// How many values of a column rest under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRows {
    /// As `table.column`.
    pub(crate) column: String,
    /// None for what is no sealed value.
    pub(crate) id: Option<String>,
    pub(crate) rows: u64,
}
