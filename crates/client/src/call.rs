//! One request, described so that it can be made again.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

use crate::ClientError;
use crate::calls::random_uuid;

/// How long an ordinary call may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// The segments of the path, not encoded.
    pub(crate) path: Vec<&'a str>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) json: Option<Bytes>,
    pub(crate) timeout: Duration,
    /// Whether it may be made again when it is not known what became of it.
    pub(crate) repeatable: bool,
    /// Names the request, so that the server carries it out once however often it comes.
    pub(crate) idempotency_key: Option<String>,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: &[&'a str], repeatable: bool) -> Self {
        Self {
            method,
            path: path.to_vec(),
            query: Vec::new(),
            json: None,
            timeout: TIMEOUT,
            repeatable,
            idempotency_key: None,
        }
    }

    pub(crate) fn get(path: &[&'a str]) -> Self {
        Self::new(Method::GET, path, true)
    }

    pub(crate) fn post(path: &[&'a str], body: &impl Serialize) -> Result<Self, ClientError> {
        Self::new(Method::POST, path, false).with_json(body)
    }

    /// A replacement, which may come twice.
    pub(crate) fn put(path: &[&'a str]) -> Self {
        Self::new(Method::PUT, path, true)
    }

    /// A merge patch (RFC 7396), which may come twice.
    pub(crate) fn patch(path: &[&'a str], body: &impl Serialize) -> Result<Self, ClientError> {
        Self::new(Method::PATCH, path, true).with_json(body)
    }

    pub(crate) fn with_json(mut self, body: &impl Serialize) -> Result<Self, ClientError> {
        let json = serde_json::to_vec(body).map_err(ClientError::unexpected)?;
        self.json = Some(json.into());
        Ok(self)
    }

    /// A POST whose body comes apart from it.
    pub(crate) fn upload(path: &[&'a str]) -> Self {
        Self::new(Method::POST, path, false)
    }

    /// A PATCH whose body comes apart from it.
    pub(crate) fn append(path: &[&'a str]) -> Self {
        Self::new(Method::PATCH, path, false)
    }

    pub(crate) fn delete(path: &[&'a str]) -> Self {
        Self::new(Method::DELETE, path, false)
    }

    /// Says that making the call twice is like making it once.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Gives the call a random name of its own: made twice, it is carried out once.
    pub(crate) fn idempotent(mut self) -> Self {
        self.idempotency_key = Some(random_uuid());
        self.repeatable()
    }

    pub(crate) fn query(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Gives the server this much more time.
    pub(crate) fn waiting(mut self, time: Duration) -> Self {
        self.timeout += time;
        self
    }
}
