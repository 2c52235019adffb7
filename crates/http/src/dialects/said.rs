use actix_web::http::StatusCode;

/// A failure as a dialect tells it.
pub(crate) struct Said {
    /// The dialect's status.
    pub(crate) status: StatusCode,
    /// The type of `body`.
    pub(crate) content_type: &'static str,
    /// What the client reads.
    pub(crate) body: Vec<u8>,
}

impl Said {
    /// A JSON text.
    pub(super) fn json(status: StatusCode, body: &impl serde::Serialize) -> Self {
        Self {
            status,
            content_type: "application/json",
            // One text always serializes; an empty body would still carry the right status.
            body: serde_json::to_vec(body).unwrap_or_default(),
        }
    }

    /// Plain text.
    pub(super) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: text.into().into_bytes(),
        }
    }
}
