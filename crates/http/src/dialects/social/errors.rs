//! Failures as the dialect tells them: `{"detail"}`.

use serde::Serialize;

use crate::dialects;
use crate::problem::Problem;

#[derive(Serialize)]
struct Detail<'a> {
    detail: &'a str,
}

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> dialects::Said {
    let detail = problem.detail();
    dialects::Said::json(problem.status(), &Detail { detail })
}
