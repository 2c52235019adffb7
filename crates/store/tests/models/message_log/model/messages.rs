//! What is said, and what is read of it.

use sealpost_domain::inbox::EventKind;

use super::super::commands::Stay;
use super::{Change, Message, Model, Subject, Talk, length};

impl Model {
    pub(super) fn send(
        &mut self,
        by: usize,
        talk: usize,
        (client_id, body, stay): (usize, usize, Stay),
    ) -> Result<String, String> {
        self.member(talk, by).ok_or("unknown-conversation")?;
        let talks = &self.talks;
        let before = self.messages.iter().find(|message| {
            (message.sender, message.client_id) == (by, client_id) && !talks[message.talk].over
        });
        if let Some(before) = before {
            let same = (before.talk, before.body, before.stay) == (talk, body, stay);
            let repeated = same.then(|| format!("sent {}", before.seq));
            return repeated.ok_or("client-id-reused".to_owned());
        }
        let label = self.messages.len();
        let seq = length(&self.talks[talk].messages) + 1;
        self.messages.push(Message {
            talk,
            seq,
            sender: by,
            client_id,
            body,
            stay,
            expires_at: stay.seconds().map(|seconds| self.now + seconds),
            deleted: false,
            swept: false,
        });
        self.talks[talk].messages.push(label);
        let audience = self.everybody(talk);
        self.tell(
            &audience,
            EventKind::MessageCreated,
            Subject::Message(label),
        );
        Ok(format!("sent {seq}"))
    }

    pub(super) fn delete(
        &mut self,
        by: usize,
        talk: usize,
        label: usize,
    ) -> Result<String, String> {
        let member = self.member(talk, by).ok_or("unknown-message")?;
        let message = self.messages.get(label).ok_or("unknown-message")?;
        let manages = member.role.manages() && message.seq >= member.first_seq;
        if message.talk != talk || !(message.sender == by || manages) {
            return Err("unknown-message".to_owned());
        }
        if !self.gone(message) {
            self.messages[label].deleted = true;
            let audience = self.everybody(talk);
            self.tell(
                &audience,
                EventKind::MessageDeleted,
                Subject::Message(label),
            );
        }
        Ok("deleted".to_owned())
    }

    pub(super) fn list(
        &self,
        by: usize,
        talk: usize,
        (after, before): (Option<u64>, Option<u64>),
        limit: u32,
    ) -> Result<String, String> {
        let member = self.member(talk, by).ok_or("unknown-conversation")?;
        let seen = self.talks[talk].messages.iter();
        let seen = seen.map(|label| &self.messages[*label]);
        let mut seen: Vec<&Message> = seen
            .filter(|message| message.seq >= member.first_seq)
            .filter(|message| after.is_none_or(|after| message.seq > after))
            .filter(|message| after.is_some() || before.is_none_or(|before| message.seq < before))
            .collect();
        if after.is_none() {
            seen.reverse();
        }
        let limit = usize::try_from(limit).unwrap();
        let more = seen.len() > limit;
        seen.truncate(limit);
        let shown: Vec<String> = seen.iter().map(|message| self.show(message)).collect();
        Ok(format!("{shown:?} more {more}"))
    }

    fn show(&self, message: &Message) -> String {
        let body = if self.gone(message) {
            "-".to_owned()
        } else {
            message.body.to_string()
        };
        let Message {
            seq,
            sender,
            client_id,
            ..
        } = message;
        format!("{seq} of {sender} c{client_id}: {body}")
    }

    pub(super) fn read_log(&self, by: usize, after: u64, limit: u32) -> Result<String, String> {
        let log = &self.logs[by];
        let latest = length(&log.events);
        if after < log.trimmed || after > latest {
            return Err(format!("gap {} {latest}", log.trimmed + 1));
        }
        let from = usize::try_from(after).unwrap();
        let events = log.events.iter().enumerate().skip(from);
        let events = events.take(usize::try_from(limit).unwrap());
        let shown: Vec<String> = events
            .map(|(index, noted)| {
                let what = self.join(by, noted.subject);
                format!("{} {} {what}", index + 1, noted.kind.name())
            })
            .collect();
        Ok(format!("{shown:?}"))
    }

    fn join(&self, by: usize, subject: Subject) -> String {
        match subject {
            Subject::Message(label) => {
                let message = &self.messages[label];
                let gone = self.talks[message.talk].over;
                let shown = || format!("{}/{}", message.talk, self.show(message));
                if gone { "gone".to_owned() } else { shown() }
            }
            Subject::Talk(talk) => match self.member(talk, by) {
                None => "gone".to_owned(),
                Some(member) => {
                    let Talk {
                        members, messages, ..
                    } = &self.talks[talk];
                    let role = member.role.name();
                    format!("{talk} {role} {} {}", members.len(), messages.len())
                }
            },
            Subject::Change(label) => {
                let Change {
                    talk,
                    kind,
                    by,
                    whom,
                    role,
                } = &self.changes[label];
                if self.talks[*talk].over {
                    return "gone".to_owned();
                }
                let (kind, role) = (kind.name(), role.name());
                format!("{talk} {kind} {by}>{whom} {role}")
            }
        }
    }
}
