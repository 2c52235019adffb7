//! The picture that a provider tells of somebody.

use bytes::Bytes;
use sealpost_domain::federation::{IdentityProfile, ProviderInfo};
use url::Url;

use crate::failure::{Failure, bounded};
use crate::fetch::Fetcher;

/// The file at the address of the profile's picture, if there is one and it may be asked for.
pub(crate) async fn fetch(
    provider: &ProviderInfo,
    fetcher: &Fetcher,
    profile: &IdentityProfile,
    longest: usize,
) -> Option<Bytes> {
    let url = Url::parse(profile.picture()?).ok()?;
    let file = async {
        let file = fetcher.file(&url, longest).await;
        file.map_err(|error| Failure::failed("the picture of a newcomer is not there", &error))
    };
    bounded(provider, file).await.ok().map(Bytes::from)
}

#[cfg(test)]
mod tests;
