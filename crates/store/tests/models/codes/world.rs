//! The same in a store, by the rules of the domain over it.

use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::codes::{self, CodePurpose, CodePut, CodeVerdict};
use sealpost_domain::ports::{Digest, Store, StoreError, StoreExt, StoredTicket, Tx};
use sealpost_domain::recovery::{Recovery, RecoveryId};
use sealpost_domain::sessions::Dialect;
use sealpost_domain::testing::{FixedClock, ToyDigester};
use sealpost_domain::{Environment, Timestamp};

use super::model::{RECOVERY, TICKET, TOKEN};
use super::{Command, PEOPLE, SET};
use crate::stage::{self, BEGIN, Stage};

/// One life on one store.
pub(super) struct World {
    env: Environment,
    clock: Arc<FixedClock>,
    number: u32,
    people: Vec<AccountId>,
    /// What was mailed, in the order in which it was.
    mailed: Vec<String>,
    tickets: usize,
    recoveries: usize,
    sets: usize,
}

impl World {
    /// With people that no other life has.
    pub(super) async fn new(stage: &Stage, store: Arc<dyn Store>, number: u32) -> Self {
        let names: Vec<String> = (0..PEOPLE).map(|who| format!("c{who}n{number}")).collect();
        let people = stage::people(&store, &names).await;
        let clock = Arc::new(FixedClock::at(BEGIN));
        Self {
            env: stage.environment(store, clock.clone()),
            clock,
            number,
            people: people.iter().map(|person| person.id).collect(),
            mailed: Vec::new(),
            tickets: 0,
            recoveries: 0,
            sets: 0,
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        unit: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.env.store.write(unit).await.unwrap()
    }

    /// What names the thing with this number, counted round.
    fn digest(&self, kind: u8, number: usize) -> Digest {
        let mut digest = [kind; 32];
        digest[..4].copy_from_slice(&self.number.to_be_bytes());
        digest[4..12].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        digest
    }

    fn recovery(&self, number: usize) -> RecoveryId {
        let digest = self.digest(2, number % self.recoveries.max(1));
        RecoveryId::from_bytes(digest[..16].try_into().unwrap())
    }

    async fn mail(&mut self, who: usize, purpose: CodePurpose) -> String {
        let drafted = loop {
            let account = self.people[who];
            let drafted = codes::draft(&self.env, &ToyDigester, account, purpose, None);
            // Two that are alike by chance would be one to whoever types them.
            if !self.mailed.contains(drafted.code.expose()) {
                break drafted;
            }
        };
        self.mailed.push(drafted.code.expose().clone());
        let put = self.write(move |tx| codes::put(tx, &drafted.row)).await;
        let told = match put {
            CodePut::Put => "put",
            CodePut::JustSent { .. } => "just sent",
        };
        told.to_owned()
    }

    async fn type_in(&self, who: usize, purpose: CodePurpose, code: Option<usize>) -> String {
        let typed = code.and_then(|code| self.mailed.get(code % self.mailed.len().max(1)));
        let typed = typed.map_or("no code", |code| code).to_owned();
        let (account, now) = (self.people[who], self.env.now());
        let verdict = self
            .write(move |tx| codes::check(tx, &ToyDigester, account, purpose, &typed, now))
            .await;
        let told = match verdict {
            CodeVerdict::Right(_) => "right",
            CodeVerdict::Wrong => "wrong",
        };
        told.to_owned()
    }

    fn ticket_of(&self, number: usize) -> Digest {
        self.digest(1, number % self.tickets.max(1))
    }

    async fn ticket(&mut self, who: usize) -> String {
        let ticket = StoredTicket {
            account: self.people[who],
            dialect: Dialect::Native,
            checked: None,
            expires_at: self.env.now() + Duration::from_secs(TICKET),
        };
        let digest = self.digest(1, self.tickets);
        self.tickets += 1;
        self.write(move |tx| tx.tickets().insert(&digest, &ticket, 5))
            .await;
        "issued".to_owned()
    }

    async fn find_ticket(&self, number: usize) -> String {
        let (digest, now) = (self.ticket_of(number), self.env.now());
        let found = self.write(move |tx| tx.tickets().find(&digest, now)).await;
        let owner = found.map(|ticket| {
            let mut people = self.people.iter();
            people.position(|id| *id == ticket.account)
        });
        owner.map_or("none".to_owned(), |who| format!("of {}", who.unwrap()))
    }

    async fn recover(&mut self, who: Option<usize>) -> String {
        let now = self.env.now();
        self.recoveries += 1;
        let row = Recovery {
            id: self.recovery(self.recoveries - 1),
            account: who.map(|who| self.people[who]),
            email: None,
            salt: [0; 16],
            mac: [0; 32],
            tries_left: Recovery::TRIES,
            token: None,
            created_at: now,
            expires_at: now + Duration::from_secs(RECOVERY),
        };
        self.write(move |tx| tx.recoveries().insert(&row)).await;
        "issued".to_owned()
    }

    async fn try_recovery(&self, number: usize, right: bool) -> String {
        let (id, now) = (self.recovery(number), self.env.now());
        let (token, ends) = (self.digest(3, 0), now + Duration::from_secs(TOKEN));
        let told = self.write(move |tx| {
            if tx.recoveries().spend_try(id, now)?.is_none() {
                return Ok("none");
            }
            Ok(if !right {
                "wrong"
            } else if tx.recoveries().confirm(id, &token, ends)? {
                "confirmed"
            } else {
                "lost"
            })
        });
        told.await.to_owned()
    }

    async fn take_recovery(&self, number: usize, right: bool) -> String {
        let (id, now) = (self.recovery(number), self.env.now());
        let token = self.digest(3, usize::from(!right));
        let taken = self
            .write(move |tx| tx.recoveries().take(id, &token, now))
            .await;
        let told = match taken {
            Some(Recovery {
                account: Some(_), ..
            }) => "taken",
            Some(_) => "taken for nobody",
            None => "none",
        };
        told.to_owned()
    }

    async fn print(&mut self, who: usize) -> String {
        let (account, set) = (self.people[who], self.sets);
        self.sets += 1;
        let codes: Vec<Digest> = (0..SET)
            .map(|code| self.digest(4, set * SET + code))
            .collect();
        self.write(move |tx| tx.factors().replace_recovery_codes(account, &codes))
            .await;
        "printed".to_owned()
    }

    async fn use_printed(&self, who: usize, set: usize, code: usize) -> String {
        let account = self.people[who];
        let digest = self.digest(4, set % self.sets.max(1) * SET + code);
        let used = self
            .write(move |tx| tx.factors().take_recovery_code(account, &digest))
            .await;
        if used { "used" } else { "none" }.to_owned()
    }

    async fn sweep(&self, now: Timestamp) -> String {
        let swept = self.write(move |tx| {
            let codes = tx.codes().sweep(now, 500)?;
            Ok((
                codes,
                tx.tickets().sweep(now, 500)?,
                tx.recoveries().sweep(now, 500)?,
            ))
        });
        let (codes, tickets, recoveries) = swept.await;
        format!("swept {codes} codes, {tickets} tickets, {recoveries} recoveries")
    }

    /// Nothing is left for the next life, which would sweep it.
    pub(super) async fn end(self) {
        self.sweep(self.env.now() + Duration::from_secs(RECOVERY))
            .await;
    }
}

impl stage::World for World {
    type Command = Command;

    async fn run(&mut self, command: &Command) -> String {
        match *command {
            Command::Mail { who, purpose } => self.mail(who, purpose).await,
            Command::Type { who, purpose, code } => self.type_in(who, purpose, code).await,
            Command::Forget { who } => {
                let account = self.people[who];
                let gone = self.write(move |tx| tx.codes().delete_all(account)).await;
                format!("{gone} codes gone")
            }
            Command::Ticket { who } => self.ticket(who).await,
            Command::TryTicket { ticket } => {
                let (digest, now) = (self.ticket_of(ticket), self.env.now());
                let spent = self.write(move |tx| tx.tickets().spend_try(&digest, now));
                if spent.await { "spent" } else { "none" }.to_owned()
            }
            Command::FindTicket { ticket } => self.find_ticket(ticket).await,
            Command::UseTicket { ticket } => {
                let digest = self.ticket_of(ticket);
                let used = self.write(move |tx| tx.tickets().remove(&digest));
                if used.await { "used" } else { "none" }.to_owned()
            }
            Command::EndTickets { who } => {
                let account = self.people[who];
                self.write(move |tx| tx.tickets().remove_all(account)).await;
                "ended".to_owned()
            }
            Command::Recover { who } => self.recover(who).await,
            Command::TryRecovery { recovery, right } => self.try_recovery(recovery, right).await,
            Command::TakeRecovery { recovery, right } => self.take_recovery(recovery, right).await,
            Command::EndRecoveries { who } => {
                let account = self.people[who];
                let gone = self.write(move |tx| tx.recoveries().delete_all(account));
                format!("{} recoveries gone", gone.await)
            }
            Command::Print { who } => self.print(who).await,
            Command::UsePrinted { who, set, code } => self.use_printed(who, set, code).await,
            Command::Wait(seconds) => {
                self.clock.advance(Duration::from_secs(seconds));
                "later".to_owned()
            }
            Command::Sweep => self.sweep(self.env.now()).await,
        }
    }
}
