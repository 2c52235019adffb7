use actix_web::HttpResponse;
use actix_web::http::header;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationKind, ConversationOverview, Member, Role};
use sealpost_domain::messages::Lifetime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::etag;
use crate::wire::{WireId, WireTime};

/// An account as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Names the account for ever.
    #[schema(value_type = String, format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: WireId,
    /// As its owner wrote it.
    #[schema(example = "alice")]
    username: String,
}

impl UserView {
    pub(crate) fn new(id: AccountId, username: &Username) -> Self {
        Self {
            id: WireId(id.as_uuid()),
            username: username.to_string(),
        }
    }
}

impl From<&Member> for UserView {
    fn from(member: &Member) -> Self {
        Self::new(member.account, &member.username)
    }
}

/// Between whom a conversation is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConversationKind)]
pub(crate) enum KindView {
    /// Two, for as long as it is there.
    Pair,
    /// Many, who come and go.
    Group,
}

impl From<ConversationKind> for KindView {
    fn from(kind: ConversationKind) -> Self {
        match kind {
            ConversationKind::Pair => Self::Pair,
            ConversationKind::Group => Self::Group,
        }
    }
}

/// What somebody may do in a conversation. In a pair both are members.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub(crate) enum RoleView {
    /// Reads, writes, and may leave.
    Member,
    /// Adds people, removes members, and changes the title.
    Admin,
    /// Gives the roles, and removes anybody else. A group has one, always.
    Owner,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
            Role::Owner => Self::Owner,
        }
    }
}

impl From<RoleView> for Role {
    fn from(role: RoleView) -> Self {
        match role {
            RoleView::Member => Self::Member,
            RoleView::Admin => Self::Admin,
            RoleView::Owner => Self::Owner,
        }
    }
}

/// A conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(crate) struct ConversationView {
    /// Names the conversation.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003")]
    pub(super) id: String,
    /// Between whom it is.
    #[schema(example = "group")]
    pub(super) kind: KindView,
    /// What it is called; null for a pair, and for a group without a title. The server can read it.
    #[schema(required, example = "Choir", max_length = 128)]
    pub(super) title: Option<String>,
    /// Whether somebody who is added sees what was said before. In a pair nobody is.
    #[schema(example = false)]
    pub(super) shows_history: bool,
    /// What you may do in it.
    #[schema(example = "owner")]
    pub(super) role: RoleView,
    /// Who is in it, you included, by username: of a group, the 20 who have been in it longest.
    pub(super) members: Vec<UserView>,
    /// How many are in it.
    #[schema(example = 2, minimum = 1, maximum = 1000)]
    pub(super) member_count: u64,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    pub(super) created_at: WireTime,
    /// The `seq` of the last message; 0 if there is none.
    #[schema(example = 7)]
    pub(super) last_seq: u64,
    /// How many seconds messages stay that are sent from now on; null for ever.
    #[schema(required, example = 86_400)]
    pub(super) expires_in: Option<u32>,
}

impl From<&ConversationOverview> for ConversationView {
    fn from(conversation: &ConversationOverview) -> Self {
        let title = conversation.title.as_ref();
        Self {
            id: conversation.id.to_string(),
            kind: conversation.kind.into(),
            title: title.map(|title| title.as_str().to_owned()),
            shows_history: conversation.shows_history,
            role: conversation.role.into(),
            members: conversation.members.iter().map(UserView::from).collect(),
            member_count: conversation.member_count,
            created_at: WireTime(conversation.created_at),
            last_seq: conversation.last_seq,
            expires_in: conversation.expires_in.map(Lifetime::as_seconds),
        }
    }
}

/// A conversation with the tag that changing it is conditional on.
pub(super) fn tagged(conversation: &ConversationOverview) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(etag(conversation.version))
        .json(ConversationView::from(conversation))
}

/// A conversation that is new.
pub(super) fn created(conversation: &ConversationOverview) -> HttpResponse {
    let location = format!("/v1/conversations/{}", conversation.id);
    HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header(etag(conversation.version))
        .json(ConversationView::from(conversation))
}
