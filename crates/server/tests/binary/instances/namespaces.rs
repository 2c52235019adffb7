//! Machines that are none: network namespaces with two cables each, one to the clients and one to the database.

use std::process::{Command, Stdio};

/// A namespace; gone when this is dropped.
pub(super) struct Namespace {
    name: String,
    number: u8,
}

fn ip(arguments: &str) -> bool {
    let ran = Command::new("ip")
        .args(arguments.split(' '))
        .stderr(Stdio::null())
        .status();
    ran.is_ok_and(|status| status.success())
}

impl Namespace {
    /// With a cable to the clients and one to the database; None where we may not, or have no `ip`.
    pub(super) fn new(number: u8) -> Option<Self> {
        let space = Self {
            name: format!("sealpost-{}-{number}", std::process::id()),
            number,
        };
        let name = &space.name;
        if !ip(&format!("netns add {name}")) {
            return None;
        }
        for cable in ["c", "d"] {
            let (ours, theirs) = (space.ours(cable), format!("eth{cable}"));
            let subnet = space.subnet(cable);
            let laid = ip(&format!(
                "link add {ours} type veth peer name {theirs} netns {name}"
            )) && ip(&format!("addr add {subnet}.1/30 dev {ours}"))
                && ip(&format!("link set {ours} up"))
                && ip(&format!("-n {name} addr add {subnet}.2/30 dev {theirs}"))
                && ip(&format!("-n {name} link set {theirs} up"));
            if !laid {
                return None;
            }
        }
        ip(&format!("-n {name} link set lo up"));
        Some(space)
    }

    fn ours(&self, cable: &str) -> String {
        // At most 15 characters.
        format!("sp{cable}{}n{}", self.number, std::process::id() % 10_000)
    }

    fn subnet(&self, cable: &str) -> String {
        let network = if cable == "c" { 77 } else { 78 };
        format!("10.{network}.{}", self.number)
    }

    /// Where clients find what listens here.
    pub(super) fn address(&self) -> String {
        format!("{}.2", self.subnet("c"))
    }

    /// Where the host is, for what is in here.
    pub(super) fn database_side(&self) -> String {
        format!("{}.1", self.subnet("d"))
    }

    /// Pulls the cable to the database, or puts it back.
    pub(super) fn cut(&self, cut: bool) {
        let state = if cut { "down" } else { "up" };
        assert!(ip(&format!("link set {} {state}", self.ours("d"))));
    }

    /// What runs a program in here.
    pub(super) fn runner(&self) -> [&str; 4] {
        ["ip", "netns", "exec", &self.name]
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        for cable in ["c", "d"] {
            ip(&format!("link del {}", self.ours(cable)));
        }
        ip(&format!("netns del {}", self.name));
    }
}
