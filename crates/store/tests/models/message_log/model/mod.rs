//! What the message log promises, in the plainest words: vectors, and no database.

mod groups;
mod messages;

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
