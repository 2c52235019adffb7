use sealpost_domain::inbox::Offset;
use serde::{Deserialize, Serialize};

/// A place in an account's log of events: everything up to and including it has been had. Keep it to go on there later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The life of the log: new after the database was restored.
    pub epoch: String,
    /// The last event; 0 for the beginning.
    pub offset: Offset,
}
