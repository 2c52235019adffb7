//! `/v1/me`: the caller's own account.

use std::fmt;
use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, web};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountVersion, Username};
use sealpost_domain::avatars::Avatar;
use sealpost_domain::storage::{OwnerView, StorageUse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::accounts::AccountBody;
use crate::Services;
use crate::extract::{Authenticated, Json, etag, expected, is_known};
use crate::openapi::{
    ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, StepUp, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The state of an account, and of what it stores, as an entity tag. A change is conditional on the account alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag(AccountVersion, StorageUse);

impl Tag {
    fn of(owner: &OwnerView) -> Self {
        Self(owner.account.version(), owner.storage)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccountVersion {
            renamed_at,
            has_email,
            email_verified_at,
            avatar,
        } = self.0;
        let at = |time: Option<Timestamp>| time.map_or(0, Timestamp::as_micros);
        let (renamed, verified) = (at(renamed_at), at(email_verified_at));
        let has_email = u8::from(has_email);
        let StorageUse { used, quota } = self.1;
        let quota = quota.map_or_else(String::new, |quota| quota.to_string());
        write!(
            f,
            "{used}-{quota}-{renamed}-{has_email}-{verified}-{}",
            avatar.file_name()
        )
    }
}

impl FromStr for Tag {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(6, '-');
        let mut part = || parts.next().ok_or(());
        let at = |micros: &str| match micros.parse() {
            Ok(0) => Ok(None),
            Ok(micros) => Ok(Some(Timestamp::from_micros(micros))),
            Err(_) => Err(()),
        };
        let storage = StorageUse {
            used: part()?.parse().map_err(|_| ())?,
            quota: match part()? {
                "" => None,
                quota => Some(quota.parse().map_err(|_| ())?),
            },
        };
        let account = AccountVersion {
            renamed_at: at(part()?)?,
            has_email: part()? == "1",
            email_verified_at: at(part()?)?,
            avatar: Avatar::from_file_name(part()?).ok_or(())?,
        };
        let tag = Self(account, storage);
        // One state has one tag.
        (tag.to_string() == text).then_some(tag).ok_or(())
    }
}

/// An account as its owner sees it, with what it stores.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnAccount)]
pub(super) struct OwnAccountBody {
    #[serde(flatten)]
    account: AccountBody,
    storage: StorageBody,
}

/// What an account stores: its files' sizes, and what is reserved for uploads that run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StorageUse)]
struct StorageBody {
    /// In bytes.
    #[schema(example = 123_456)]
    used: u64,
    /// How many bytes it may store; null if there is no limit.
    #[schema(required, example = 1_073_741_824)]
    quota: Option<u64>,
}

impl From<&OwnerView> for OwnAccountBody {
    fn from(owner: &OwnerView) -> Self {
        Self {
            account: AccountBody::from(&owner.account),
            storage: StorageBody {
                used: owner.storage.used,
                quota: owner.storage.quota,
            },
        }
    }
}

fn answer(owner: &OwnerView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(etag(Tag::of(owner)))
        .json(OwnAccountBody::from(owner))
}

/// See your account
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has")),
    responses(
        (
            status = 200, body = OwnAccountBody, description = "Your account",
            headers(("etag" = String, description = "Changes with it")),
        ),
        (status = 304, description = "The client has it"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/me")]
pub(super) async fn view_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let owner = services.storage.view_owner(&actor).await?;
    let tag = Tag::of(&owner);
    if is_known(request.headers(), &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header(etag(tag))
            .finish());
    }
    Ok(answer(&owner))
}

/// What is to be different (RFC 7396). What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountPatch {
    /// Another username: 1 to 32 characters, no white space, no `@`.
    #[serde(default, deserialize_with = "wire::present")]
    #[schema(value_type = Option<String>, nullable = false, example = "alicia", min_length = 1, max_length = 32)]
    username: Option<String>,
}

/// What only changing the account answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`, `account-gone`; \
                 `insufficient-user-authentication`: the login is too old, and `WWW-Authenticate` says how old it may be \
                 (RFC 9470)",
            ),
            (
                409,
                "username-taken",
                "`username-taken`: somebody else has the name, or had it until lately",
            ),
            (
                412,
                "precondition-failed",
                "`precondition-failed`: the account is another than `If-Match` says; read it first",
            ),
            (
                429,
                "username-changed-lately",
                "`username-changed-lately`: `Retry-After` says when it can be changed again",
            ),
        ])
    }
}

/// Change your account
///
/// A merge patch (RFC 7396, as `application/merge-patch+json` or `application/json`). Another username needs a login not
/// older than 15 minutes and can be taken once in 30 days, unless the operator chose otherwise. The old one stays yours
/// to take back for 90 days; nobody else can have it in that time. Whoever talks with you hears of it
/// (`account.renamed`). With `If-Match`, only if the account is what you have seen, whatever it stores.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("if-match" = Option<String>, Header, description = "The `ETag` of what you have seen")),
    request_body = AccountPatch,
    responses(
        (
            status = 200, body = OwnAccountBody, description = "Your account as it is now",
            headers(("etag" = String, description = "Changes with it")),
        ),
        AuthProblems,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[patch("/me")]
pub(super) async fn change_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    request: HttpRequest,
    body: Json<AccountPatch, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let expected = expected::<Tag>(request.headers());
    let expected = expected.map(|tags| tags.into_iter().map(|tag| tag.0).collect());
    let Some(username) = body.0.username else {
        services.accounts.view_if(&actor, expected).await?;
        return Ok(answer(&services.storage.view_owner(&actor).await?));
    };
    let mut errors = FieldErrors::default();
    let Some(username) = errors.check("username", Username::parse(&username)) else {
        return Err(errors.into_problem());
    };
    services
        .accounts
        .rename_if(&actor, username, expected)
        .await?;
    Ok(answer(&services.storage.view_owner(&actor).await?))
}

/// Delete your account
///
/// For good, and at once: the keys of your files, your picture, your key backups, your contacts, your sessions (their
/// sockets close), and every conversation you are in with all its messages, also for who you talked with. They and your
/// contacts hear of it (`account.deleted`). A mail address that was proved gets a notice. Nobody can take the username for
/// 90 days. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "There is no such account any more"),
        AuthProblems,
        StepUp,
        CommonProblems,
    ),
)]
#[delete("/me")]
pub(super) async fn delete_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.accounts.leave(&actor, &services.sessions).await?;
    Ok(HttpResponse::NoContent().finish())
}
