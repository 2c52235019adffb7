//! `/v1/me/export`: everything of one's own, as it is sent.

mod archive;
mod contents;
mod files;
mod markers;
mod messages;

use std::io;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use futures_util::Stream;
use sealpost_domain::exports::ExportTurn;
use sealpost_domain::sessions::Actor;
use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;
use utoipa::IntoResponses;

use self::archive::{Archive, Broken};
use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems, Responses, StepUp, problems};
use crate::problem::{Problem, chain};

/// How many pieces wait for a slow reader.
const WAITING: usize = 4;

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            409,
            "export-under-way",
            "`export-under-way`: let the other export of this account end first",
        )])
    }
}

/// Take everything with you
///
/// A ZIP of what the API shows of your account: `account.json`, `avatar.png` if you uploaded one, `settings.json`,
/// `audit.json`, `sessions.json`, `app-passwords.json`, `identities.json`, `keys.json`, `key-backup` if there is one (the
/// newest), `contacts.json`, `blocks.json`, `conversations.json`, `markers.json` (how
/// far you have read), `messages/{conversation}.json` (what the server can open
/// is open, the rest as it was sent), `files.json` and `files/{id}/{name}`. It is made while it is sent, so it has
/// no length, and one that breaks off has no table of contents: no program takes it for whole. Needs a login not older
/// than 15 minutes; one at a time.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip", description = "The archive"),
        AuthProblems,
        StepUp,
        Refusals,
        CommonProblems,
    ),
)]
#[get("/me/export")]
pub(super) async fn export_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    let turn = services.exports.begin(&actor).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"sealpost-export.zip\"",
        ))
        .streaming(body(services, actor, turn)))
}

/// The archive piece by piece; an error if it was broken off, which ends the connection before the end.
fn body(
    services: web::Data<Services>,
    actor: Actor,
    turn: ExportTurn,
) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let (end, ended) = oneshot::channel();
    let work = async move {
        let made = Box::pin(contents::write(&services, &actor, Archive::new(sender))).await;
        drop(turn);
        if let Err(error) = &made
            && !matches!(error, Broken::Unread)
        {
            tracing::error!(error = %chain(error), "an export was broken off");
        }
        // Nobody waits for it if the reader has gone.
        let _ = end.send(made.is_ok());
    };
    actix_web::rt::spawn(work.instrument(tracing::Span::current()));
    futures_util::stream::unfold(Some((receiver, ended)), |state| async move {
        let (mut receiver, ended) = state?;
        if let Some(bytes) = receiver.recv().await {
            return Some((Ok(bytes), Some((receiver, ended))));
        }
        match ended.await {
            Ok(true) => None,
            _ => Some((Err(io::Error::other("the export was broken off")), None)),
        }
    })
}
