//! `/v1/accounts`.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Account, Email, Password, Register, SignUp, Username};
use sealpost_domain::challenges::AnsweredChallenge;
use sealpost_domain::invites::InviteCode;
use sealpost_domain::sessions::Dialect;
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::idempotency::{IdempotencyKeyHeader, idempotent_for_strangers};
use crate::media::avatar_path;
use crate::openapi::{ACCOUNTS, BodyProblems, CommonProblems, Responses, problems};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire::{self, WireTime};

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// 1 to 32 characters, no white space, no `@`; unique without regard to case.
    #[schema(example = "alice", min_length = 1, max_length = 32)]
    username: String,
    /// 8 to 128 characters, no control characters, none that everybody tries first.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "correct horse battery", min_length = 8, max_length = 128)]
    password: Secret<String>,
    /// A mail address; needed for mail alone. A code is mailed there, which `POST /v1/me/email/verify` takes.
    #[serde(default)]
    #[schema(format = "email", example = "alice@mail.example", max_length = 254)]
    email: Option<String>,
    /// The code of an invite: needed if `GET /v1/server` says so, else neither looked at nor used.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = "spi_00112233445566778899aabbccddeeff")]
    invite: Option<Secret<String>>,
    /// A sentence of `GET /v1/challenges`, completed: needed if `human_check` of `GET /v1/server` is `sentence`, else not looked at.
    #[serde(default)]
    challenge: Option<Answer>,
}

/// What somebody says to a challenge.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChallengeAnswer)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// As it came with the question.
    #[schema(example = "spq_0123456789abcdef")]
    token: String,
    /// The word that is missing, in any case.
    #[schema(example = "blanks")]
    answer: String,
}

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct AccountBody {
    /// Names the account for ever.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// As its owner wrote it.
    #[schema(example = "alice")]
    username: String,
    /// Null if there is none.
    #[schema(required, format = "email", example = "alice@mail.example")]
    email: Option<String>,
    /// Where its picture is: a path on this server.
    #[schema(example = "/media/avatars/default.png")]
    avatar_url: String,
    /// Whether its owner has proved that mail to this address reaches them.
    #[schema(example = false)]
    email_verified: bool,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<&Account> for AccountBody {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.username.to_string(),
            email: account
                .email
                .as_ref()
                .map(|email| email.as_str().to_owned()),
            avatar_url: avatar_path(account.avatar),
            email_verified: account.email_verified_at.is_some(),
            created_at: WireTime(account.created_at),
        }
    }
}

impl NewAccount {
    fn into_command(self, address: ClientAddress) -> Result<SignUp, Problem> {
        let challenge = self.challenge.map(|said| AnsweredChallenge {
            token: said.token,
            answer: said.answer,
        });
        let mut errors = FieldErrors::default();
        let username = errors.check("username", Username::parse(&self.username));
        let password = errors.check("password", Password::parse(self.password.expose()));
        let email = errors.check("email", self.email.as_deref().map(Email::parse).transpose());
        match (username, password, email) {
            (Some(username), Some(password), Some(email)) => Ok(SignUp {
                account: Register {
                    username,
                    password,
                    email,
                    dialect: Dialect::Native,
                    invite: self.invite.map(|code| InviteCode::attempt(code.expose())),
                    address: Some(address.limit_key()),
                },
                challenge,
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "registration-closed",
                "`registration-closed`, `invite-required`, `invalid-invite`, `challenge-required`",
            ),
            (409, "username-taken", "`username-taken`"),
        ])
    }
}

/// Make an account
///
/// Anybody may, unless the operator closed registration (403 `registration-closed`) or lets in only who has an invite (403
/// `invite-required`; `invalid-invite` if it is unknown, used up, expired or revoked: nobody learns which). Where the operator
/// wants a sentence completed, `challenge` has a sentence of `GET /v1/challenges` and the missing word (403 `challenge-required`;
/// 422 `challenge-failed` if the word is another one, or the answer late, used, or from another address). A username that
/// somebody has is 409 `username-taken`. A mail address is never a reason to refuse: it counts once its owner has proved it
/// (`email_verified`), and if another account has proved it already, that one's owner gets a mail that says so.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    params(IdempotencyKeyHeader),
    request_body = NewAccount,
    responses(
        (
            status = 201, body = AccountBody, description = "The account was made",
            headers(("location" = String, description = "Where others find the account")),
        ),
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/accounts", wrap = "from_fn(idempotent_for_strangers)")]
pub(super) async fn create_account(
    services: web::Data<Services>,
    address: ClientAddress,
    body: Json<NewAccount, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let command = body.0.into_command(address)?;
    let account = services.accounts.sign_up(command).await?;
    let name = wire::encode_segment(account.username.as_str());
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/users/{name}")))
        .json(AccountBody::from(&account)))
}
