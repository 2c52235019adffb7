//! Failures as the dialect tells them.
//!
//! | status | body | when |
//! |---|---|---|
//! | 201 | keys, `error` | refused; the texts stand in this file |
//! | 202 | keys, `error` | too many wrong passwords |
//! | 401 | keys, `error` | `/change_password` without a login |
//! | 404 | a JSON string | no session has this session key; `/create_session_key` takes the key or the cipher for no good one |
//! | 408 | a JSON string | the session is too old |
//! | 429, 503, 507 | keys, `error` | too often, too busy, too full: `Retry-After` says when again |
//! | others | a JSON string | the body cannot be read, or the server fails before it has looked at the session |

use std::borrow::Cow;
use std::time::Duration;

use actix_web::http::StatusCode;
use sealpost_domain::accounts::{ChangePasswordError, RegisterError, RenameError};
use sealpost_domain::channels::{
    ChannelLogInError, ChannelPasswordError, ChannelRegisterError, ChannelUsernameError,
    ConfirmRecoveryError, DecryptError, EncryptError, FinishRecoveryError, ForgetPasswordError,
};
use sealpost_domain::recovery::CompleteRecoveryError;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::dialects::Said;
use crate::openapi::Responses;
use crate::problem::Problem;

/// What the dialect says where there are no keys to go on with.
#[derive(Serialize, ToSchema)]
#[schema(as = ChannelSaid, example = "Session not found!")]
pub(crate) struct Text(String);

/// The failure as the dialect tells it where there are no keys to go on with: a bare JSON string.
pub(crate) fn say(problem: &Problem) -> Said {
    let (status, text) = match problem.code() {
        "unknown-channel" => (StatusCode::NOT_FOUND, "Session not found!"),
        // The problem of an unknown channel says no more than that there is no such thing.
        "not-found" => (StatusCode::NOT_FOUND, "Session not found!"),
        "channel-expired" => (StatusCode::REQUEST_TIMEOUT, "Session timeout exceeded!"),
        "unknown-cipher" | "channel-key-refused" => (StatusCode::NOT_FOUND, "Error!"),
        _ => (problem.status(), problem.detail()),
    };
    Said::json(status, &Text(text.to_owned()))
}

/// Why a request was refused whose session was good. The session goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    text: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// A field is missing, or does not decrypt.
    pub(super) const BAD_REQUEST: Self = Self::text("Bad request");
    /// Nobody is logged in.
    pub(super) const NO_AUTHORIZATION: Self = Self::text("No authorization");
    /// Not a username.
    pub(super) const USERNAME_FORMAT: Self = Self::text("Username format not corrected");
    /// Not a mail address.
    pub(super) const EMAIL_FORMAT: Self = Self::text("Email format not corrected");
    /// Not a password that may be set here.
    pub(super) const PASSWORD_FORMAT: Self = Self::text("Password format not corrected");
    const USERNAME_BUSY: Self = Self::text("Username is busy");
    const EMAIL_BUSY: Self = Self::text("Email is busy");
    const EMAIL_UNKNOWN: Self = Self::text("Email not found!");
    const USER_UNKNOWN: Self = Self::text("User is not found");
    const PASSWORD_WRONG: Self = Self::text("Password is wrong");
    const INVALID_SESSION: Self = Self::text("Invalid session");
    const INVALID_CODE: Self = Self::text("Invalid code");
    const FAILED: Self = Self::text("Error server");
    const BLOCKED: Self = Self::new(StatusCode::ACCEPTED, "Account block. Change the password!");

    const fn text(text: &'static str) -> Self {
        Self::new(StatusCode::CREATED, text)
    }

    const fn new(status: StatusCode, text: &'static str) -> Self {
        Self {
            status,
            text: Cow::Borrowed(text),
            retry_after: None,
        }
    }

    /// `/change_password` alone says it so.
    pub(super) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::NO_AUTHORIZATION
        }
    }

    /// `/encrypt` has a word for a server that failed.
    fn in_words(self) -> Self {
        if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            Self::FAILED
        } else {
            self
        }
    }

    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// In whole seconds, rounded up.
    pub(super) fn retry_after(&self) -> Option<u64> {
        let after = self.retry_after?;
        Some((after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1))
    }

    pub(super) fn into_text(self) -> String {
        self.text.into_owned()
    }
}

/// What the document has no words for: a rule's refusal in the domain's words, and what is no refusal as it is.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let status = problem.status();
        let passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Self {
                status,
                ..Self::FAILED
            };
        }
        let text = problem.errors().first().map(|error| error.detail.clone());
        Self {
            status: if passing { status } else { StatusCode::CREATED },
            text: text.unwrap_or_else(|| Cow::Owned(problem.detail().to_owned())),
            retry_after: problem.retry_after(),
        }
    }
}

impl From<ChannelRegisterError> for Refusal {
    fn from(error: ChannelRegisterError) -> Self {
        match error {
            ChannelRegisterError::Account(RegisterError::UsernameTaken) => Self::USERNAME_BUSY,
            ChannelRegisterError::Account(RegisterError::EmailTaken) => Self::EMAIL_BUSY,
            ChannelRegisterError::Account(RegisterError::Password(_)) => Self::PASSWORD_FORMAT,
            error => Problem::from(error).into(),
        }
    }
}

impl From<ChannelLogInError> for Refusal {
    fn from(error: ChannelLogInError) -> Self {
        match error {
            ChannelLogInError::UnknownAddress => Self::USER_UNKNOWN,
            ChannelLogInError::WrongPassword => Self::PASSWORD_WRONG,
            ChannelLogInError::Blocked => Self::BLOCKED,
            error => Problem::from(error).into(),
        }
    }
}

impl From<EncryptError> for Refusal {
    fn from(error: EncryptError) -> Self {
        match error {
            EncryptError::LoggedOut => Self::NO_AUTHORIZATION,
            EncryptError::UnknownUser => Self::USER_UNKNOWN,
            EncryptError::TooLong => Self::BAD_REQUEST,
            EncryptError::Failed => Self::FAILED,
            error => Self::from(Problem::from(error)).in_words(),
        }
    }
}

impl From<DecryptError> for Refusal {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::CannotDecrypt => Self::NO_AUTHORIZATION,
            error => Problem::from(error).into(),
        }
    }
}

impl From<ChannelUsernameError> for Refusal {
    fn from(error: ChannelUsernameError) -> Self {
        match error {
            ChannelUsernameError::LoggedOut => Self::NO_AUTHORIZATION,
            ChannelUsernameError::WrongPassword => Self::PASSWORD_WRONG,
            ChannelUsernameError::Blocked => Self::BLOCKED,
            ChannelUsernameError::Rename(RenameError::Taken) => Self::USERNAME_BUSY,
            // No rate: waiting for days is no matter of `Retry-After`.
            ChannelUsernameError::Rename(error @ RenameError::TooSoon { .. }) => Self {
                text: Cow::Owned(error.to_string()),
                ..Self::FAILED
            },
            error => Problem::from(error).into(),
        }
    }
}

impl From<ChannelPasswordError> for Refusal {
    fn from(error: ChannelPasswordError) -> Self {
        match error {
            ChannelPasswordError::LoggedOut => Self::unauthorized(),
            ChannelPasswordError::WrongPassword => Self::PASSWORD_WRONG,
            ChannelPasswordError::Blocked => Self::BLOCKED,
            ChannelPasswordError::Change(ChangePasswordError::CommonPassword(_)) => {
                Self::PASSWORD_FORMAT
            }
            error => Problem::from(error).into(),
        }
    }
}

impl From<ForgetPasswordError> for Refusal {
    fn from(error: ForgetPasswordError) -> Self {
        match error {
            ForgetPasswordError::UnknownAddress => Self::EMAIL_UNKNOWN,
            error => Problem::from(error).into(),
        }
    }
}

impl From<ConfirmRecoveryError> for Refusal {
    fn from(error: ConfirmRecoveryError) -> Self {
        match error {
            ConfirmRecoveryError::OutOfOrder => Self::INVALID_SESSION,
            ConfirmRecoveryError::WrongCode => Self::INVALID_CODE,
            error => Problem::from(error).into(),
        }
    }
}

impl From<FinishRecoveryError> for Refusal {
    fn from(error: FinishRecoveryError) -> Self {
        match error {
            FinishRecoveryError::OutOfOrder => Self::INVALID_SESSION,
            FinishRecoveryError::Complete(CompleteRecoveryError::CommonPassword(_)) => {
                Self::PASSWORD_FORMAT
            }
            error => Problem::from(error).into(),
        }
    }
}

/// What the routes within a session can refuse, for their `responses(…)`.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        let mut described = refusals(&[
            (201, "Refused: `error` says why, and the session goes on"),
            (429, "Too often: try again after `Retry-After`"),
            (503, "Not now: try again after `Retry-After`"),
        ]);
        described.extend(texts(&[
            (400, "The body is no JSON object"),
            (
                404,
                "`\"Session not found!\"`: no session has this session key, or none any more",
            ),
            (
                408,
                "`\"Session timeout exceeded!\"`: the session was not used for an hour",
            ),
            (413, "The body is too large"),
            (415, "The body is not `application/json`"),
            (500, "A defect; nothing about it is told"),
        ]));
        described
    }
}

/// 202, where a route has it.
pub(super) struct Blocked;

impl IntoResponses for Blocked {
    fn responses() -> Responses {
        refusals(&[(
            202,
            "`Account block. Change the password!`: too many wrong passwords",
        )])
    }
}

/// 401, where a route has it.
pub(super) struct Unauthorized;

impl IntoResponses for Unauthorized {
    fn responses() -> Responses {
        refusals(&[(401, "`No authorization`: nobody is logged in")])
    }
}

/// Describes answers with keys and `error`, by status.
fn refusals(described: &[(u16, &str)]) -> Responses {
    answers(described, "ChannelRefused")
}

/// Describes answers that are a bare JSON string, by status.
pub(super) fn texts(described: &[(u16, &str)]) -> Responses {
    answers(described, "ChannelSaid")
}

fn answers(described: &[(u16, &str)], schema: &str) -> Responses {
    let response = |(status, description): &(u16, &str)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(schema)))
            .build();
        let response = ResponseBuilder::new()
            .description(*description)
            .content("application/json", content)
            .build();
        (status.to_string(), RefOr::T(response))
    };
    described.iter().map(response).collect()
}
