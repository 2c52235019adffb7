use sealpost_domain::contacts::ContactState;
use sealpost_domain::directory::Profile;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::conversations::UserView;

/// A user as you get to see them.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub(super) struct ProfileView {
    #[serde(flatten)]
    user: UserView,
    /// Whether you are contacts.
    #[schema(example = true)]
    is_contact: bool,
    /// How far you are with being contacts: `none`, `requested_by_me`, `requested_by_them` or `mutual`.
    #[schema(value_type = String, example = "mutual")]
    contact: &'static str,
    /// Whether you block them.
    #[schema(example = false)]
    is_blocked: bool,
    /// Whether they are there; null if you do not get to see it: only contacts do, and not if the user hides it.
    #[schema(required, example = true)]
    online: Option<bool>,
}

impl From<&Profile> for ProfileView {
    fn from(profile: &Profile) -> Self {
        Self {
            user: UserView::new(profile.account, &profile.username),
            is_contact: profile.contact == ContactState::Mutual,
            contact: profile.contact.name(),
            is_blocked: profile.blocked,
            online: profile.online,
        }
    }
}
