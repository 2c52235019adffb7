use std::fmt;

use actix_web::{post, web};
use sealpost_domain::accounts::{ChangeSettings, MessagesFrom};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::{IntoResponses, ToSchema};

use super::auth::Caller;
use super::errors::refusals;
use super::{Refusals, Said};
use crate::Services;
use crate::extract::Json;
use crate::limits::{Limits, Spent};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerSettings)]
struct Request {
    /// Whether others may start a conversation with you and write to you: true or 1, false or 0.
    #[serde(rename = "privacy.messages", deserialize_with = "switch")]
    #[schema(value_type = bool, example = true)]
    messages: bool,
}

/// Reads true, false, 1 or 0.
fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Switch;

    impl Visitor<'_> for Switch {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, 1 or 0")
        }

        fn visit_bool<E: Error>(self, on: bool) -> Result<bool, E> {
            Ok(on)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
            match number {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
            }
        }
    }

    deserializer.deserialize_any(Switch)
}

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The access token is missing, expired, revoked or of another kind",
            ),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Change your settings
///
/// With `privacy.messages` off nobody may start a conversation with you or write to you; on, everybody may whom you do not
/// block.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    request_body = Request,
    responses((status = 200, body = Said, description = "They are changed"), Refused, Refusals),
)]
#[post("/update_settings/")]
pub(super) async fn messenger_update_settings(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    body: Json<Request>,
) -> Result<web::Json<Said>, Problem> {
    limits.spend(Spent::UpdateSettings, actor.account())?;
    let messages_from = if body.0.messages {
        MessagesFrom::Everyone
    } else {
        MessagesFrom::Nobody
    };
    let command = ChangeSettings {
        messages_from: Some(messages_from),
        ..ChangeSettings::default()
    };
    services.accounts.change_settings(&actor, command).await?;
    Ok(web::Json(Said::ok()))
}
