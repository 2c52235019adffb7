use std::time::Duration;

use sealpost_domain::files::FileId;
use sealpost_domain::operators::Operator;
use sealpost_domain::storage::QuotaChoice;
use tokio::time::Instant;

use super::Admin;
use super::users::existing;
use crate::admin::wire::{Answer, Damaged, Quota, Refusal, Verified};
use crate::config::ByteSize;
use crate::pace::Steady;

/// After this time what was read is told, so that whoever waits sees that it goes on.
const STRETCH: Duration = Duration::from_secs(5);
/// How many files are read before the time is looked at.
const BATCH: u32 = 16;

impl Admin {
    /// Shows what an account may store, and says so before if there is something to say.
    pub(super) async fn quota(
        &self,
        operator: Operator,
        username: &str,
        quota: Option<&str>,
    ) -> Result<Answer, Refusal> {
        let choice = quota.map(choice).transpose()?;
        let shown = self
            .storage
            .choose_quota(operator, existing(username)?, choice)
            .await?;
        Ok(Answer::Quota(Quota {
            id: shown.account.id.to_string(),
            username: shown.account.username.to_string(),
            used: shown.storage.used,
            quota: shown.storage.quota,
            is_default: shown.choice == QuotaChoice::Default,
        }))
    }

    /// Reads stored files again for a while.
    pub(super) async fn verify_blobs(
        &self,
        after: Option<&str>,
        bytes_per_second: Option<u64>,
    ) -> Result<Answer, Refusal> {
        let after: Option<Result<FileId, _>> = after.map(str::parse);
        let mut next = after
            .transpose()
            .map_err(|error| Refusal::new("invalid-id", error.to_string()))?;
        let pace = Steady::at(bytes_per_second);
        let until = Instant::now() + STRETCH;
        let mut verified = Verified::default();
        loop {
            // With a rate to keep to, a few files may take long.
            let limit = if bytes_per_second.is_some() { 1 } else { BATCH };
            let checked = self.files.check(next, limit, &pace).await?;
            verified.files += checked.files;
            verified.bytes += checked.bytes;
            verified
                .damaged
                .extend(checked.damaged.iter().map(|file| Damaged {
                    id: file.id.to_string(),
                    owner: file.owner.to_string(),
                    username: file.username.to_string(),
                    blob: file.blob.to_string(),
                    damage: file.damage.name().to_owned(),
                }));
            next = checked.next;
            if next.is_none() || Instant::now() >= until || verified.damaged.len() >= 256 {
                verified.next = next.map(|id| id.to_string());
                return Ok(Answer::Verified(verified));
            }
        }
    }
}

fn choice(text: &str) -> Result<QuotaChoice, Refusal> {
    Ok(match text {
        "default" => QuotaChoice::Default,
        "none" => QuotaChoice::Unlimited,
        "0" => QuotaChoice::Bytes(0),
        size => {
            let size: ByteSize = size.parse().map_err(|_| no_quota())?;
            QuotaChoice::Bytes(size.bytes())
        }
    })
}

fn no_quota() -> Refusal {
    Refusal::new(
        "invalid-quota",
        "a quota is a number of bytes, a number with KiB, MiB, GiB or TiB, default, or none",
    )
}
