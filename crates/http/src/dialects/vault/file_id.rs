use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sealpost_domain::files::FileId;

use crate::problem::Problem;

/// What is said where no id is.
pub(super) const MALFORMED: &str = "The request does not contain correct file ID";

/// The file's id in the path. A text that is no id is told apart here from an id that nobody has.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathFileId(pub(super) FileId);

impl FromRequest for PathFileId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id");
        let id = id.and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(malformed))
    }
}

fn malformed() -> Problem {
    Problem::bad_request("malformed-file-id", MALFORMED)
}
