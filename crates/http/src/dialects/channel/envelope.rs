//! The session around every request: the one place where fields are opened and answers sealed.

use actix_web::HttpResponse;
use actix_web::http::header;
use sealpost_domain::Secret;
use sealpost_domain::channels::Exchange;
use sealpost_domain::sessions::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::Refusal;
use crate::Services;
use crate::problem::Problem;

/// The keys for the next request, and what else there is to say.
#[derive(Serialize, ToSchema)]
#[schema(as = ChannelAnswer)]
pub(super) struct Answer {
    /// The next AES key, 64 hexadecimal digits, encrypted under the present one.
    #[schema(example = "q1Zk…")]
    ciphertext: String,
    /// The next session key, 400 letters and digits, encrypted under the next AES key.
    #[schema(example = "b0Xl…")]
    session_key: String,
    /// `/encrypt` and `/decrypt`: the result, encrypted under the next AES key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// `/final_forgot_password`: true where what was encrypted for the account before cannot be decrypted any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    key_replaced: bool,
}

/// The keys for the next request, and why this one was refused.
#[derive(Serialize, ToSchema)]
#[schema(as = ChannelRefused)]
pub(crate) struct Refused {
    /// The next AES key, 64 hexadecimal digits, encrypted under the present one.
    ciphertext: String,
    /// The next session key, 400 letters and digits, encrypted under the next AES key.
    session_key: String,
    /// Why, in clear.
    #[schema(example = "Bad request")]
    error: String,
}

/// What an answer says beside the keys.
#[derive(Default)]
pub(super) struct Said {
    pub(super) message: Option<Secret<String>>,
    pub(super) key_replaced: bool,
}

impl Said {
    /// The result of an encryption or decryption.
    pub(super) const fn message(message: Secret<String>) -> Self {
        Self {
            message: Some(message),
            key_replaced: false,
        }
    }
}

/// A request whose session key was good, and is spent.
pub(super) struct Envelope(Exchange);

impl Envelope {
    /// Spends the session key.
    pub(super) async fn open(
        services: &Services,
        session_key: Option<&Secret<String>>,
    ) -> Result<Self, Problem> {
        let session_key = session_key.map_or("", |key| key.expose());
        let exchange = services.channels.advance(session_key).await?;
        if let Some(caller) = exchange.caller() {
            services.presence.renew(caller);
        }
        Ok(Self(exchange))
    }

    /// For the use cases.
    pub(super) const fn exchange(&self) -> &Exchange {
        &self.0
    }

    /// Who is logged in.
    pub(super) fn caller(&self) -> Result<&Actor, Refusal> {
        self.0.caller().ok_or(Refusal::NO_AUTHORIZATION)
    }

    /// Opens a field.
    pub(super) fn field(
        &self,
        name: &str,
        text: Option<&String>,
    ) -> Result<Secret<String>, Refusal> {
        text.and_then(|text| self.0.open(name, text))
            .ok_or(Refusal::BAD_REQUEST)
    }

    /// The same for a field that need not be there.
    pub(super) fn optional_field(
        &self,
        name: &str,
        text: Option<&String>,
    ) -> Result<Option<Secret<String>>, Refusal> {
        match text {
            Some(_) => self.field(name, text).map(Some),
            None => Ok(None),
        }
    }

    /// The answer, which carries the next keys whatever came of the request.
    pub(super) fn answer(self, outcome: Result<Said, Refusal>) -> HttpResponse {
        let keys = self.0.next_keys();
        match outcome {
            Ok(said) => HttpResponse::Ok().json(Answer {
                ciphertext: keys.ciphertext,
                session_key: keys.session_key,
                message: said
                    .message
                    .map(|message| self.0.seal("message", message.expose())),
                key_replaced: said.key_replaced,
            }),
            Err(refusal) => {
                let mut response = HttpResponse::build(refusal.status());
                if let Some(seconds) = refusal.retry_after() {
                    response.insert_header((header::RETRY_AFTER, seconds));
                }
                response.json(Refused {
                    ciphertext: keys.ciphertext,
                    session_key: keys.session_key,
                    error: refusal.into_text(),
                })
            }
        }
    }
}
