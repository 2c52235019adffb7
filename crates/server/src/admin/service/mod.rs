//! The one place where the operator's requests become use cases: a file for each group of commands.

mod invites;
mod keys;
mod mail;
mod sessions;
mod storage;
mod users;

use sealpost_domain::Environment;
use sealpost_domain::factors::Factors;
use sealpost_domain::files::Files;
use sealpost_domain::invites::Invites;
use sealpost_domain::mail::Outbox;
use sealpost_domain::master_keys::MasterKeys;
use sealpost_domain::operators::{Operator, Operators};
use sealpost_domain::storage::Storage;

use super::wire::{Answer, Refusal, Request};

/// The operator's use cases behind one door. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) env: Environment,
    pub(crate) operators: Operators,
    pub(crate) invites: Invites,
    pub(crate) factors: Factors,
    pub(crate) outbox: Outbox,
    pub(crate) master_keys: MasterKeys,
    pub(crate) files: Files,
    pub(crate) storage: Storage,
}

impl Admin {
    /// Carries a request out for an operator whom the operating system vouches for.
    pub(crate) async fn carry_out(
        &self,
        operator: Operator,
        request: Request,
    ) -> Result<Answer, Refusal> {
        match request {
            Request::ListUsers { after, limit } => self.list_users(operator, after, limit).await,
            Request::ShowUser { username } => self.show_user(operator, &username).await,
            Request::CreateUser {
                username,
                password,
                email,
            } => {
                self.create_user(operator, &username, &password, email.as_deref())
                    .await
            }
            Request::DisableUser { username } => self.disable_user(operator, &username).await,
            Request::EnableUser { username } => self.enable_user(operator, &username).await,
            Request::ResetFactors { username } => self.reset_factors(operator, &username).await,
            Request::DeleteUser { username } => self.delete_user(operator, &username).await,
            Request::Quota { username, quota } => {
                self.quota(operator, &username, quota.as_deref()).await
            }
            Request::VerifyBlobs {
                after,
                bytes_per_second,
            } => self.verify_blobs(after.as_deref(), bytes_per_second).await,
            Request::ListSessions { username } => self.list_sessions(operator, &username).await,
            Request::RevokeSession { id } => self.revoke_session(operator, &id).await,
            Request::RevokeSessions { username } => self.revoke_sessions(operator, &username).await,
            Request::CreateInvite {
                uses,
                lifetime_seconds,
            } => self.create_invite(operator, uses, lifetime_seconds).await,
            Request::ListInvites { before, limit } => {
                self.list_invites(operator, before, limit).await
            }
            Request::ShowInvite { id } => self.show_invite(operator, &id).await,
            Request::RevokeInvite { id } => self.revoke_invite(operator, &id).await,
            Request::ListMail { before, limit } => self.list_mail(before.as_deref(), limit).await,
            Request::RetryMail { id } => self.retry_mail(&id).await,
            Request::SendTestMail { address } => self.send_test_mail(&address).await,
            Request::NewKey => self.new_key(operator).await,
            Request::RotateKeys { alone } => self.rotate_keys(operator, alone).await,
            Request::KeyProgress => self.key_progress(operator).await,
            Request::KeyStatus => self.key_status(operator).await,
            Request::DestroyKey { id, now } => self.destroy_key(operator, &id, now).await,
        }
    }
}
