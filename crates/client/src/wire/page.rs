use serde::Deserialize;

/// A stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Page<T> {
    /// In the order of the list.
    pub data: Vec<T>,
    /// Leads to the next stretch; None at the end.
    pub next_cursor: Option<String>,
}
