//! `Forwarded` (RFC 7239) and `X-Forwarded-For`, read from the right.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::TrustedProxies;

/// Whoever the trusted proxy `peer` forwards for; `peer` itself where its headers do not say it clearly.
pub(super) fn client(headers: &HeaderMap, peer: IpAddr, trusted: &TrustedProxies) -> IpAddr {
    let listed = list(headers, &header::X_FORWARDED_FOR, Some);
    let described = list(headers, &header::FORWARDED, for_parameter);
    match (listed, described) {
        (None, None) => peer,
        (Some(hops), None) | (None, Some(hops)) => walk(&hops, peer, trusted),
        // A proxy writes one of them; the other one may be the client's own invention. Unless they agree, nobody can
        // tell which, and the proxy's own address is the safe answer: it can be no victim's.
        (Some(a), Some(b)) => {
            let (a, b) = (walk(&a, peer, trusted), walk(&b, peer, trusted));
            if a == b { a } else { peer }
        }
    }
}

/// The hops of a header, leftmost first; None if the header is not there.
fn list<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    pick: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = None;
    for value in headers.get_all(name) {
        let hops = hops.get_or_insert_with(Vec::new);
        for item in value.to_str().unwrap_or("unknown").split(',') {
            hops.push(pick(item.trim()).and_then(address));
        }
    }
    hops
}

/// Goes left from the peer as long as the hops are trusted proxies.
fn walk(hops: &[Option<IpAddr>], peer: IpAddr, trusted: &TrustedProxies) -> IpAddr {
    let mut client = peer;
    for hop in hops.iter().rev() {
        let Some(ip) = *hop else { break };
        client = ip;
        if !trusted.contains(ip) {
            break;
        }
    }
    client
}

fn for_parameter(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for")
            .then(|| value.trim_matches('"'))
    })
}

/// An address with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let ip = bare
        .parse()
        .ok()
        .or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()));
    ip.map(|ip| ip.to_canonical())
}
