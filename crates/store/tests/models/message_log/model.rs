//! What the message log promises, in the plainest words: vectors, and no database.

use std::collections::BTreeMap;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::{ConversationKind, Role};
use sealpost_domain::inbox::{EventKind, Inbox};

use super::commands::{Command, Stay};

const DAY: u64 = 24 * 60 * 60;

struct Member {
    who: usize,
    role: Role,
    first_seq: u64,
    joined_at: u64,
}

struct Talk {
    kind: ConversationKind,
    shows_history: bool,
    members: Vec<Member>,
    /// The labels of its messages, the first one first.
    messages: Vec<usize>,
    /// None of it is left.
    over: bool,
}

struct Message {
    talk: usize,
    seq: u64,
    sender: usize,
    client_id: usize,
    body: usize,
    stay: Stay,
    expires_at: Option<u64>,
    deleted: bool,
    /// Its time was over, and the sweep has come by.
    swept: bool,
}

struct Change {
    talk: usize,
    kind: EventKind,
    by: usize,
    whom: usize,
    role: Role,
}

#[derive(Clone, Copy)]
enum Subject {
    Talk(usize),
    Message(usize),
    Change(usize),
}

struct Noted {
    kind: EventKind,
    subject: Subject,
    at: u64,
}

#[derive(Default)]
struct Log {
    /// All that were ever written; the offset of the first is 1.
    events: Vec<Noted>,
    trimmed: u64,
    marks: [u64; 2],
}

/// The world as it ought to be.
pub(crate) struct Model {
    /// The people's ids: they decide between two who joined at the same moment.
    ids: Vec<AccountId>,
    now: u64,
    talks: Vec<Talk>,
    messages: Vec<Message>,
    changes: Vec<Change>,
    logs: Vec<Log>,
}

fn length<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap()
}

impl Model {
    pub(crate) fn new(ids: Vec<AccountId>) -> Self {
        Self {
            now: 0,
            talks: Vec::new(),
            messages: Vec::new(),
            changes: Vec::new(),
            logs: ids.iter().map(|_| Log::default()).collect(),
            ids,
        }
    }

    /// How many conversations were ever made.
    pub(crate) fn talks(&self) -> usize {
        self.talks.len()
    }

    /// The labels of a conversation's messages.
    pub(crate) fn messages_of(&self, talk: usize) -> &[usize] {
        let talk = self.talks.get(talk);
        talk.map_or(&[], |talk| &talk.messages)
    }

    fn tell(&mut self, whom: &[usize], kind: EventKind, subject: Subject) {
        for who in whom {
            let at = self.now;
            self.logs[*who].events.push(Noted { kind, subject, at });
        }
    }

    fn everybody(&self, talk: usize) -> Vec<usize> {
        let members = self.talks[talk].members.iter();
        members.map(|member| member.who).collect()
    }

    fn member(&self, talk: usize, who: usize) -> Option<&Member> {
        let mut members = self.talks.get(talk)?.members.iter();
        members.find(|member| member.who == who)
    }

    /// What somebody is in a group, or the refusal.
    fn role(&self, group: usize, who: usize) -> Result<Role, String> {
        let member = self.member(group, who);
        let member = member.ok_or("unknown-conversation")?;
        match self.talks[group].kind {
            ConversationKind::Pair => Err("not-a-group".to_owned()),
            ConversationKind::Group => Ok(member.role),
        }
    }

    fn change(&mut self, (group, kind): (usize, EventKind), by: usize, whom: usize, role: Role) {
        self.changes.push(Change {
            talk: group,
            kind,
            by,
            whom,
            role,
        });
    }

    /// Notes a change and tells these.
    fn record(
        &mut self,
        what: (usize, EventKind),
        (by, whom, role): (usize, usize, Role),
        audience: &[usize],
    ) {
        let label = self.changes.len();
        self.change(what, by, whom, role);
        self.tell(audience, what.1, Subject::Change(label));
    }

    fn gone(&self, message: &Message) -> bool {
        message.deleted || message.expires_at.is_some_and(|end| end <= self.now)
    }

    /// What comes of it. The conversation and the message are settled before ([`super::settle`]).
    pub(crate) fn run(&mut self, command: &Command) -> String {
        let ran = match command {
            Command::StartPair { by, with } => self.start_pair(*by, *with),
            Command::CreateGroup {
                by,
                members,
                shows_history,
            } => self.create_group(*by, members, *shows_history),
            Command::Add { by, group, whom } => self.add(*by, *group, *whom),
            Command::Remove { by, group, whom } => self.remove(*by, *group, *whom),
            Command::Appoint {
                by,
                group,
                whom,
                role,
            } => self.appoint(*by, *group, *whom, *role),
            Command::Send {
                by,
                to,
                client_id,
                body,
                stay,
            } => self.send(*by, *to, (*client_id, *body, *stay)),
            Command::Delete { by, talk, message } => self.delete(*by, *talk, *message),
            Command::List {
                by,
                talk,
                after,
                before,
                limit,
            } => self.list(*by, *talk, (*after, *before), *limit),
            Command::ReadLog { by, after, limit } => self.read_log(*by, *after, *limit),
            Command::Acknowledge { by, device, offset } => {
                let log = &mut self.logs[*by];
                let mark = &mut log.marks[*device];
                *mark = (*mark).max((*offset).min(length(&log.events)));
                Ok(format!("marked {mark}"))
            }
            Command::Trim { by, through } => {
                let log = &mut self.logs[*by];
                log.trimmed = log.trimmed.max((*through).min(length(&log.events)));
                Ok("trimmed".to_owned())
            }
            Command::Wait(seconds) => {
                self.now += seconds;
                Ok("later".to_owned())
            }
            Command::SweepMessages => self.sweep_messages(),
            Command::SweepLogs => self.sweep_logs(),
        };
        ran.unwrap_or_else(|refused| refused)
    }

    fn start_pair(&mut self, by: usize, with: usize) -> Result<String, String> {
        if by == with {
            return Err("conversation-with-oneself".to_owned());
        }
        let found = self.talks.iter().position(|talk| {
            talk.kind == ConversationKind::Pair
                && talk
                    .members
                    .iter()
                    .all(|member| [by, with].contains(&member.who))
        });
        if let Some(talk) = found {
            return Ok(format!("pair {talk} false"));
        }
        let talk = self.new_talk(ConversationKind::Pair, &[by, with], true);
        self.tell(
            &[by, with],
            EventKind::ConversationCreated,
            Subject::Talk(talk),
        );
        Ok(format!("pair {talk} true"))
    }

    fn new_talk(&mut self, kind: ConversationKind, who: &[usize], shows_history: bool) -> usize {
        let joined_at = self.now;
        let member = |who: &usize| Member {
            who: *who,
            role: Role::Member,
            first_seq: 1,
            joined_at,
        };
        self.talks.push(Talk {
            kind,
            shows_history,
            members: who.iter().map(member).collect(),
            messages: Vec::new(),
            over: false,
        });
        self.talks.len() - 1
    }

    fn create_group(
        &mut self,
        by: usize,
        members: &[usize],
        shows_history: bool,
    ) -> Result<String, String> {
        for (index, who) in members.iter().enumerate() {
            if members[..index].contains(who) {
                return Err("named-twice".to_owned());
            }
            if *who == by {
                return Err("conversation-with-oneself".to_owned());
            }
        }
        let everybody = [members, &[by]].concat();
        let talk = self.new_talk(ConversationKind::Group, &everybody, shows_history);
        self.talks[talk].members.last_mut().unwrap().role = Role::Owner;
        self.tell(
            &everybody,
            EventKind::ConversationCreated,
            Subject::Talk(talk),
        );
        Ok(format!("group {talk}"))
    }

    fn add(&mut self, by: usize, group: usize, whom: usize) -> Result<String, String> {
        if !self.role(group, by)?.manages() {
            return Err("insufficient-role".to_owned());
        }
        if let Some(member) = self.member(group, whom) {
            return Ok(format!("added {} false", member.role.name()));
        }
        let talk = &mut self.talks[group];
        let next = length(&talk.messages) + 1;
        talk.members.push(Member {
            who: whom,
            role: Role::Member,
            first_seq: if talk.shows_history { 1 } else { next },
            joined_at: self.now,
        });
        self.tell(
            &[whom],
            EventKind::ConversationCreated,
            Subject::Talk(group),
        );
        let audience = self.everybody(group);
        let what = (group, EventKind::MemberAdded);
        self.record(what, (by, whom, Role::Member), &audience);
        Ok("added member true".to_owned())
    }

    fn remove(&mut self, by: usize, group: usize, whom: usize) -> Result<String, String> {
        let own = self.role(group, by)?;
        let role = self.member(group, whom).map(|member| member.role);
        let role = role.ok_or("unknown-member")?;
        if by != whom && !own.may_remove(role) {
            return Err("insufficient-role".to_owned());
        }
        let audience = self.everybody(group);
        self.talks[group]
            .members
            .retain(|member| member.who != whom);
        self.record(
            (group, EventKind::MemberRemoved),
            (by, whom, role),
            &audience,
        );
        let stay = self.everybody(group);
        if stay.is_empty() {
            self.talks[group].over = true;
        } else if role == Role::Owner {
            let ids = &self.ids;
            let successor = self.talks[group].members.iter_mut().min_by_key(|member| {
                (
                    std::cmp::Reverse(member.role),
                    member.joined_at,
                    ids[member.who],
                )
            });
            let successor = successor.unwrap();
            successor.role = Role::Owner;
            let successor = successor.who;
            let what = (group, EventKind::MemberChanged);
            self.record(what, (by, successor, Role::Owner), &stay);
        }
        Ok("removed".to_owned())
    }

    fn appoint(
        &mut self,
        by: usize,
        group: usize,
        whom: usize,
        role: Role,
    ) -> Result<String, String> {
        let own = self.role(group, by)?;
        let present = self.member(group, whom).map(|member| member.role);
        let present = present.ok_or("unknown-member")?;
        if !own.appoints() {
            return Err("insufficient-role".to_owned());
        }
        if present == role {
            return Ok(format!("appointed {}", role.name()));
        }
        if present == Role::Owner {
            return Err("owner-missing".to_owned());
        }
        if role == Role::Owner {
            self.set_role((group, by), by, Role::Admin);
        }
        self.set_role((group, by), whom, role);
        Ok(format!("appointed {}", role.name()))
    }

    fn set_role(&mut self, (group, by): (usize, usize), whom: usize, role: Role) {
        let mut members = self.talks[group].members.iter_mut();
        members.find(|member| member.who == whom).unwrap().role = role;
        let audience = self.everybody(group);
        let what = (group, EventKind::MemberChanged);
        self.record(what, (by, whom, role), &audience);
    }

    fn send(
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

    fn delete(&mut self, by: usize, talk: usize, label: usize) -> Result<String, String> {
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

    fn list(
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

    fn read_log(&self, by: usize, after: u64, limit: u32) -> Result<String, String> {
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

    fn sweep_messages(&mut self) -> Result<String, String> {
        let (now, talks) = (self.now, &self.talks);
        let over = self.messages.iter_mut().filter(|message| {
            let ended = message.expires_at.is_some_and(|end| end <= now);
            ended && !message.deleted && !message.swept && !talks[message.talk].over
        });
        let swept = over.map(|message| message.swept = true).count();
        Ok(format!("swept {swept}"))
    }

    fn sweep_logs(&mut self) -> Result<String, String> {
        let retention = Inbox::RETENTION.as_secs();
        let mut swept = 0;
        for log in &mut self.logs {
            let acknowledged = log.marks.iter().min().copied().unwrap_or(0);
            let (now, before) = (self.now, log.trimmed);
            let due = (1..).zip(&log.events);
            let due = due.skip(usize::try_from(before).unwrap());
            let due = due.take_while(|(offset, noted)| {
                let age = now - noted.at;
                age >= retention || (*offset <= acknowledged && age >= DAY)
            });
            if let Some((through, _)) = due.last() {
                log.trimmed = through;
                swept += through - before;
            }
        }
        Ok(format!("swept {swept}"))
    }

    /// What every promise comes down to: each member's log has each message of their membership exactly once, in order.
    pub(crate) fn check(&self) {
        for log in &self.logs {
            let mut last: BTreeMap<usize, u64> = BTreeMap::new();
            for noted in &log.events {
                if let (EventKind::MessageCreated, Subject::Message(label)) =
                    (noted.kind, noted.subject)
                {
                    let message = &self.messages[label];
                    let before = last.insert(message.talk, message.seq);
                    assert!(before.is_none_or(|before| before < message.seq));
                }
            }
        }
    }
}
