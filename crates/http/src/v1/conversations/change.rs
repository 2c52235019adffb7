use actix_web::{HttpRequest, HttpResponse, patch, web};
use sealpost_domain::conversations::{ConversationId, Title};
use sealpost_domain::groups::EditGroup;
use sealpost_domain::messages::Lifetime;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::view::{ConversationView, tagged};
use crate::Services;
use crate::extract::{Authenticated, Json, PathId, expected};
use crate::openapi::{
    AuthProblems, BodyProblems, CONVERSATIONS, CommonProblems, Responses, UnknownId, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::wire::given;

/// What is to be different (RFC 7396). What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConversationPatch {
    /// What the group is called; null: nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Choir", min_length = 1, max_length = 128)]
    title: Option<Option<String>>,
    /// Whether somebody who is added from now on sees what was said before.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = true)]
    shows_history: Option<bool>,
    /// How many seconds messages stay that are sent from now on, 5 to 31,536,000 (a year); null for ever. Those that were sent
    /// before stay as long as was said then. Either of a pair may say so, too.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>, example = 86_400, minimum = 5, maximum = 31_536_000)]
    expires_in: Option<Option<u64>>,
}

impl ConversationPatch {
    fn into_command(
        self,
        conversation: ConversationId,
        expected: Option<Vec<u64>>,
    ) -> Result<EditGroup, Problem> {
        let mut errors = FieldErrors::default();
        let title = match self.title {
            Some(Some(title)) => errors.check("title", Title::parse(&title)).map(Some),
            Some(None) => Some(None),
            None => None,
        };
        let expires_in = self.expires_in.flatten().map(Lifetime::parse).transpose();
        let expires_in = errors.check_as("expires_in", "invalid-lifetime", expires_in);
        let Some(lifetime) = expires_in.filter(|_| errors.is_empty()) else {
            return Err(errors.into_problem());
        };
        Ok(EditGroup {
            conversation,
            title,
            shows_history: self.shows_history,
            expires_in: self.expires_in.map(|_| lifetime),
            expected,
        })
    }
}

/// What whoever changes a group can be answered.
pub(super) struct GroupProblems;

impl IntoResponses for GroupProblems {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "insufficient-role",
                "`insufficient-role`: you are in this group, but your role does not allow this",
            ),
            (
                409,
                "not-a-group",
                "`not-a-group`: this is a pair's conversation, which has no title and no roles, and whose members stay",
            ),
        ])
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            412,
            "precondition-failed",
            "`precondition-failed`: the conversation is another than `If-Match` says; read it first",
        )])
    }
}

/// Change a conversation
///
/// A merge patch (RFC 7396): what is left out stays. Of a group, for its owner and its admins; of a pair's, either may change
/// `expires_in`. With `If-Match`, only if it is what you
/// have seen. Everybody in it hears of it (`conversation.updated`).
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        ("if-match" = Option<String>, Header, description = "The `ETag` of what you have seen"),
    ),
    request_body = ConversationPatch,
    responses(
        (
            status = 200, body = ConversationView, description = "The conversation as it is now",
            headers(("etag" = String, description = "Changes with what can be changed here")),
        ),
        AuthProblems,
        UnknownId,
        BodyProblems,
        GroupProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[patch("/conversations/{id}")]
pub(crate) async fn change_conversation(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
    request: HttpRequest,
    body: Json<ConversationPatch>,
) -> Result<HttpResponse, Problem> {
    let expected = expected::<u64>(request.headers());
    let command = body.0.into_command(id, expected)?;
    Ok(tagged(&services.groups.edit(&actor, command).await?))
}
