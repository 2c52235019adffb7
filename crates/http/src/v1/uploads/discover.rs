//! `OPTIONS /v1/uploads`.

use actix_web::{HttpResponse, options, web};

use super::checksum::ALGORITHMS;
use super::tus::{RESUMABLE, TUS, VERSION};
use crate::Services;
use crate::openapi::{CommonProblems, FILES};

/// See what uploads can do
///
/// The protocol is tus 1.0.0: stock tus clients work with this path as their endpoint.
#[utoipa::path(
    tag = FILES,
    security(()),
    responses(
        (
            status = 204, description = "Version, extensions and limits, in headers",
            headers(
                ("tus-resumable" = String, description = "`1.0.0`"),
                ("tus-version" = String, description = "`1.0.0`"),
                ("tus-extension" = String, description = "`creation,creation-with-upload,termination,checksum,expiration`"),
                ("tus-checksum-algorithm" = String, description = "`sha1,sha256,sha512`"),
                ("tus-max-size" = u64, description = "The largest upload, in bytes"),
            ),
        ),
        CommonProblems,
    ),
)]
#[options("/uploads")]
pub(crate) async fn describe_uploads(services: web::Data<Services>) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((RESUMABLE, TUS))
        .insert_header((VERSION, TUS))
        .insert_header((
            "tus-extension",
            "creation,creation-with-upload,termination,checksum,expiration",
        ))
        .insert_header(("tus-checksum-algorithm", ALGORITHMS))
        .insert_header(("tus-max-size", services.uploads.max_size()))
        .finish()
}
