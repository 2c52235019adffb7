//! `/v1/ws`, with a client that knows the protocol of WebSockets from elsewhere.

pub(crate) mod client;
mod endings;
mod following;
mod frames;
mod opening;
mod signals;

use crate::support::TestServer;

/// Alice and Bob talk: her token, his, and their conversation, which is the first event of both.
fn talking(server: &TestServer) -> (String, String, String) {
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    (alice, bob, conversation)
}

/// Alice says so many things, numbered from `first` on.
fn say_many(server: &TestServer, token: &str, conversation: &str, first: u32, count: u32) {
    for number in first..first + count {
        let said = server.say(
            token,
            conversation,
            &format!("c-{number}"),
            &format!("message {number}"),
        );
        assert_eq!(said.status, 201, "{said:?}");
    }
}
