//! How texts become values that cannot be wrong.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use sealpost_domain::Secret;
use tracing_subscriber::EnvFilter;

/// A value of a setting, made from its text.
///
/// An impl cannot echo the text in an error, since there is none: it says once, in [`Value::WANTS`], what is right.
pub(super) trait Value: Sized {
    /// What would be right; completes the sentence "it must be …".
    const WANTS: &'static str;

    /// The value, or `None` if the text is not right.
    fn parse(text: &str) -> Option<Self>;
}

/// A list of values separated by commas, without white space around them.
pub(super) fn list<T>(text: &str, parse: impl FnMut(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(str::trim).map(parse).collect()
}

impl Value for bool {
    const WANTS: &'static str = "true or false";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for PathBuf {
    const WANTS: &'static str = "a path";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty() && !text.contains('\0')).then(|| Self::from(text))
    }
}

impl Value for SocketAddr {
    const WANTS: &'static str = "an IP address with a port, such as 127.0.0.1:9100 or [::1]:9100";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for Secret<String> {
    const WANTS: &'static str = "a text that is not empty";

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::new(text.to_owned()))
    }
}

/// A short text for people to read, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneLine(String);

impl OneLine {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for OneLine {
    const WANTS: &'static str = "a line of 1 to 64 characters";

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let right = (1..=64).contains(&text.chars().count()) && !text.contains(char::is_control);
        right.then(|| Self(text.to_owned()))
    }
}

/// The addresses to listen on: at least one, none twice (but for port 0, which the system chooses).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listeners {
    first: SocketAddr,
    others: Vec<SocketAddr>,
}

impl Listeners {
    /// The first one, from which the default public address is derived.
    #[must_use]
    pub const fn first(&self) -> SocketAddr {
        self.first
    }

    /// All of them, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = SocketAddr> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// The first one that other machines can reach.
    #[must_use]
    pub fn beyond_loopback(&self) -> Option<SocketAddr> {
        self.iter()
            .find(|address| !address.ip().to_canonical().is_loopback())
    }
}

impl Value for Listeners {
    const WANTS: &'static str = "different IP addresses with ports, such as 127.0.0.1:5000 or [::1]:5000, separated by commas";

    fn parse(text: &str) -> Option<Self> {
        let all = list(text, |item| item.parse::<SocketAddr>().ok())?;
        let twice = |(at, address): (usize, &SocketAddr)| {
            address.port() != 0 && all.iter().skip(at + 1).any(|other| other == address)
        };
        if all.iter().enumerate().any(twice) {
            return None;
        }
        let mut all = all.into_iter();
        Some(Self {
            first: all.next()?,
            others: all.collect(),
        })
    }
}

/// The networks whose members may say for whom they forward.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// The networks, in the order given.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }
}

impl Value for TrustedProxies {
    const WANTS: &'static str =
        "networks or addresses such as 10.0.0.0/8 or ::1, separated by commas";

    fn parse(text: &str) -> Option<Self> {
        let network = |item: &str| {
            item.parse()
                .ok()
                .or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from))
        };
        list(text, network).map(Self)
    }
}

/// How many database connections there may be at once: 1 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSize(u16);

impl PoolSize {
    /// The number of connections.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Value for PoolSize {
    const WANTS: &'static str = "a whole number from 1 to 256";

    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|size| (1..=256).contains(size))
            .map(Self)
    }
}

/// How many connections of clients there may be at once: 50 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxConnections(u32);

impl MaxConnections {
    /// The number of connections.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Value for MaxConnections {
    const WANTS: &'static str = "a whole number from 50 to 1000000";

    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|number| (50..=1_000_000).contains(number))
            .map(Self)
    }
}

/// A number of days: 0 to 365.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u16);

impl Days {
    /// The time they take.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 24 * 60 * 60)
    }
}

impl Value for Days {
    const WANTS: &'static str = "a whole number from 0 to 365";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|days| *days <= 365).map(Self)
    }
}

/// For how many days something is kept: 1 to 3650.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionDays(u16);

impl RetentionDays {
    /// The time they take.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 24 * 60 * 60)
    }
}

impl Value for RetentionDays {
    const WANTS: &'static str = "a whole number from 1 to 3650";

    fn parse(text: &str) -> Option<Self> {
        let days = text.parse().ok()?;
        (1..=3650).contains(&days).then_some(Self(days))
    }
}

/// For how many hours something waits: 1 to 8760, a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionHours(u16);

impl RetentionHours {
    /// The time they take.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 60 * 60)
    }
}

impl Value for RetentionHours {
    const WANTS: &'static str = "a whole number from 1 to 8760";

    fn parse(text: &str) -> Option<Self> {
        let hours = text.parse().ok()?;
        (1..=8760).contains(&hours).then_some(Self(hours))
    }
}

/// A tracing filter that has been parsed once and is known to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The directives, for `EnvFilter`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LogFilter {
    const WANTS: &'static str = "a tracing filter such as info, or warn,sealpost_http=debug";

    fn parse(text: &str) -> Option<Self> {
        EnvFilter::try_new(text).ok().map(|_| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_addresses_and_none_comes_twice() {
        let two = Listeners::parse("127.0.0.1:5000, [::1]:5000").unwrap();
        assert_eq!(two.iter().count(), 2);
        assert_eq!(two.beyond_loopback(), None);
        assert!(Listeners::parse("127.0.0.1:0,127.0.0.1:0").is_some());
        for wrong in [
            "",
            "localhost:5000",
            "127.0.0.1",
            "[::1]:1,[::1]:1",
            "127.0.0.1:1,",
        ] {
            assert_eq!(Listeners::parse(wrong), None, "{wrong}");
        }
        let open = Listeners::parse("127.0.0.1:1,0.0.0.0:2").unwrap();
        assert_eq!(open.beyond_loopback(), Some("0.0.0.0:2".parse().unwrap()));
    }

    #[test]
    fn a_proxy_is_a_network_or_an_address() {
        let proxies = TrustedProxies::parse("10.0.0.0/8,::1").unwrap();
        assert_eq!(proxies.networks()[1].to_string(), "::1/128");
        assert_eq!(TrustedProxies::parse("10.0.0.0/99"), None);
        assert_eq!(TrustedProxies::parse("proxy.example"), None);
    }

    #[test]
    fn days_are_bounded() {
        let month = Days::parse("30").map(Days::duration);
        assert_eq!(month, Some(Duration::from_secs(2_592_000)));
        assert_eq!(Days::parse("0").map(Days::duration), Some(Duration::ZERO));
        for wrong in ["366", "-1", "30 days", ""] {
            assert_eq!(Days::parse(wrong), None, "{wrong}");
        }
        let day = RetentionHours::parse("24").map(RetentionHours::duration);
        assert_eq!(day, Some(Duration::from_secs(86_400)));
        for wrong in ["0", "8761", "1h"] {
            assert_eq!(RetentionHours::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pools_and_filters_are_bounded() {
        assert_eq!(PoolSize::parse("0"), None);
        assert_eq!(PoolSize::parse("257"), None);
        assert_eq!(PoolSize::parse("256").map(PoolSize::get), Some(256));
        assert_eq!(MaxConnections::parse("49"), None);
        assert_eq!(MaxConnections::parse("1000001"), None);
        let most = MaxConnections::parse("1000000").map(MaxConnections::get);
        assert_eq!(most, Some(1_000_000));
        assert!(LogFilter::parse("warn,sealpost_http=debug").is_some());
        assert!(LogFilter::parse("sealpost=loud").is_none());
    }
}
