//! Answers that are large.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::problem::Problem;

/// A JSON answer of about `expected` bytes: its text has its room from the beginning instead of moving each time it has
/// doubled.
#[derive(Debug)]
pub(crate) struct LargeJson<T> {
    pub(crate) body: T,
    pub(crate) expected: usize,
}

impl<T: Serialize> Responder for LargeJson<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut text = Vec::with_capacity(self.expected);
        match serde_json::to_writer(&mut text, &self.body) {
            Ok(()) => HttpResponse::Ok()
                .content_type(header::ContentType::json())
                .body(text),
            Err(_) => actix_web::ResponseError::error_response(&Problem::internal()),
        }
    }
}
