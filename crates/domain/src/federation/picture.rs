//! A newcomer is shown as they are at their provider.

use super::{Federation, IdentityProfile};
use crate::accounts::AccountId;
use crate::avatars::{Avatar, Avatars};
use crate::ports::IdentityProvider;

impl Federation {
    /// Makes the picture that the provider tells a newcomer's avatar, drawn anew like every other. None if there is none, or
    /// whatever is wrong with it: nobody is kept out for their picture, and they can upload one.
    pub(super) async fn take_picture(
        &self,
        provider: &dyn IdentityProvider,
        newcomer: AccountId,
        profile: &IdentityProfile,
    ) -> Option<Avatar> {
        let picture = provider.picture(profile, Avatars::MAX_UPLOAD).await?;
        self.avatars.replace(newcomer, picture).await.ok()
    }
}
