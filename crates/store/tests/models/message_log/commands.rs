//! What people and time do, and how it is made up.

use proptest::prelude::*;
use sealpost_domain::conversations::Role;

/// How many people there are.
pub(crate) const PEOPLE: usize = 4;
/// How many names a sender has for messages: few, so that they are used again.
const CLIENT_IDS: usize = 4;

/// Names a conversation or a message by the order in which they were made; counted round, so that it mostly names one.
pub(crate) type Pick = usize;

/// How long a message stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stay {
    Ever,
    TenSeconds,
    ADay,
}

impl Stay {
    pub(crate) const fn seconds(self) -> Option<u64> {
        match self {
            Self::Ever => None,
            Self::TenSeconds => Some(10),
            Self::ADay => Some(24 * 60 * 60),
        }
    }
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    StartPair {
        by: usize,
        with: usize,
    },
    CreateGroup {
        by: usize,
        members: Vec<usize>,
        shows_history: bool,
    },
    Add {
        by: usize,
        group: Pick,
        whom: usize,
    },
    Remove {
        by: usize,
        group: Pick,
        whom: usize,
    },
    Appoint {
        by: usize,
        group: Pick,
        whom: usize,
        role: Role,
    },
    Send {
        by: usize,
        to: Pick,
        client_id: usize,
        body: usize,
        stay: Stay,
    },
    Delete {
        by: usize,
        talk: Pick,
        message: Pick,
    },
    List {
        by: usize,
        talk: Pick,
        after: Option<u64>,
        before: Option<u64>,
        limit: u32,
    },
    ReadLog {
        by: usize,
        after: u64,
        limit: u32,
    },
    Acknowledge {
        by: usize,
        device: usize,
        offset: u64,
    },
    Trim {
        by: usize,
        through: u64,
    },
    /// So many seconds go by.
    Wait(u64),
    /// The server takes away what is over.
    SweepMessages,
    /// The server trims the logs.
    SweepLogs,
}

fn person() -> impl Strategy<Value = usize> {
    0..PEOPLE
}

fn pick() -> impl Strategy<Value = Pick> {
    0..6_usize
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Member), Just(Role::Admin), Just(Role::Owner)]
}

fn stay() -> impl Strategy<Value = Stay> {
    prop_oneof![5 => Just(Stay::Ever), 2 => Just(Stay::TenSeconds), 1 => Just(Stay::ADay)]
}

fn send() -> impl Strategy<Value = Command> {
    (person(), pick(), 0..CLIENT_IDS, 0..2_usize, stay()).prop_map(
        |(by, to, client_id, body, stay)| Command::Send {
            by,
            to,
            client_id,
            body,
            stay,
        },
    )
}

fn list() -> impl Strategy<Value = Command> {
    let bound = || proptest::option::of(0..8_u64);
    (person(), pick(), bound(), bound(), 1..5_u32).prop_map(|(by, talk, after, before, limit)| {
        Command::List {
            by,
            talk,
            after,
            before,
            limit,
        }
    })
}

fn group() -> impl Strategy<Value = Command> {
    let members = proptest::collection::vec(person(), 0..PEOPLE);
    (person(), members, any::<bool>()).prop_map(|(by, members, shows_history)| {
        Command::CreateGroup {
            by,
            members,
            shows_history,
        }
    })
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => (person(), person()).prop_map(|(by, with)| Command::StartPair { by, with }),
        2 => group(),
        3 => (person(), pick(), person()).prop_map(|(by, group, whom)| Command::Add { by, group, whom }),
        3 => (person(), pick(), person()).prop_map(|(by, group, whom)| Command::Remove { by, group, whom }),
        2 => (person(), pick(), person(), role())
            .prop_map(|(by, group, whom, role)| Command::Appoint { by, group, whom, role }),
        8 => send(),
        3 => (person(), pick(), 0..8_usize)
            .prop_map(|(by, talk, message)| Command::Delete { by, talk, message }),
        2 => list(),
        2 => (person(), 0..12_u64, 1..6_u32)
            .prop_map(|(by, after, limit)| Command::ReadLog { by, after, limit }),
        2 => (person(), 0..2_usize, 0..12_u64)
            .prop_map(|(by, device, offset)| Command::Acknowledge { by, device, offset }),
        1 => (person(), 0..6_u64).prop_map(|(by, through)| Command::Trim { by, through }),
        2 => prop_oneof![Just(4_u64), Just(11), Just(25 * 60 * 60), Just(31 * 24 * 60 * 60)]
            .prop_map(Command::Wait),
        1 => Just(Command::SweepMessages),
        1 => Just(Command::SweepLogs),
    ]
}

/// A life: it begins with a pair and a group, so that most of what follows finds a place.
pub(crate) fn life() -> impl Strategy<Value = Vec<Command>> {
    let begin = (group(), person(), person())
        .prop_map(|(group, by, with)| vec![group, Command::StartPair { by, with }]);
    (begin, proptest::collection::vec(command(), 1..28))
        .prop_map(|(begin, rest)| [begin, rest].concat())
}
