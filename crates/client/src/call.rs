//! One request, described so that it can be made again.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

use crate::ClientError;

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
        }
    }

    pub(crate) fn get(path: &[&'a str]) -> Self {
        Self::new(Method::GET, path, true)
    }

    pub(crate) fn post(path: &[&'a str], body: &impl Serialize) -> Result<Self, ClientError> {
        let json = serde_json::to_vec(body).map_err(ClientError::unexpected)?;
        let mut call = Self::new(Method::POST, path, false);
        call.json = Some(json.into());
        Ok(call)
    }

    /// A POST whose body comes apart from it.
    pub(crate) fn upload(path: &[&'a str]) -> Self {
        Self::new(Method::POST, path, false)
    }

    pub(crate) fn delete(path: &[&'a str]) -> Self {
        Self::new(Method::DELETE, path, false)
    }

    /// Says that making the call twice is like making it once.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
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
