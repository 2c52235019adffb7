//! Where a request comes from, also through proxies.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::forwarded;
use crate::Settings;

/// The client's address: the peer of the connection, or, if that is a trusted proxy, the rightmost address in its
/// forwarding header that is no trusted proxy itself. Everything further left was written by strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The address itself. It is personal data: keep it out of logs.
    #[must_use]
    pub const fn ip(self) -> IpAddr {
        self.0
    }

    /// What limits count by: the address, or its /64 for IPv6, where one customer has at least so many.
    #[must_use]
    pub const fn limit_key(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            ip @ IpAddr::V4(_) => ip,
        }
    }

    fn of(request: &HttpRequest) -> Self {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        let peer = peer.to_canonical();
        let ip = match request.app_data::<web::Data<Settings>>() {
            Some(settings) if settings.trusted_proxies.contains(peer) => {
                forwarded::client(request.headers(), peer, &settings.trusted_proxies)
            }
            _ => peer,
        };
        Self(ip)
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::TrustedProxies;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> ClientAddress {
        let networks = ["10.0.0.0/8", "fd00::/8"]
            .map(|network| network.parse().unwrap())
            .to_vec();
        let settings = Settings {
            trusted_proxies: TrustedProxies::new(networks),
            ..Settings::default()
        };
        let mut request = TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .app_data(web::Data::new(settings));
        for header in headers {
            request = request.append_header(*header);
        }
        ClientAddress::of(&request.to_http_request())
    }

    #[test]
    fn headers_count_only_from_trusted_proxies() {
        for (peer, headers, ip) in [
            ("192.0.2.1:9", vec![], "192.0.2.1"),
            ("[::ffff:192.0.2.1]:9", vec![], "192.0.2.1"),
            (
                "192.0.2.1:9",
                vec![("x-forwarded-for", "198.51.100.7")],
                "192.0.2.1",
            ),
            (
                "10.0.0.1:9",
                vec![("x-forwarded-for", "198.51.100.7")],
                "198.51.100.7",
            ),
            (
                "10.0.0.1:9",
                vec![("x-forwarded-for", "203.0.113.5, 198.51.100.7, 10.0.0.2")],
                "198.51.100.7",
            ),
            (
                "10.0.0.1:9",
                vec![
                    ("x-forwarded-for", "203.0.113.5"),
                    ("x-forwarded-for", "198.51.100.7"),
                ],
                "198.51.100.7",
            ),
            (
                "10.0.0.1:9",
                vec![("forwarded", "for=\"[2001:db8::7]:4711\";proto=https")],
                "2001:db8::7",
            ),
            (
                "10.0.0.1:9",
                vec![("forwarded", "for=203.0.113.5, For=198.51.100.7;by=10.0.0.1")],
                "198.51.100.7",
            ),
            (
                "[fd00::1]:9",
                vec![("x-forwarded-for", "198.51.100.7:1234")],
                "198.51.100.7",
            ),
            ("10.0.0.1:9", vec![], "10.0.0.1"),
        ] {
            assert_eq!(
                client(peer, &headers).ip().to_string(),
                ip,
                "{peer} {headers:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_or_contradicts_counts_as_the_proxy() {
        for headers in [
            vec![("x-forwarded-for", "198.51.100.7, unknown")],
            vec![("forwarded", "for=_hidden")],
            vec![
                ("x-forwarded-for", "198.51.100.7"),
                ("forwarded", "for=203.0.113.5"),
            ],
        ] {
            assert_eq!(
                client("10.0.0.1:9", &headers).ip().to_string(),
                "10.0.0.1",
                "{headers:?}"
            );
        }
    }

    #[test]
    fn limits_count_ipv6_by_network() {
        let key = |ip: &str| ClientAddress(ip.parse().unwrap()).limit_key().to_string();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(key("192.0.2.1"), "192.0.2.1");
    }
}
