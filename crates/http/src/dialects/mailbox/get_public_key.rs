use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, route, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::accounts::Username;
use sealpost_domain::mailbox_keys::FindMailboxKeyError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusals;
use super::caller::Visitor;
use super::errors::no_such_user;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::limits::{Counted, Limits};
use crate::openapi::MAILBOX;
use crate::problem::Problem;

/// The key's fingerprint, where it has one: the document's body has no place for it.
const FINGERPRINT: HeaderName = HeaderName::from_static("sealpost-key-fingerprint");

/// Whose key.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxAsk)]
pub(super) struct Request {
    #[schema(example = "anyusername")]
    pub(super) username: String,
}

/// Somebody's key.
#[derive(Serialize, ToSchema)]
#[schema(as = MailboxPublicKey)]
struct Answer {
    /// As its owner set it; the PEM of an RSA key if they set none here.
    #[schema(example = "PUBLIC_KEY_OF_ANYUSERNAME")]
    public_key: String,
}

/// Get somebody's key
///
/// Who has none whose private half is theirs alone is answered like somebody who does not exist.
#[utoipa::path(
    tag = MAILBOX,
    security(()),
    request_body = Request,
    responses(
        (
            status = 200, body = Answer, description = "The key",
            headers((
                "sealpost-key-fingerprint" = String,
                description = "The RFC 7638 thumbprint (SHA-256, base64url) of an RSA key: compare it over another channel"
            )),
        ),
        Refusals,
    ),
)]
#[route("/get_public_key", method = "GET", method = "POST")]
pub(super) async fn mailbox_get_public_key(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    Visitor(viewer): Visitor,
    body: Json<Request>,
) -> Result<HttpResponse, Problem> {
    limits.count(Counted::MailboxLookUp, address.limit_key())?;
    let Request { username } = body.0;
    let name = Username::parse(&username).map_err(|_| no_such_user(&username))?;
    let found = services.mailbox_keys.find(viewer.as_ref(), name).await;
    let key = found.map_err(|error| match error {
        FindMailboxKeyError::NoKey => no_such_user(&username),
        error @ FindMailboxKeyError::Store(_) => error.into(),
    })?;
    let mut answer = HttpResponse::Ok();
    let fingerprint = key.thumbprint.map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    if let Some(value) = fingerprint.and_then(|text| HeaderValue::from_str(&text).ok()) {
        answer.insert_header((FINGERPRINT, value));
    }
    Ok(answer.json(Answer {
        public_key: key.text,
    }))
}
