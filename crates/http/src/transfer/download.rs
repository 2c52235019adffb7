//! Downloads: the head that each has, and the part of the body that is wanted.

use std::error::Error;
use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::TryStreamExt as _;
use sealpost_domain::ports::ByteStream;

use super::range::{Wanted, wanted};
use crate::problem::{Problem, chain};

/// Something to be sent whole or in part.
pub(crate) struct Download<'a> {
    /// How many bytes there are.
    pub(crate) size: u64,
    /// Its strong validator, quotes included.
    pub(crate) etag: String,
    /// Its media type.
    pub(crate) content_type: &'a str,
    /// What `Content-Disposition` says ([`super::disposition`]).
    pub(crate) disposition: String,
}

/// What of it is to be sent.
pub(crate) struct Part {
    pub(crate) range: Range<u64>,
    /// Whether that is a 200 and not a 206.
    whole: bool,
}

impl Download<'_> {
    /// What the request wants; None if the client has it already.
    pub(crate) fn look_at(&self, request: &HttpRequest) -> Result<Option<Part>, Problem> {
        match wanted(request.headers(), &self.etag, self.size) {
            Wanted::All => Ok(Some(Part {
                range: 0..self.size,
                whole: true,
            })),
            Wanted::Part(range) => Ok(Some(Part {
                range,
                whole: false,
            })),
            Wanted::NotModified => Ok(None),
            Wanted::Unsatisfiable => Err(self.unsatisfiable()),
        }
    }

    /// The answer to whoever has it already.
    pub(crate) fn not_modified(&self) -> HttpResponse {
        self.head(StatusCode::NOT_MODIFIED).finish()
    }

    /// `Cache-Control` is for the frame to add: nothing of this stays in a cache.
    fn head(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut head = HttpResponse::build(status);
        head.insert_header((header::ETAG, self.etag.as_str()))
            .insert_header((header::ACCEPT_RANGES, "bytes"));
        head
    }

    /// The head, and `body`, which brings the part.
    pub(crate) fn answer<E>(&self, Part { range, whole }: Part, body: ByteStream<E>) -> HttpResponse
    where
        E: Error + Send + Sync + 'static,
    {
        let mut head = if whole {
            self.head(StatusCode::OK)
        } else {
            let (first, last) = (range.start, range.end.saturating_sub(1));
            let text = format!("bytes {first}-{last}/{}", self.size);
            let mut head = self.head(StatusCode::PARTIAL_CONTENT);
            head.insert_header((header::CONTENT_RANGE, text));
            head
        };
        head.insert_header((header::CONTENT_TYPE, self.content_type))
            .insert_header((header::CONTENT_DISPOSITION, self.disposition.as_str()));
        // An error of the body ends the connection before its length is reached: the client sees that it is not whole.
        let body = body.inspect_err(|error| {
            tracing::error!(error = %chain(error), "a download was broken off");
        });
        head.body(SizedStream::new(
            range.end.saturating_sub(range.start),
            body,
        ))
    }

    fn unsatisfiable(&self) -> Problem {
        let problem = Problem::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "range-not-satisfiable",
            format!("there are {} bytes", self.size),
        );
        match HeaderValue::from_str(&format!("bytes */{}", self.size)) {
            Ok(size) => problem.with_header(header::CONTENT_RANGE, size),
            Err(_) => problem,
        }
    }
}
