//! `/v1/server`: what a client should know before anybody logs in.

use actix_web::{get, web};
use sealpost_domain::accounts::{Email, Password, RegistrationPolicy, Username};
use sealpost_domain::messages::Body;
use sealpost_domain::sessions::Session;
use serde::Serialize;
use utoipa::ToSchema;

use crate::limits::{MESSAGES_A_MINUTE, MESSAGES_AT_ONCE};
use crate::live::{MAX_FRAME, MAX_MESSAGE, Room};
use crate::openapi::{CommonProblems, DISCOVERY};
use crate::settings::{AUTH_JSON_LIMIT, HANDLER_TIMEOUT, JSON_LIMIT};
use crate::{Services, Settings};

/// A server.
#[derive(Serialize, ToSchema)]
#[schema(as = Server)]
struct ServerBody {
    /// Always `sealpost`.
    #[schema(value_type = String, example = "sealpost")]
    name: &'static str,
    /// The version of the program.
    #[schema(value_type = String, example = "0.1.0")]
    version: &'static str,
    /// Where clients reach it.
    #[schema(example = "https://chat.example")]
    public_url: String,
    features: FeaturesBody,
    /// Who else's word people may log in with; often nobody's.
    identity_providers: Vec<IdentityProviderBody>,
    limits: LimitsBody,
}

/// A provider that people may log in with.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentityProvider)]
struct IdentityProviderBody {
    /// What it is called in `/v1/oauth/{provider}/start`.
    #[schema(example = "corp")]
    id: String,
    /// What it is called on a button.
    #[schema(example = "Example Corp")]
    display_name: String,
}

/// What this server can do and allows.
#[derive(Serialize, ToSchema)]
#[schema(as = Features)]
struct FeaturesBody {
    /// Whether anybody may make an account.
    registration: bool,
    /// Who may make an account: `open` (anybody), `invite` (whoever has an invite) or `closed` (nobody).
    #[schema(value_type = String, example = "invite")]
    registration_policy: &'static str,
    /// What people do before they get an account through `POST /v1/accounts`: `off` (nothing) or `sentence` (complete one of
    /// `GET /v1/challenges`).
    #[schema(value_type = String, example = "off")]
    human_check: &'static str,
}

/// The limits everybody meets.
#[derive(Serialize, ToSchema)]
#[schema(as = Limits)]
struct LimitsBody {
    /// The largest JSON body, in bytes.
    #[schema(example = 262_144)]
    json_bytes: usize,
    /// The largest JSON body for making an account or logging in, in bytes.
    #[schema(example = 65_536)]
    auth_json_bytes: usize,
    /// How long an ordinary request may take, in seconds.
    #[schema(example = 10)]
    request_seconds: u64,
    /// How long an access token lives, in seconds.
    #[schema(example = 600)]
    access_token_seconds: u64,
    /// How long a session lives at most, in seconds.
    #[schema(example = 2_592_000)]
    session_seconds: u64,
    /// The longest body of a message, in bytes of UTF-8.
    #[schema(example = 65_536)]
    message_bytes: usize,
    /// How many messages an account may send in a minute; null if nobody counts.
    #[schema(required, example = 300)]
    messages_per_minute: Option<u32>,
    /// How many of them at once; null if nobody counts.
    #[schema(required, example = 300)]
    messages_at_once: Option<u32>,
    /// How many WebSockets and streams of events an account may have open.
    #[schema(example = 20)]
    sockets: u32,
    /// The largest frame that a WebSocket takes, in bytes.
    #[schema(example = 65_536)]
    socket_frame_bytes: usize,
    /// The largest message that a WebSocket takes, in bytes.
    #[schema(example = 262_144)]
    socket_message_bytes: usize,
    /// The largest file, in bytes; null if there is no limit.
    #[schema(required, example = 1_073_741_824)]
    file_bytes: Option<u64>,
    /// How many bytes of files an account may store, unless the operator chose otherwise for it; null if there is no limit.
    #[schema(required, example = 1_073_741_824)]
    account_storage_bytes: Option<u64>,
    /// How many bytes of files all accounts may store together; null if there is no limit.
    #[schema(required, example = 1_099_511_627_776_u64)]
    total_storage_bytes: Option<u64>,
    /// The longest username, in characters.
    #[schema(example = 32)]
    username_characters: usize,
    /// The shortest password, in characters.
    #[schema(example = 8)]
    password_characters_min: usize,
    /// The longest password, in characters.
    #[schema(example = 128)]
    password_characters_max: usize,
    /// The longest mail address, in bytes.
    #[schema(example = 254)]
    email_bytes: usize,
}

const LIMITS: LimitsBody = LimitsBody {
    json_bytes: JSON_LIMIT,
    auth_json_bytes: AUTH_JSON_LIMIT,
    request_seconds: HANDLER_TIMEOUT.as_secs(),
    access_token_seconds: Session::ACCESS_LIFETIME.as_secs(),
    session_seconds: Session::LIFETIME.as_secs(),
    message_bytes: Body::MAX_BYTES,
    messages_per_minute: Some(MESSAGES_A_MINUTE),
    messages_at_once: Some(MESSAGES_AT_ONCE),
    sockets: Room::Inbox.per_account(),
    socket_frame_bytes: MAX_FRAME,
    socket_message_bytes: MAX_MESSAGE,
    file_bytes: None,
    account_storage_bytes: None,
    total_storage_bytes: None,
    username_characters: Username::MAX_CHARS,
    password_characters_min: Password::MIN_CHARS,
    password_characters_max: Password::MAX_CHARS,
    email_bytes: Email::MAX_BYTES,
};

/// What this server is and what it allows
#[utoipa::path(tag = DISCOVERY, security(()), responses((status = 200, body = ServerBody), CommonProblems))]
#[get("/server")]
pub(super) async fn describe_server(
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> web::Json<ServerBody> {
    let info = &services.info;
    web::Json(ServerBody {
        name: "sealpost",
        version: info.version,
        public_url: info.public_url.clone(),
        features: FeaturesBody {
            registration: info.registration == RegistrationPolicy::Open,
            registration_policy: info.registration.name(),
            human_check: info.human_check.name(),
        },
        identity_providers: services
            .federation
            .providers()
            .into_iter()
            .map(|provider| IdentityProviderBody {
                id: provider.id.to_string(),
                display_name: provider.display_name,
            })
            .collect(),
        limits: LimitsBody {
            file_bytes: services.files.max_size(),
            account_storage_bytes: services.storage.rules().quota,
            total_storage_bytes: services.storage.rules().total,
            messages_per_minute: LIMITS.messages_per_minute.filter(|_| settings.limits),
            messages_at_once: LIMITS.messages_at_once.filter(|_| settings.limits),
            ..LIMITS
        },
    })
}
