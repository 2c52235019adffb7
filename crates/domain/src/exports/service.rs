use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::Environment;
use crate::accounts::AccountId;

/// The use cases of exports. Cloning is cheap; clones know of each other's turns.
#[derive(Clone)]
pub struct Exports {
    pub(super) env: Environment,
    /// Whose export is under way, on this instance.
    pub(super) running: Arc<Mutex<HashSet<AccountId>>>,
}

impl Exports {
    /// The service over the store.
    #[must_use]
    pub fn new(env: Environment) -> Self {
        Self {
            env,
            running: Arc::default(),
        }
    }
}
