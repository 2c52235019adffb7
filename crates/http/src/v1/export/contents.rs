//! What is in an export: the same as the routes of the API show, a file for each.

use actix_web::web::Data;
use futures_util::TryStreamExt;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::files::{File, FileName, OpenFileError};
use sealpost_domain::messages::{ListMessagesError, Reach};
use sealpost_domain::sessions::Actor;

use super::archive::{Archive, Broken, List};
use crate::Services;
use crate::v1::accounts::AccountBody;
use crate::v1::audit::AuditEventBody;
use crate::v1::contacts::ContactView;
use crate::v1::conversations::ConversationView;
use crate::v1::files::FileView;
use crate::v1::identities::IdentityBody;
use crate::v1::keys::KeyView;
use crate::v1::messages::MessageView;
use crate::v1::sessions::SessionBody;
use crate::v1::settings::SettingsBody;

/// How much is read at once.
const PAGE: u32 = 100;

/// Writes everything of the caller's own.
pub(super) async fn write(
    services: &Data<Services>,
    actor: &Actor,
    mut archive: Archive,
) -> Result<(), Broken> {
    let out = &mut archive;
    write_account(services, actor, out).await?;
    write_audit(services, actor, out).await?;
    write_contacts(services, actor, out).await?;
    write_conversations(services, actor, out).await?;
    write_messages(services, actor, out).await?;
    write_files(services, actor, out).await?;
    archive.finish().await
}

async fn write_account(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let account = services.accounts.view(actor).await?;
    out.add("account.json", &AccountBody::from(&account))
        .await?;
    let settings = services.accounts.view_settings(actor).await?;
    out.add("settings.json", &SettingsBody::from(&settings))
        .await?;
    let sessions = services.sessions.list(actor).await?;
    let mut list = List::begin(out, "sessions.json").await?;
    list.extend(
        sessions
            .iter()
            .map(|session| SessionBody::new(session, actor)),
    )
    .await?;
    list.end().await?;
    let keys = services.keys.list_own(actor).await?;
    let mut list = List::begin(out, "keys.json").await?;
    list.extend(keys.iter().map(KeyView::from)).await?;
    list.end().await?;
    let identities = services.federation.list(actor).await?;
    let mut list = List::begin(out, "identities.json").await?;
    list.extend(identities.iter().map(IdentityBody::from))
        .await?;
    list.end().await
}

async fn write_audit(services: &Services, actor: &Actor, out: &mut Archive) -> Result<(), Broken> {
    let mut list = List::begin(out, "audit.json").await?;
    let mut before = None;
    loop {
        let page = services.audit.list(actor, before, PAGE).await?;
        list.extend(page.events.iter().map(AuditEventBody::from))
            .await?;
        before = page.next;
        if before.is_none() {
            return list.end().await;
        }
    }
}

async fn write_contacts(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let mut list = List::begin(out, "contacts.json").await?;
    let mut after = String::new();
    loop {
        let page = services.contacts.list(actor, after, PAGE).await?;
        list.extend(page.contacts.iter().map(ContactView::from))
            .await?;
        let Some(next) = page.next else {
            return list.end().await;
        };
        after = next;
    }
}

async fn write_conversations(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let mut list = List::begin(out, "conversations.json").await?;
    let mut before = None;
    loop {
        let page = services.conversations.list(actor, before, PAGE).await?;
        list.extend(page.conversations.iter().map(ConversationView::from))
            .await?;
        before = page.next;
        if before.is_none() {
            return list.end().await;
        }
    }
}

async fn write_messages(
    services: &Services,
    actor: &Actor,
    out: &mut Archive,
) -> Result<(), Broken> {
    let mut before = None;
    loop {
        let page = services.conversations.list(actor, before, PAGE).await?;
        for conversation in &page.conversations {
            write_conversation(services, actor, conversation.id, out).await?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// All messages of a conversation, oldest first. If the other has left meanwhile, it ends there.
async fn write_conversation(
    services: &Services,
    actor: &Actor,
    id: ConversationId,
    out: &mut Archive,
) -> Result<(), Broken> {
    let mut list = List::begin(out, &format!("messages/{id}.json")).await?;
    let mut reach = Some(Reach::After(0));
    while let Some(from) = reach {
        let page = match services.messages.list(actor, id, from, PAGE).await {
            Ok(page) => page,
            Err(ListMessagesError::UnknownConversation) => break,
            Err(error) => return Err(error.into()),
        };
        list.extend(page.messages.iter().map(MessageView::from))
            .await?;
        reach = page.next;
    }
    list.end().await
}

async fn write_files(services: &Services, actor: &Actor, out: &mut Archive) -> Result<(), Broken> {
    let mut list = List::begin(out, "files.json").await?;
    let mut before = None;
    loop {
        let page = services.files.list(actor, before, PAGE).await?;
        list.extend(page.files.iter().map(FileView::from)).await?;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    list.end().await?;
    loop {
        let page = services.files.list(actor, before, PAGE).await?;
        for file in &page.files {
            write_file(services, actor, file, out).await?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// The content of a file, unless it was deleted meanwhile.
async fn write_file(
    services: &Services,
    actor: &Actor,
    file: &File,
    out: &mut Archive,
) -> Result<(), Broken> {
    let opened = match services.files.open(actor, file.id).await {
        Ok(opened) => opened,
        Err(OpenFileError::Unknown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut content = services.files.read_content(&opened, 0..file.size).await?;
    let name = file.name.as_ref().map_or("content", FileName::as_str);
    out.begin(&format!("files/{}/{name}", file.id), file.size)?;
    while let Some(bytes) = content
        .try_next()
        .await
        .map_err(|error| Broken::Content(Box::new(error)))?
    {
        out.write(&bytes).await?;
    }
    Ok(())
}
