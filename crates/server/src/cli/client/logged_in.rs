use std::sync::Arc;
use std::time::Duration;

use sealpost_client::{Client, ClientError, Correspondent, Device, Page, Server};

use super::failure::Failure;
use super::state::{Profile, Session, SessionTokens, StateError};

/// Somebody whose session is kept.
#[derive(Debug)]
pub(super) struct LoggedIn {
    pub(super) profile: Profile,
    pub(super) session: Session,
    pub(super) client: Client,
}

impl LoggedIn {
    /// Nothing is sent yet.
    pub(super) fn open(profile: Profile) -> Result<Self, Failure> {
        let session = profile.session()?.ok_or_else(|| StateError::NotLoggedIn {
            profile: profile.name().to_owned(),
        })?;
        let tokens = SessionTokens::new(profile.clone(), session.account);
        let client = Server::at(&session.server)?.resume_from(Arc::new(tokens));
        Ok(Self {
            profile,
            session,
            client,
        })
    }

    /// With the device's keys.
    pub(super) fn correspondent(&self) -> Result<Correspondent, Failure> {
        let device = Device::load(&self.profile.keys(self.session.account))?;
        Ok(Correspondent::new(self.client.clone(), device))
    }

    /// The same with more patience for a server that is away.
    pub(super) fn waiting(self, patience: Duration) -> Result<Self, Failure> {
        let tokens = SessionTokens::new(self.profile.clone(), self.session.account);
        let server = Server::at(&self.session.server)?.with_patience(patience);
        Ok(Self {
            client: server.resume_from(Arc::new(tokens)),
            ..self
        })
    }
}

/// The beginning of a list that comes in stretches.
pub(super) async fn up_to<T>(
    limit: u64,
    stretch: impl AsyncFn(Option<String>) -> Result<Page<T>, ClientError>,
) -> Result<Vec<T>, ClientError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = stretch(cursor).await?;
        all.extend(page.data);
        all.truncate(limit);
        cursor = page.next_cursor;
        if cursor.is_none() || all.len() == limit {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn no_more_is_read_than_is_wanted() {
        for (limit, length, stretches) in [(1, 1, 1), (4, 4, 2), (5, 5, 3), (100, 6, 3)] {
            let asked = Cell::new(0);
            let all = up_to(limit, async |cursor: Option<String>| {
                asked.set(asked.get() + 1);
                let begun: u32 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
                Ok(Page {
                    data: vec![begun, begun + 1],
                    next_cursor: (begun < 4).then(|| (begun + 2).to_string()),
                })
            });
            let all = all.await.unwrap();
            assert_eq!((all.len(), asked.get()), (length, stretches), "{limit}");
            assert!(all.iter().copied().eq(0..u32::try_from(length).unwrap()));
        }
    }
}
