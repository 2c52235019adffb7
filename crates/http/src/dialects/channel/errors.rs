//! Failures as the dialect tells them: a bare JSON string.

use crate::dialects::Said;
use crate::problem::Problem;

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> Said {
    Said::json(problem.status(), &problem.detail())
}
