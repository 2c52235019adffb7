//! The same on a real store: the use cases of the domain over it, and what comes of them in the model's words.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::accounts::{Account, AccountId};
use sealpost_domain::conversations::{ConversationId, Conversations};
use sealpost_domain::groups::{AddMember, AppointMember, CreateGroup, Groups};
use sealpost_domain::inbox::{Event, EventData, Inbox, ReadInboxError};
use sealpost_domain::messages::{
    Attachments, Body, ClientId, Format, Lifetime, Message, MessageId, Messages, Reach, SendMessage,
};
use sealpost_domain::ports::{
    Binding, MockKeyInspector, SealError, Sealer, Signal, Signals, Store, StoreError, StoreExt,
    TokenDigests,
};
use sealpost_domain::sessions::{Actor, Session, SessionId};
use sealpost_domain::testing::{FixedClock, ToyDigester, session};
use sealpost_domain::{DomainError, Secret};
use zeroize::Zeroizing;

use super::commands::{Command, Stay};
use crate::stage::{self, BEGIN, Stage};

/// Seals nothing: what is sealed is not what is tested.
struct Glass;

impl Sealer for Glass {
    fn seal<'a>(&self, _: &Binding<'a>, plaintext: &[u8]) -> Vec<u8> {
        plaintext.to_vec()
    }

    fn open<'a>(&self, _: &Binding<'a>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }

    fn seal_under<'a>(&self, _: &Secret<[u8; 32]>, _: &Binding<'a>, plaintext: &[u8]) -> Vec<u8> {
        plaintext.to_vec()
    }

    fn open_under<'a>(
        &self,
        _: &Secret<[u8; 32]>,
        _: &Binding<'a>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

/// Nobody looks.
struct Nobody;

impl Signals for Nobody {
    fn signal(&self, _: &[AccountId], _: &Signal) {}
}

/// Ids as they come, and the labels that the model has for them: the number of those before.
struct Labels<T>(Vec<T>, HashMap<T, usize>);

impl<T: Copy + Eq + Hash> Labels<T> {
    fn new() -> Self {
        Self(Vec::new(), HashMap::new())
    }

    fn note(&mut self, id: T) -> usize {
        let next = self.0.len();
        *self.1.entry(id).or_insert_with(|| {
            self.0.push(id);
            next
        })
    }

    fn of(&self, id: T) -> String {
        self.1.get(&id).map_or("?".to_owned(), ToString::to_string)
    }
}

/// The people of one life on one store.
pub(crate) struct World {
    store: Arc<dyn Store>,
    clock: Arc<FixedClock>,
    people: Vec<Account>,
    groups: Groups,
    conversations: Conversations,
    messages: Messages,
    inbox: Inbox,
    talks: Labels<ConversationId>,
    said: Labels<MessageId>,
}

type Refused = Box<dyn DomainError>;

fn refused(error: impl DomainError) -> Refused {
    Box::new(error)
}

fn session_of(account: AccountId, device: usize) -> Session {
    let mut id = *session(account).id.as_bytes();
    id[15] = u8::try_from(device).unwrap();
    Session {
        id: SessionId::from_bytes(id),
        // Longer than any life.
        expires_at: BEGIN + Duration::from_secs(100 * 365 * 24 * 60 * 60),
        ..session(account)
    }
}

fn lifetime(stay: Stay) -> Option<Lifetime> {
    stay.seconds()
        .map(|seconds| Lifetime::parse(seconds).unwrap())
}

impl World {
    /// New people of these names, with two devices each.
    pub(crate) async fn new(stage: &Stage, store: Arc<dyn Store>, names: &[String]) -> Self {
        let people = stage::people(&store, names).await;
        let sessions = people
            .iter()
            .flat_map(|person| [0, 1].map(|device| session_of(person.id, device)));
        let sessions: Vec<Session> = sessions.collect();
        let made: Result<(), StoreError> = store
            .write(move |tx| {
                for session in &sessions {
                    let mut digest = [0; 32];
                    digest[..16].copy_from_slice(session.id.as_bytes());
                    tx.sessions().insert(session, &TokenDigests::from(digest))?;
                }
                Ok(())
            })
            .await;
        made.unwrap();
        let clock = Arc::new(FixedClock::at(BEGIN));
        let env = stage.environment(store.clone(), clock.clone());
        let sealer: Arc<dyn Sealer> = Arc::new(Glass);
        Self {
            clock,
            people,
            groups: Groups::new(env.clone(), sealer.clone()),
            conversations: Conversations::new(env.clone(), sealer.clone(), Arc::new(Nobody)),
            messages: Messages::new(
                env.clone(),
                sealer.clone(),
                Arc::new(ToyDigester),
                Arc::new(MockKeyInspector::new()),
            ),
            inbox: Inbox::new(env, sealer, "epoch"),
            talks: Labels::new(),
            said: Labels::new(),
            store,
        }
    }

    /// The people's ids.
    pub(crate) fn ids(&self) -> Vec<AccountId> {
        self.people.iter().map(|person| person.id).collect()
    }

    fn actor(&self, who: usize, device: usize) -> Actor {
        let account = self.people[who].id;
        Actor::for_tests(account, session_of(account, device).id, BEGIN)
    }

    fn talk(&self, label: usize) -> ConversationId {
        let known = self.talks.0.get(label).copied();
        known.unwrap_or(ConversationId::from_bytes([0xEE; 16]))
    }

    fn name_of(&self, account: AccountId) -> String {
        let found = self.people.iter().position(|person| person.id == account);
        found.map_or("?".to_owned(), |who| who.to_string())
    }

    async fn carry_out(&mut self, command: &Command) -> Result<String, Refused> {
        match command {
            Command::StartPair { by, with } => {
                let other = self.people[*with].username.clone();
                let started = self.conversations.start(&self.actor(*by, 0), other).await;
                let started = started.map_err(refused)?;
                let talk = self.talks.note(started.conversation.id);
                Ok(format!("pair {talk} {}", started.created))
            }
            Command::CreateGroup {
                by,
                members,
                shows_history,
            } => {
                let named = members.iter().map(|who| self.people[*who].username.clone());
                let command = CreateGroup {
                    members: named.collect(),
                    title: None,
                    shows_history: *shows_history,
                };
                let made = self.groups.create(&self.actor(*by, 0), command).await;
                let talk = self.talks.note(made.map_err(refused)?.id);
                Ok(format!("group {talk}"))
            }
            Command::Add { by, group, whom } => {
                let command = AddMember {
                    conversation: self.talk(*group),
                    username: self.people[*whom].username.clone(),
                };
                let added = self.groups.add(&self.actor(*by, 0), command).await;
                let added = added.map_err(refused)?;
                let role = added.member.role.name();
                Ok(format!("added {role} {}", added.added))
            }
            Command::Remove { by, group, whom } => {
                let (group, whom) = (self.talk(*group), self.people[*whom].username.clone());
                let removed = self.groups.remove(&self.actor(*by, 0), group, whom).await;
                removed.map_err(refused).map(|()| "removed".to_owned())
            }
            Command::Appoint {
                by,
                group,
                whom,
                role,
            } => {
                let command = AppointMember {
                    conversation: self.talk(*group),
                    username: self.people[*whom].username.clone(),
                    role: *role,
                };
                let member = self.groups.appoint(&self.actor(*by, 0), command).await;
                let role = member.map_err(refused)?.role.name();
                Ok(format!("appointed {role}"))
            }
            Command::Send {
                by,
                to,
                client_id,
                body,
                stay,
            } => self.send(*by, *to, (*client_id, *body, *stay)).await,
            Command::Delete { by, talk, message } => {
                let id = self.said.0.get(*message).copied();
                let id = id.unwrap_or(MessageId::from_bytes([0xEE; 16]));
                let actor = self.actor(*by, 0);
                let deleted = self.messages.delete(&actor, self.talk(*talk), id).await;
                deleted.map_err(refused).map(|()| "deleted".to_owned())
            }
            Command::List {
                by,
                talk,
                after,
                before,
                limit,
            } => {
                let reach = after.map_or(Reach::Before(*before), Reach::After);
                let actor = self.actor(*by, 0);
                let page = self.messages.list(&actor, self.talk(*talk), reach, *limit);
                let page = page.await.map_err(refused)?;
                let shown = page.messages.iter().map(|message| self.show(message));
                let shown: Vec<String> = shown.collect();
                Ok(format!("{shown:?} more {}", page.next.is_some()))
            }
            Command::ReadLog { by, after, limit } => self.read_log(*by, *after, *limit).await,
            Command::Acknowledge { by, device, offset } => {
                let actor = self.actor(*by, *device);
                let mark = self.inbox.acknowledge(&actor, *offset).await;
                Ok(format!("marked {}", mark.map_err(refused)?))
            }
            Command::Trim { by, through } => {
                let (account, through) = (self.people[*by].id, *through);
                let trimmed = self
                    .store
                    .write(move |tx| tx.inbox().trim(account, through));
                let trimmed: Result<(), StoreError> = trimmed.await;
                trimmed.map_err(refused).map(|()| "trimmed".to_owned())
            }
            Command::Wait(seconds) => {
                self.clock.advance(Duration::from_secs(*seconds));
                Ok("later".to_owned())
            }
            Command::SweepMessages => {
                let swept = self.messages.sweep().await.map_err(refused)?;
                Ok(format!("swept {swept}"))
            }
            Command::SweepLogs => {
                let swept = self.inbox.sweep().await.map_err(refused)?;
                Ok(format!("swept {swept}"))
            }
        }
    }

    async fn send(
        &mut self,
        by: usize,
        to: usize,
        (client_id, body, stay): (usize, usize, Stay),
    ) -> Result<String, Refused> {
        let command = SendMessage {
            conversation: self.talk(to),
            client_id: ClientId::parse(&format!("c{client_id}")).unwrap(),
            format: if body == 0 {
                Format::Text
            } else {
                Format::Opaque
            },
            body: Body::parse(body.to_string()).unwrap(),
            sent_at: None,
            expires_in: lifetime(stay),
            attachments: Attachments::default(),
        };
        let sent = self.messages.send(&self.actor(by, 0), command).await;
        let receipt = sent.map_err(refused)?;
        self.said.note(receipt.id);
        Ok(format!("sent {}", receipt.seq))
    }

    fn show(&self, message: &Message) -> String {
        let body = message.body.as_ref().map_or("-", |body| body.as_str());
        let sender = self.name_of(message.sender);
        let (seq, client_id) = (message.seq, &message.client_id);
        format!("{seq} of {sender} {client_id}: {body}")
    }

    async fn read_log(&self, by: usize, after: u64, limit: u32) -> Result<String, Refused> {
        let read = self.inbox.read(&self.actor(by, 0), after, limit).await;
        let page = match read {
            Ok(page) => page,
            Err(ReadInboxError::Gap(gap)) => {
                return Ok(format!("gap {} {}", gap.0.earliest, gap.0.latest));
            }
            Err(error) => return Err(refused(error)),
        };
        let shown: Vec<String> = page.events.iter().map(|event| self.join(event)).collect();
        Ok(format!("{shown:?}"))
    }

    fn join(&self, event: &Event) -> String {
        let what = match &event.data {
            EventData::Message(message) => {
                let talk = self.talks.of(message.conversation);
                format!("{talk}/{}", self.show(message))
            }
            EventData::Conversation(found) => {
                let (talk, role) = (self.talks.of(found.id), found.role.name());
                format!("{talk} {role} {} {}", found.member_count, found.last_seq)
            }
            EventData::Members(change) => {
                let talk = self.talks.of(change.conversation);
                let (by, whom) = (
                    self.name_of(change.actor.id),
                    self.name_of(change.account.id),
                );
                let (kind, role) = (event.kind.name(), change.role.name());
                format!("{talk} {kind} {by}>{whom} {role}")
            }
            EventData::Gone => "gone".to_owned(),
            other => format!("{other:?}"),
        };
        format!("{} {} {what}", event.offset, event.kind.name())
    }

    /// The people leave, with all they have said: the next life begins on an empty stage.
    pub(crate) async fn end(self) {
        let (talks, people) = (self.talks.0, self.people);
        let ended: Result<(), StoreError> = self
            .store
            .write(move |tx| {
                for talk in &talks {
                    tx.groups().delete(*talk)?;
                }
                for person in &people {
                    tx.conversations().delete_pairs(person.id)?;
                    tx.accounts().vacate(person.id, BEGIN)?;
                    tx.accounts().remove(person.id)?;
                }
                Ok(())
            })
            .await;
        ended.unwrap();
    }
}

impl stage::World for World {
    type Command = Command;

    async fn run(&mut self, command: &Command) -> String {
        let ran = self.carry_out(command).await;
        ran.unwrap_or_else(|error| error.code().to_owned())
    }
}
