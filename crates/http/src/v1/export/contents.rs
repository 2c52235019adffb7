//! What is in an export: the same as the routes of the API show, a file for each.

use actix_web::web::Data;
use sealpost_domain::avatars::Avatar;
use sealpost_domain::key_backups::{FoundKeyBackup, ReadKeyBackup, ReadKeyBackupError};
use sealpost_domain::sessions::Actor;

use super::archive::{Archive, Broken};
use super::{files, markers, messages};
use crate::Services;
use crate::v1::app_passwords::AppPasswordBody;
use crate::v1::audit::AuditEventBody;
use crate::v1::blocks::BlockView;
use crate::v1::contacts::ContactView;
use crate::v1::conversations::ConversationView;
use crate::v1::identities::IdentityBody;
use crate::v1::keys::{KeyView, LinkView};
use crate::v1::me::OwnAccountBody;
use crate::v1::sessions::SessionBody;
use crate::v1::settings::SettingsBody;

/// How much is read at once.
pub(super) const PAGE: u32 = 100;

/// Writes everything of the caller's own.
pub(super) async fn write(
    services: &Data<Services>,
    actor: &Actor,
    mut archive: Archive,
) -> Result<(), Broken> {
    let out = &mut archive;
    write_account(services, actor, out).await?;
    write_ways_in(services, actor, out).await?;
    write_keys(services, actor, out).await?;
    write_people(services, actor, out).await?;
    out.add_pages("conversations.json", async |before| {
        let page = services
            .conversations
            .list_started(actor, before, PAGE)
            .await?;
        Ok((each(&page.conversations, ConversationView::from), page.next))
    })
    .await?;
    markers::write(services, actor, out).await?;
    messages::write(services, actor, out).await?;
    files::write(services, actor, out).await?;
    // The last: reading the key backup is noted there too.
    out.add_pages("audit.json", async |before| {
        let page = services.audit.list(actor, before, PAGE).await?;
        Ok((each(&page.events, AuditEventBody::from), page.next))
    })
    .await?;
    archive.finish().await
}

/// A page as it is shown.
pub(super) fn each<'a, T, V>(page: &'a [T], show: impl Fn(&'a T) -> V) -> Vec<V> {
    page.iter().map(show).collect()
}

async fn write_account(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let owner = services.storage.view_owner(actor).await?;
    let account = &owner.account;
    out.add("account.json", &OwnAccountBody::from(&owner))
        .await?;
    if let Avatar::Uploaded(name) = account.avatar
        && let Some(picture) = services.avatars.picture(name).await?
    {
        out.begin("avatar.png", 0)?;
        out.write(&picture).await?;
    }
    let settings = services.accounts.view_settings(actor).await?;
    out.add("settings.json", &SettingsBody::from(&settings))
        .await
}

async fn write_ways_in(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let sessions = services.sessions.list(actor).await?;
    let sessions = each(&sessions, |session| SessionBody::new(session, actor));
    out.add_list("sessions.json", &sessions).await?;
    let app_passwords = services.app_passwords.list(actor).await?;
    let app_passwords = each(&app_passwords, AppPasswordBody::from);
    out.add_list("app-passwords.json", &app_passwords).await?;
    let identities = services.federation.list(actor).await?;
    out.add_list("identities.json", &each(&identities, IdentityBody::from))
        .await
}

async fn write_keys(services: &Services, actor: &Actor, out: &mut Archive) -> Result<(), Broken> {
    let keys = services.keys.list_own(actor).await?;
    out.add_list("keys.json", &each(&keys, KeyView::from))
        .await?;
    out.add_pages("key-chain.json", async |have: Option<u64>| {
        let shown = services.key_log.show_own(actor, have.unwrap_or(0)).await?;
        let last = shown.chain.last().map(|proved| proved.link.seq);
        let links = shown.chain.iter().map(LinkView::from).collect();
        Ok((links, last.filter(|_| shown.has_more)))
    })
    .await?;
    let newest = ReadKeyBackup::default();
    match services.key_backups.read(actor, newest).await {
        Ok(FoundKeyBackup::Content(backup)) => {
            out.begin("key-backup", 0)?;
            out.write(backup.content.as_bytes()).await
        }
        // Nothing was said to be known, and there need not be any.
        Ok(FoundKeyBackup::Known(_)) | Err(ReadKeyBackupError::Unknown) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn write_people(services: &Services, actor: &Actor, out: &mut Archive) -> Result<(), Broken> {
    out.add_pages("contacts.json", async |after: Option<String>| {
        let after = after.unwrap_or_default();
        let page = services.contacts.list(actor, after, PAGE).await?;
        Ok((each(&page.contacts, ContactView::from), page.next))
    })
    .await?;
    out.add_pages("blocks.json", async |after: Option<String>| {
        let after = after.unwrap_or_default();
        let page = services.contacts.list_blocked(actor, after, PAGE).await?;
        Ok((each(&page.blocked, BlockView::from), page.next))
    })
    .await
}
