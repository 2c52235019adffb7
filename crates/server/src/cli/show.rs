//! Answers, as people and as programs read them.

use sealpost_domain::Secret;
use serde_json::{Value, json};

use super::table::{list, table};
use crate::admin::wire::{
    Answer, Invite, InviteDetails, InviteUse, KeyProgress, KeyStatus, Mail, NewInvite, Quota,
    Session, Time, User,
};

/// An answer as JSON: its body, without what only the channel needs. `password` is one that was made up.
pub(super) fn as_json(
    answer: &Answer,
    password: Option<&Secret<String>>,
) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(answer)?;
    let mut body = value.get_mut("body").map(Value::take).unwrap_or_default();
    if let (Some(password), Some(body)) = (password, body.as_object_mut()) {
        body.insert("password".to_owned(), json!(password.expose()));
    }
    Ok(format!("{body:#}\n"))
}

/// A failure as JSON.
pub(super) fn failure_as_json(code: &str, detail: &str) -> String {
    format!("{:#}\n", json!({"error": {"code": code, "detail": detail}}))
}

/// An answer for people.
pub(super) fn as_text(answer: &Answer, password: Option<&Secret<String>>) -> String {
    let mut text = match answer {
        Answer::Users(page) => users(&page.data),
        Answer::User(user) => list(&user_entries(user)),
        Answer::UserDetails(details) => {
            let mut entries = user_entries(&details.user);
            entries.push(("sessions", details.sessions.to_string()));
            let factors = details.second_factors.join(", ");
            entries.push(("second factors", or_dash(&factors).to_owned()));
            list(&entries)
        }
        Answer::Disabled(disabled) => {
            let mut entries = user_entries(&disabled.user);
            entries.push(("sessions ended", disabled.sessions_ended.to_string()));
            list(&entries)
        }
        Answer::FactorsReset(reset) => {
            let mut entries = user_entries(&reset.user);
            let was = if reset.factors_reset {
                "reset"
            } else {
                "none was on"
            };
            entries.push(("second factors", was.to_owned()));
            list(&entries)
        }
        Answer::Deleted(deleted) => list(&[
            ("deleted", deleted.username.clone()),
            ("id", deleted.id.clone()),
            ("sessions ended", deleted.sessions_ended.to_string()),
        ]),
        Answer::Quota(quota) => quota_entries(quota),
        Answer::Verified(verified) => list(&[
            ("files", verified.files.to_string()),
            ("damaged", verified.damaged.len().to_string()),
        ]),
        Answer::Sessions(page) => sessions(&page.data),
        Answer::SessionsEnded(ended) => {
            list(&[("sessions ended", ended.sessions_ended.to_string())])
        }
        Answer::Invite(invite) => list(&invite_entries(invite)),
        Answer::NewInvite(made) => new_invite(made),
        Answer::Invites(page) => invites(&page.data),
        Answer::InviteDetails(details) => invite_details(details),
        Answer::Mails(page) => mails(&page.data),
        Answer::Key(key) => list(&[("id", key.id.clone()), ("state", key.state.clone())]),
        Answer::KeyProgress(progress) => list(&progress_entries(progress)),
        Answer::KeyStatus(status) => key_status(status),
        Answer::MailQueued(mail) => {
            list(&[("id", mail.id.clone())])
                + "It is in the outbox; once it is no longer listed there, it was sent.\n"
        }
    };
    if let Some(password) = password {
        text.push_str(&list(&[("password", password.expose().clone())]));
        text.push_str("The password is shown this once.\n");
    }
    text
}

fn quota_entries(quota: &Quota) -> String {
    let limit = quota.quota.map(|bytes| format!("{bytes} bytes"));
    let whose = if quota.is_default { " (default)" } else { "" };
    list(&[
        ("username", quota.username.clone()),
        ("id", quota.id.clone()),
        ("stores", format!("{} bytes", quota.used)),
        (
            "may store",
            limit.unwrap_or_else(|| "no limit".to_owned()) + whose,
        ),
    ])
}

fn users(users: &[User]) -> String {
    let row = |user: &User| {
        [
            user.username.clone(),
            email(user),
            state(user).to_owned(),
            time(user.created_at),
        ]
    };
    let rows: Vec<_> = users.iter().map(row).collect();
    table(["USERNAME", "EMAIL", "STATE", "CREATED"], &rows)
}

fn user_entries(user: &User) -> Vec<(&'static str, String)> {
    let state = match user.disabled_at {
        Some(since) => format!("disabled since {}", time(since)),
        None => state(user).to_owned(),
    };
    vec![
        ("username", user.username.clone()),
        ("id", user.id.clone()),
        ("email", email(user)),
        ("state", state),
        ("created", time(user.created_at)),
    ]
}

fn state(user: &User) -> &'static str {
    if user.disabled_at.is_some() {
        "disabled"
    } else {
        "enabled"
    }
}

fn email(user: &User) -> String {
    match (&user.email, user.email_verified_at) {
        (Some(email), Some(_)) => format!("{email} (verified)"),
        (Some(email), None) => email.clone(),
        (None, _) => "-".to_owned(),
    }
}

fn sessions(sessions: &[Session]) -> String {
    let row = |session: &Session| {
        [
            session.id.clone(),
            session.dialect.clone(),
            time(session.created_at),
            time(session.expires_at),
            session.client.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let rows: Vec<_> = sessions.iter().map(row).collect();
    table(["ID", "DIALECT", "CREATED", "EXPIRES", "CLIENT"], &rows)
}

fn new_invite(made: &NewInvite) -> String {
    let mut entries = vec![("code", made.code.expose().clone())];
    entries.extend(invite_entries(&made.invite));
    list(&entries) + "The code is shown this once.\n"
}

fn invite_entries(invite: &Invite) -> Vec<(&'static str, String)> {
    vec![
        ("id", invite.id.clone()),
        ("state", invite.state.clone()),
        ("used", used(invite)),
        ("created", time(invite.created_at)),
        ("expires", time(invite.expires_at)),
        ("made by", format!("user id {}", invite.made_by)),
    ]
}

fn used(invite: &Invite) -> String {
    format!("{} of {}", invite.used, invite.uses)
}

fn invites(invites: &[Invite]) -> String {
    let row = |invite: &Invite| {
        [
            invite.id.clone(),
            invite.state.clone(),
            used(invite),
            time(invite.created_at),
            time(invite.expires_at),
        ]
    };
    let rows: Vec<_> = invites.iter().map(row).collect();
    table(["ID", "STATE", "USED", "CREATED", "EXPIRES"], &rows)
}

fn invite_details(details: &InviteDetails) -> String {
    let row = |made: &InviteUse| [made.username.clone(), time(made.used_at)];
    let rows: Vec<_> = details.accounts.iter().map(row).collect();
    let mut text = list(&invite_entries(&details.invite));
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&table(["USERNAME", "JOINED"], &rows));
    }
    text
}

fn mails(mails: &[Mail]) -> String {
    let row = |mail: &Mail| {
        [
            mail.id.clone(),
            mail.template.clone(),
            mail.state.clone(),
            mail.attempts.to_string(),
            mail.next_at.map_or_else(|| "-".to_owned(), time),
            or_dash(mail.reason.as_deref().unwrap_or_default()).to_owned(),
        ]
    };
    let rows: Vec<_> = mails.iter().map(row).collect();
    table(
        ["ID", "TEMPLATE", "STATE", "TRIES", "NEXT", "REASON"],
        &rows,
    )
}

fn key_status(status: &KeyStatus) -> String {
    let moment = |at: Option<Time>| at.map_or_else(|| "-".to_owned(), time);
    let keys: Vec<_> = status
        .keys
        .iter()
        .map(|key| {
            [
                key.id.clone(),
                key.state.clone(),
                key.rows.to_string(),
                moment(key.sealed_from),
                moment(key.sealed_until),
            ]
        })
        .collect();
    let columns: Vec<_> = status
        .columns
        .iter()
        .map(|rows| {
            [
                rows.column.clone(),
                or_dash(rows.id.as_deref().unwrap_or_default()).to_owned(),
                rows.rows.to_string(),
            ]
        })
        .collect();
    let mut text = table(["KEY", "STATE", "VALUES", "SEALED FROM", "UNTIL"], &keys);
    text.push('\n');
    text.push_str(&table(["COLUMN", "KEY", "VALUES"], &columns));
    if let Some(progress) = &status.rotation {
        text.push_str("\nLast rotation\n");
        text.push_str(&list(&progress_entries(progress)));
    }
    text
}

fn progress_entries(progress: &KeyProgress) -> Vec<(&'static str, String)> {
    let finished = progress
        .finished_at
        .map_or_else(|| format!("not yet: at {}", progress.column), time);
    vec![
        ("key", progress.id.clone()),
        ("sealed anew", progress.rewrapped.to_string()),
        ("not opened", progress.unopened.to_string()),
        ("started", time(progress.started_at)),
        ("finished", finished),
    ]
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn time(time: Time) -> String {
    time.0.to_string()
}
