//! `sealpost assets`: what the web client consists of.

use std::fmt::Write as _;

use sealpost_http::WebClient;

/// A line for each file, as `sha256sum` prints it, under the version that they have together.
pub(crate) fn list() -> String {
    let client = WebClient::new(sealpost_crypto::sha256);
    let version = client.version();
    let mut text = String::new();
    for asset in client.assets() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  web/{version}/{}", asset.digest, asset.name);
    }
    text
}
