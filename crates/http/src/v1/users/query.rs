use sealpost_domain::directory::UsernamePrefix;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{FieldError, FieldErrors, Problem};
use crate::wire::{PageLimit, decode_cursor};

/// Whom to look for, and which stretch of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// What the username begins with, in any case: 1 to 32 characters.
    #[param(example = "al", min_length = 1, max_length = 32)]
    q: String,
    /// How many at once; more than 100 counts as 100.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<PageLimit>,
    /// The `next_cursor` of the stretch before. A list from its beginning needs none.
    cursor: Option<String>,
}

impl SearchQuery {
    /// What the username is to begin with.
    pub(super) fn prefix(&self) -> Result<UsernamePrefix, Problem> {
        let mut errors = FieldErrors::default();
        if self.q.is_empty() {
            let detail = "say what the username begins with";
            errors.push(FieldError::new("/q", detail, "invalid-prefix"));
            return Err(errors.into_problem());
        }
        let prefix = errors.check("q", UsernamePrefix::parse(&self.q));
        prefix.ok_or_else(|| errors.into_problem())
    }

    /// How many at once.
    pub(super) fn limit(&self) -> u32 {
        PageLimit::or_default(self.limit)
    }

    /// The folded username after which to read on; empty for the beginning.
    pub(super) fn after(&self) -> Result<String, Problem> {
        let after = self.cursor.as_deref().map(decode_cursor).transpose()?;
        Ok(after.unwrap_or_default())
    }
}
