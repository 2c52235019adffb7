//! What codes promise, in the plainest words.

use std::collections::{BTreeMap, BTreeSet};

use sealpost_domain::codes::CodePurpose;

use super::{Command, SET};

/// How long a ticket is good here, and a recovery's code and token.
pub(super) const TICKET: u64 = 600;
pub(super) const RECOVERY: u64 = 3_600;
pub(super) const TOKEN: u64 = 600;

/// Something that is good for a few tries and for a time.
struct Good {
    /// Which of those that were issued.
    label: usize,
    tries: u32,
    made: u64,
    ends: u64,
}

impl Good {
    /// Takes a try. False if there is none to take.
    fn try_at(&mut self, now: u64) -> bool {
        let good = self.tries > 0 && now < self.ends;
        self.tries -= u32::from(good);
        good
    }
}

struct Recovery {
    owner: Option<usize>,
    code: Good,
    confirmed: bool,
}

/// The world as it ought to be. Times in seconds.
#[derive(Default)]
pub(super) struct Model {
    now: u64,
    mailed: usize,
    codes: BTreeMap<(usize, bool), Good>,
    tickets: Vec<Option<(usize, Good)>>,
    recoveries: Vec<Option<Recovery>>,
    /// The number of the last set of each, and which of its codes are left.
    printed: BTreeMap<usize, (usize, BTreeSet<usize>)>,
    sets: usize,
}

/// Codes of a login are good for five minutes, those that prove an address for an hour.
fn lifetime(purpose: CodePurpose) -> u64 {
    match purpose {
        CodePurpose::Login => 5 * 60,
        CodePurpose::VerifyEmail => 60 * 60,
    }
}

/// A good one of so many, counted round.
fn pick<T>(things: &mut [Option<T>], number: usize) -> Option<&mut T> {
    let count = things.len().max(1);
    things.get_mut(number % count)?.as_mut()
}

impl Model {
    pub(super) fn run(&mut self, command: &Command) -> String {
        let now = self.now;
        let told = match *command {
            Command::Mail { who, purpose } => self.mail(who, purpose),
            Command::Type { who, purpose, code } => self.type_in(who, purpose, code),
            Command::Forget { who } => {
                let before = self.codes.len();
                self.codes.retain(|(owner, _), _| *owner != who);
                return format!("{} codes gone", before - self.codes.len());
            }
            Command::Ticket { who } => {
                let label = self.tickets.len();
                self.tickets.push(Some((who, self.good(label, 5, TICKET))));
                "issued"
            }
            Command::TryTicket { ticket } => {
                let found = pick(&mut self.tickets, ticket);
                let spent = found.is_some_and(|(_, good)| good.try_at(now));
                if spent { "spent" } else { "none" }
            }
            Command::FindTicket { ticket } => match pick(&mut self.tickets, ticket) {
                Some((who, good)) if good.tries > 0 && now < good.ends => {
                    return format!("of {who}");
                }
                _ => "none",
            },
            Command::UseTicket { ticket } => {
                let count = self.tickets.len().max(1);
                let used = self.tickets.get_mut(ticket % count);
                used.and_then(Option::take).map_or("none", |_| "used")
            }
            Command::EndTickets { who } => {
                for ticket in &mut self.tickets {
                    ticket.take_if(|(owner, _)| *owner == who);
                }
                "ended"
            }
            Command::Recover { who } => {
                let label = self.recoveries.len();
                let code = self.good(label, 3, RECOVERY);
                self.recoveries.push(Some(Recovery {
                    owner: who,
                    code,
                    confirmed: false,
                }));
                "issued"
            }
            Command::TryRecovery { recovery, right } => self.try_recovery(recovery, right),
            Command::TakeRecovery { recovery, right } => self.take_recovery(recovery, right),
            Command::EndRecoveries { who } => {
                let ended = self.recoveries.iter_mut().filter_map(|recovery| {
                    recovery.take_if(|recovery| recovery.owner == Some(who))
                });
                return format!("{} recoveries gone", ended.count());
            }
            Command::Print { who } => {
                let set = self.sets;
                self.sets += 1;
                self.printed.insert(who, (set, (0..SET).collect()));
                "printed"
            }
            Command::UsePrinted { who, set, code } => {
                let (sets, own) = (self.sets.max(1), self.printed.get_mut(&who));
                let left = own.filter(|(last, _)| *last == set % sets);
                let used = left.is_some_and(|(_, left)| left.remove(&code));
                if used { "used" } else { "none" }
            }
            Command::Wait(seconds) => {
                self.now += seconds;
                "later"
            }
            Command::Sweep => return self.sweep(),
        };
        told.to_owned()
    }

    fn good(&self, label: usize, tries: u32, lifetime: u64) -> Good {
        Good {
            label,
            tries,
            made: self.now,
            ends: self.now + lifetime,
        }
    }

    fn mail(&mut self, who: usize, purpose: CodePurpose) -> &'static str {
        let label = self.mailed;
        self.mailed += 1;
        let key = (who, purpose == CodePurpose::Login);
        let last = self.codes.get(&key);
        if last.is_some_and(|last| last.made + 60 > self.now) {
            return "just sent";
        }
        let code = self.good(label, 5, lifetime(purpose));
        self.codes.insert(key, code);
        "put"
    }

    fn type_in(&mut self, who: usize, purpose: CodePurpose, code: Option<usize>) -> &'static str {
        let key = (who, purpose == CodePurpose::Login);
        let typed = code.map(|code| code % self.mailed.max(1));
        let Some(good) = self.codes.get_mut(&key) else {
            return "wrong";
        };
        if good.try_at(self.now) && typed == Some(good.label) {
            self.codes.remove(&key);
            return "right";
        }
        "wrong"
    }

    fn try_recovery(&mut self, recovery: usize, right: bool) -> &'static str {
        let now = self.now;
        let Some(found) = pick(&mut self.recoveries, recovery) else {
            return "none";
        };
        if found.confirmed || !found.code.try_at(now) {
            return "none";
        }
        if !right {
            return "wrong";
        }
        found.confirmed = true;
        found.code.ends = now + TOKEN;
        "confirmed"
    }

    fn take_recovery(&mut self, recovery: usize, right: bool) -> &'static str {
        let (now, count) = (self.now, self.recoveries.len().max(1));
        let Some(found) = self.recoveries.get_mut(recovery % count) else {
            return "none";
        };
        let good = |found: &mut Recovery| right && found.confirmed && now < found.code.ends;
        match found.take_if(good) {
            Some(Recovery { owner: Some(_), .. }) => "taken",
            Some(_) => "taken for nobody",
            None => "none",
        }
    }

    fn sweep(&mut self) -> String {
        let (now, codes) = (self.now, self.codes.len());
        self.codes.retain(|_, good| good.ends > now);
        let tickets = self
            .tickets
            .iter_mut()
            .filter_map(|ticket| ticket.take_if(|(_, good)| good.ends <= now));
        let tickets = tickets.count();
        let recoveries = self
            .recoveries
            .iter_mut()
            .filter_map(|recovery| recovery.take_if(|recovery| recovery.code.ends <= now));
        let recoveries = recoveries.count();
        format!(
            "swept {} codes, {tickets} tickets, {recoveries} recoveries",
            codes - self.codes.len()
        )
    }
}
