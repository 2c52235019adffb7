//! Whoever has an account can take everything of their own with them.

mod begin;
mod service;

pub use begin::{ExportError, ExportTurn};
pub use service::Exports;
