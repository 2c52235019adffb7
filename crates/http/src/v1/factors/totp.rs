use actix_web::{HttpResponse, post, web};
use qrcode::QrCode;
use qrcode::render::svg;
use sealpost_domain::Secret;
use sealpost_domain::factors::{FactorCode, TotpEnrolment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{ChangeProblems, RecoveryCodesBody};
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, UnknownId};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The smallest side of the picture, in pixels of its own.
const QR_SIDE: u32 = 256;

/// What an authenticator app needs to know. It can be seen this once only.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpEnrolment)]
struct TotpEnrolmentBody {
    /// The secret in base32 (RFC 4648), for typing.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// The same as a URL, for apps on the same device.
    #[schema(
        example = "otpauth://totp/chat.example:alice?secret=JBSW…&issuer=chat.example&algorithm=SHA1&digits=6&period=30"
    )]
    otpauth_url: String,
    /// The URL as a QR code: an SVG document.
    #[schema(example = "<svg …")]
    qr_svg: String,
}

impl TotpEnrolmentBody {
    fn of(enrolment: &TotpEnrolment) -> Result<Self, Problem> {
        let url = enrolment.url.expose();
        // A name and a host of any length that is allowed fit into a QR code.
        let code = QrCode::new(url.as_bytes()).map_err(|_| Problem::internal())?;
        let mut picture = code.render::<svg::Color<'_>>();
        Ok(Self {
            secret: enrolment.secret.expose().clone(),
            otpauth_url: url.clone(),
            qr_svg: picture.min_dimensions(QR_SIDE, QR_SIDE).build(),
        })
    }
}

/// What the app shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TotpConfirmation {
    /// Six digits.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "492039")]
    code: Secret<String>,
}

/// The name that apps show: the host of the public URL.
fn issuer(public_url: &str) -> &str {
    let (_, behind) = public_url.split_once("://").unwrap_or(("", public_url));
    behind.split('/').next().unwrap_or(behind)
}

/// Set up an authenticator app
///
/// Gives a secret for it (TOTP, RFC 6238: SHA-1, six digits, 30 seconds). It is no factor before it is confirmed; asking
/// again replaces it. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 201, body = TotpEnrolmentBody, description = "To be confirmed"),
        AuthProblems,
        ChangeProblems,
        CommonProblems,
    ),
)]
#[post("/me/factors/totp")]
pub(in crate::v1) async fn begin_totp(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    let issuer = issuer(&services.info.public_url);
    let enrolment = services.factors.begin_totp(&actor, issuer).await?;
    Ok(HttpResponse::Created().json(TotpEnrolmentBody::of(&enrolment)?))
}

/// Switch the authenticator app on
///
/// With a code that it shows. From now on a login wants one. With the first factor of an account come ten recovery
/// codes. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    request_body = TotpConfirmation,
    responses(
        (status = 200, body = RecoveryCodesBody, description = "It is on"),
        AuthProblems,
        ChangeProblems,
        UnknownId,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/factors/totp/confirm")]
pub(in crate::v1) async fn confirm_totp(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<TotpConfirmation, AUTH_JSON_LIMIT>,
) -> Result<web::Json<RecoveryCodesBody>, Problem> {
    let code = FactorCode::attempt(body.0.code.expose());
    let codes = services.factors.confirm_totp(&actor, &code).await?;
    Ok(web::Json(codes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_and_host_fit_into_the_picture() {
        let long = format!(
            "otpauth://totp/{host}:{name}?issuer={host}",
            host = "%3A".repeat(253),
            name = "%F0%9F%92%9C".repeat(32)
        );
        assert!(QrCode::new(long.as_bytes()).is_ok());
        assert_eq!(issuer("https://chat.example:8443/x/"), "chat.example:8443");
    }
}
