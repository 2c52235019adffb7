//! `/v1/me/settings`: what the caller lets others see and do.

use std::fmt;
use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use sealpost_domain::accounts::{ChangeSettings, MessagesFrom, Settings};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json, etag, expected, is_known};
use crate::openapi::{ACCOUNTS, AuthProblems, BodyProblems, CommonProblems, Responses, problems};
use crate::problem::Problem;
use crate::wire::given;

/// Who may write to you.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessagesFrom)]
enum MessagesFromView {
    /// Anybody whom you do not block.
    Everyone,
    /// Mutual contacts.
    Contacts,
    /// Nobody.
    Nobody,
}

impl From<MessagesFrom> for MessagesFromView {
    fn from(choice: MessagesFrom) -> Self {
        match choice {
            MessagesFrom::Everyone => Self::Everyone,
            MessagesFrom::Contacts => Self::Contacts,
            MessagesFrom::Nobody => Self::Nobody,
        }
    }
}

impl From<MessagesFromView> for MessagesFrom {
    fn from(choice: MessagesFromView) -> Self {
        match choice {
            MessagesFromView::Everyone => Self::Everyone,
            MessagesFromView::Contacts => Self::Contacts,
            MessagesFromView::Nobody => Self::Nobody,
        }
    }
}

/// What you let others see and do.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub(super) struct SettingsBody {
    /// Whether strangers find you, in the directory or by your exact username.
    #[schema(example = true)]
    discoverable: bool,
    /// Whether your contacts see that you are there.
    #[schema(example = true)]
    show_presence: bool,
    /// Who may start a conversation with you, or write in one.
    #[schema(example = "everyone")]
    messages_from: MessagesFromView,
    /// Whether those whom you talk with see how far you have read, and you the same of them. Without it you see nobody's
    /// receipts, and nobody yours.
    #[schema(example = true)]
    send_receipts: bool,
}

impl From<&Settings> for SettingsBody {
    fn from(settings: &Settings) -> Self {
        Self {
            discoverable: settings.discoverable,
            show_presence: settings.show_presence,
            messages_from: settings.messages_from.into(),
            send_receipts: settings.send_receipts,
        }
    }
}

/// What is to be different (RFC 7396). What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettingsPatch {
    /// Whether strangers find you.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = false)]
    discoverable: Option<bool>,
    /// Whether your contacts see that you are there.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = false)]
    show_presence: Option<bool>,
    /// Who may start a conversation with you, or write in one.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = "contacts")]
    messages_from: Option<MessagesFromView>,
    /// Whether those whom you talk with see how far you have read, and you the same of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = false)]
    send_receipts: Option<bool>,
}

/// Settings as an entity tag: they are so few that the tag can say them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag(Settings);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            discoverable,
            show_presence,
            messages_from,
            send_receipts,
        } = self.0;
        write!(
            f,
            "{}{}{}{}",
            u8::from(discoverable),
            u8::from(show_presence),
            messages_from.code(),
            u8::from(send_receipts)
        )
    }
}

impl FromStr for Tag {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let flag = |digit: char| match digit {
            '0' => Ok(false),
            '1' => Ok(true),
            _ => Err(()),
        };
        let digits: Vec<char> = text.chars().collect();
        let [discoverable, show_presence, messages_from, send_receipts] = *digits else {
            return Err(());
        };
        let messages_from = messages_from.to_digit(10).ok_or(())?;
        let messages_from = i16::try_from(messages_from).map_err(|_| ())?;
        Ok(Self(Settings {
            discoverable: flag(discoverable)?,
            show_presence: flag(show_presence)?,
            messages_from: MessagesFrom::from_code(messages_from).ok_or(())?,
            send_receipts: flag(send_receipts)?,
        }))
    }
}

fn answer(settings: &Settings) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(etag(Tag(*settings)))
        .json(SettingsBody::from(settings))
}

/// See your settings
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has")),
    responses(
        (
            status = 200, body = SettingsBody, description = "Your settings",
            headers(("etag" = String, description = "Changes with them")),
        ),
        (status = 304, description = "The client has them"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/me/settings")]
pub(super) async fn view_settings(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let settings = services.accounts.view_settings(&actor).await?;
    if is_known(request.headers(), &Tag(settings)) {
        return Ok(HttpResponse::NotModified()
            .insert_header(etag(Tag(settings)))
            .finish());
    }
    Ok(answer(&settings))
}

/// What only changing them answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            412,
            "precondition-failed",
            "`precondition-failed`: they are others than `If-Match` says; read them first",
        )])
    }
}

/// Change your settings
///
/// A merge patch (RFC 7396): what is left out stays. With `If-Match`, only if they are what you have seen.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("if-match" = Option<String>, Header, description = "The `ETag` of what you have seen")),
    request_body = SettingsPatch,
    responses(
        (
            status = 200, body = SettingsBody, description = "Your settings as they are now",
            headers(("etag" = String, description = "Changes with them")),
        ),
        AuthProblems,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[patch("/me/settings")]
pub(super) async fn change_settings(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    request: HttpRequest,
    body: Json<SettingsPatch>,
) -> Result<HttpResponse, Problem> {
    let expected = expected::<Tag>(request.headers());
    let command = ChangeSettings {
        discoverable: body.0.discoverable,
        show_presence: body.0.show_presence,
        messages_from: body.0.messages_from.map(MessagesFrom::from),
        send_receipts: body.0.send_receipts,
        expected: expected.map(|tags| tags.into_iter().map(|tag| tag.0).collect()),
    };
    let settings = services.accounts.change_settings(&actor, command).await?;
    Ok(answer(&settings))
}
