//! Failures as the dialect tells them: plain text.

use crate::dialects::Said;
use crate::problem::Problem;

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> Said {
    Said::text(problem.status(), problem.detail())
}
