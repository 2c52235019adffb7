//! `/v1/events`: the inbox over plain HTTP.

mod acknowledge;
mod query;
mod read;
mod stream;

pub(super) use acknowledge::acknowledge_events;
pub(super) use read::read_events;
