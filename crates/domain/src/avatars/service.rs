use std::sync::Arc;

use crate::Environment;
use crate::ports::PictureProcessor;

/// The use cases of avatars. Cloning is cheap.
#[derive(Clone)]
pub struct Avatars {
    pub(super) env: Environment,
    pub(super) processor: Arc<dyn PictureProcessor>,
}

impl Avatars {
    /// The most bytes of an upload.
    pub const MAX_UPLOAD: usize = 2 * 1024 * 1024;

    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, processor: Arc<dyn PictureProcessor>) -> Self {
        Self { env, processor }
    }
}
