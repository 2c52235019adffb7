//! Federated login over HTTP: our rules, with providers that vouch for anybody.

mod abuse;
mod linking;
mod stories;

use crate::support::{Answer, TestServer};

/// A browser on its way to a provider.
pub(super) struct Journey {
    pub(super) state: String,
    pub(super) cookie: String,
}

/// The way that an answer of `start` points to, at `url`.
fn journey(answer: &Answer, url: &str) -> Journey {
    let (_, state) = url.split_once("state=").unwrap();
    let (state, _) = state.split_once('&').unwrap();
    let cookie = answer.header("set-cookie").unwrap();
    let (cookie, attributes) = cookie.split_once(';').unwrap();
    assert_eq!(attributes, " Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    Journey {
        state: state.to_owned(),
        cookie: cookie.to_owned(),
    }
}

/// Begins a login.
pub(super) fn set_out(server: &TestServer, provider: &str) -> Journey {
    let answer = server.get(&format!("/v1/oauth/{provider}/start"));
    assert_eq!(answer.status, 302, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let url = answer.header("location").unwrap();
    assert!(url.starts_with(&format!("https://{provider}.example/authorize?")));
    journey(&answer, url)
}

/// Begins a link.
pub(super) fn set_out_to_link(server: &TestServer, token: &str, provider: &str) -> Journey {
    let answer = server.send_as(token, "POST", &format!("/v1/oauth/{provider}/start"), "");
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    journey(&answer, body["authorization_url"].as_str().unwrap())
}

/// Comes back with this query and these cookies.
pub(super) fn come_back_with(
    server: &TestServer,
    provider: &str,
    query: &str,
    cookie: &str,
) -> Answer {
    let path = format!("/v1/oauth/{provider}/callback?{query}");
    let headers = [("cookie", cookie)];
    let headers = if cookie.is_empty() { &[][..] } else { &headers };
    server.send("GET", &path, headers, "")
}

/// Comes back to where it set out from, with a code.
pub(super) fn come_back(
    server: &TestServer,
    provider: &str,
    journey: &Journey,
    code: &str,
) -> Answer {
    let query = format!("state={}&code={code}", journey.state);
    let answer = come_back_with(server, provider, &query, &journey.cookie);
    assert_eq!(
        answer.header("set-cookie"),
        Some("oauth_tx=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer
}

/// A whole login.
pub(super) fn log_in(server: &TestServer, provider: &str, code: &str) -> Answer {
    come_back(server, provider, &set_out(server, provider), code)
}

pub(super) fn code_of(answer: &Answer) -> (u16, String) {
    let code = answer.problem()["code"].as_str().unwrap().to_owned();
    (answer.status, code)
}
