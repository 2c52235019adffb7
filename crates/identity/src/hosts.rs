//! Where this server may be sent to. A provider's description names addresses that are then asked from inside the
//! operator's network: without a list it could make this server ask anybody there.

use url::{Host, Url};

/// A host that a provider's description may name, with a port unless it is that of `https:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: Option<u16>,
}

impl AllowedHost {
    /// Takes `host.example` or `host.example:8443`; None if it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(&format!("https://{text}")).ok()?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && !text.ends_with('/');
        bare.then(|| Self {
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port(),
        })
    }
}

/// The places that may be asked.
#[derive(Debug, Clone)]
pub(crate) struct AllowedHosts {
    configured: Vec<Url>,
    further: Vec<AllowedHost>,
}

impl AllowedHosts {
    /// Where the operator's own addresses are, and further hosts, by `https:` alone.
    pub(crate) const fn new(configured: Vec<Url>, further: Vec<AllowedHost>) -> Self {
        Self {
            configured,
            further,
        }
    }

    /// Whether this address may be asked.
    pub(crate) fn permit(&self, url: &Url) -> bool {
        let own = self
            .configured
            .iter()
            .any(|own| own.origin() == url.origin());
        own || (url.scheme() == "https"
            && self
                .further
                .iter()
                .any(|further| url.host_str() == Some(&further.host) && url.port() == further.port))
    }

    /// Whether all of it is on this machine: then no proxy is in between.
    pub(crate) fn are_loopback(&self) -> bool {
        self.further.is_empty() && self.configured.iter().all(is_loopback)
    }
}

/// Whether what is sent there cannot be read on the way: `https:`, or this machine. Logins stand in no address.
pub(crate) fn is_safe(url: &Url) -> bool {
    let bare = url.username().is_empty() && url.password().is_none();
    bare && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

/// Whether the address is on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(configured: &str, further: &[&str]) -> AllowedHosts {
        let further = further.iter().map(|host| AllowedHost::parse(host).unwrap());
        AllowedHosts::new(vec![configured.parse().unwrap()], further.collect())
    }

    fn permits(hosts: &AllowedHosts, url: &str) -> bool {
        hosts.permit(&url.parse().unwrap())
    }

    #[test]
    fn a_description_leads_to_no_host_that_is_not_allowed() {
        let hosts = allowed(
            "https://idp.example/realm",
            &["keys.example", "api.example:8443"],
        );
        for url in [
            "https://idp.example/token",
            "https://idp.example:443/",
            "https://keys.example/jwks",
            "https://api.example:8443/me",
        ] {
            assert!(permits(&hosts, url), "{url}");
        }
        for url in [
            "http://idp.example/token",
            "https://idp.example:8443/",
            "http://keys.example/jwks",
            "https://keys.example:1/",
            "https://sub.idp.example/",
            "https://idp.example.evil.example/",
            "http://169.254.169.254/latest/meta-data",
            "https://localhost/",
            "file:///etc/passwd",
        ] {
            assert!(!permits(&hosts, url), "{url}");
        }
    }

    #[test]
    fn a_host_is_a_host_and_nothing_more() {
        for wrong in ["", "a/b", "a/", "u@a", "a?b", "https://a"] {
            assert_eq!(AllowedHost::parse(wrong), None, "{wrong}");
        }
        assert!(allowed("http://127.0.0.1:1/", &[]).are_loopback());
        assert!(!allowed("https://idp.example/", &[]).are_loopback());
    }
}
