//! `/v1/recoveries`: a forgotten password is replaced, in three steps.

mod complete;
mod start;
mod verify;

pub(super) use complete::complete_recovery;
pub(super) use start::start_recovery;
pub(super) use verify::verify_recovery;
