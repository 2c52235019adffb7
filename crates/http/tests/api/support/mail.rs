//! The outbox of the server under test. Nothing leaves it before it is told to.

use sealpost_domain::mail::{Mail, MailId, MailMessage, MailSummary, RetryMailError, enqueue};
use sealpost_domain::ports::{StoreError, StoreExt as _};
use sealpost_mailer::testing::SentMail;
use serde_json::{Value, json};

use super::TestServer;

impl TestServer {
    /// Puts a mail into the outbox.
    pub(crate) fn enqueue(&self, mail: &Mail) -> MailId {
        let sealed = self.outbox.seal(mail);
        let id = sealed.id;
        let enqueued = self.store.write(move |tx| enqueue(tx, &sealed));
        let enqueued: Result<(), StoreError> = self.runtime.block_on(enqueued);
        enqueued.unwrap();
        id
    }

    /// Sends what is due; returns everything that was ever sent, oldest first.
    pub(crate) fn deliver_mail(&self) -> Vec<SentMail> {
        self.runtime.block_on(self.outbox.deliver_due()).unwrap();
        self.mailer.sent()
    }

    /// The newest code that was mailed to this address.
    pub(crate) fn mailed_code(&self, address: &str) -> String {
        let mails = self.deliver_mail().into_iter().rev();
        let mails = mails.map(|sent| sent.outgoing.mail);
        let mut codes = mails
            .filter(|mail| mail.to.as_str() == address)
            .filter_map(|mail| match mail.message {
                MailMessage::EmailVerification { code }
                | MailMessage::LoginCode { code }
                | MailMessage::RecoveryCode { code }
                | MailMessage::ResetCode { code } => Some(code.expose().clone()),
                _ => None,
            });
        codes.next().unwrap()
    }

    /// Gives the caller's account this address, and proves it.
    pub(crate) fn prove_address(&self, token: &str, address: &str) {
        let named = self.post_as(token, "/v1/me/email", &json!({"email": address}));
        assert_eq!(named.status, 202, "{named:?}");
        let code = json!({"code": self.mailed_code(address)});
        let proved = self.post_as(token, "/v1/me/email/verify", &code);
        assert_eq!(proved.status, 200, "{proved:?}");
    }

    /// Replaces a forgotten password by the code that is mailed to this address.
    pub(crate) fn recover(&self, address: &str, new_password: &str) {
        let post = |path: &str, body: Value| self.post(path, &body.to_string());
        let begun = post("/v1/recoveries", json!({"identifier": address})).json();
        let path = format!("/v1/recoveries/{}", begun["id"].as_str().unwrap());
        let code = json!({"code": self.mailed_code(address)});
        let verified = post(&format!("{path}/verify"), code).json();
        let body = json!({"token": verified["token"], "new_password": new_password});
        let done = post(&format!("{path}/complete"), body);
        assert!(done.status < 300, "{done:?}");
    }

    /// What an operator sees of the outbox.
    pub(crate) fn listed_mail(&self) -> Vec<MailSummary> {
        let page = self.runtime.block_on(self.outbox.list(None, 100)).unwrap();
        page.mails
    }

    /// An operator has a mail tried again.
    pub(crate) fn retry_mail(&self, id: MailId) -> Result<(), RetryMailError> {
        self.runtime.block_on(self.outbox.retry(id))
    }

    /// Deletes the dead letters that have been seen long enough.
    pub(crate) fn sweep_mail(&self) -> u64 {
        self.runtime.block_on(self.outbox.sweep()).unwrap()
    }
}
