use sealpost_domain::accounts::Email;
use sealpost_domain::mail::{MailId, RetryMailError};

use super::Admin;
use crate::admin::wire::{Answer, Mail, MailQueued, Page, Refusal};

impl Admin {
    pub(super) async fn list_mail(
        &self,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Answer, Refusal> {
        let page = self.outbox.list(before.map(id).transpose()?, limit).await?;
        Ok(Answer::Mails(Page {
            data: page.mails.iter().map(Mail::from).collect(),
            next: page.next.map(|id| id.to_string()),
        }))
    }

    pub(super) async fn retry_mail(&self, text: &str) -> Result<Answer, Refusal> {
        let id = id(text)?;
        self.outbox.retry(id).await?;
        Ok(Answer::MailQueued(MailQueued { id: id.to_string() }))
    }

    pub(super) async fn send_test_mail(&self, to: &str) -> Result<Answer, Refusal> {
        let id = self.outbox.send_test(Email::parse(to)?).await?;
        Ok(Answer::MailQueued(MailQueued { id: id.to_string() }))
    }
}

/// The mail that somebody may mean. What cannot be an id is no mail's.
fn id(text: &str) -> Result<MailId, RetryMailError> {
    text.parse().map_err(|_| RetryMailError::NotFound)
}
