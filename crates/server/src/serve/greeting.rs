//! The first words at a terminal.

use std::fmt::Write as _;

use crate::config::Config;
use crate::serve::Bound;

/// Where the server listens, and a next step that can be pasted.
pub(super) fn text(config: &Config, bound: &Bound) -> String {
    let url = config.public_url(bound.first);
    let mut text = format!("Sealpost {}\n", env!("CARGO_PKG_VERSION"));
    for listener in &bound.api {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  listening on http://{}", listener.address);
    }
    if let Some(metrics) = &bound.metrics {
        let _ = writeln!(text, "  metrics on http://{}/metrics", metrics.address);
    }
    let _ = writeln!(text, "  data in {}", config.data_dir.display());
    if config.web {
        let _ = writeln!(text, "\nOpen {url}/ in a browser.");
    }
    let _ = writeln!(
        text,
        "\nTry it (all routes: {url}/docs):\n  \
         curl -s {url}/v1/accounts -H 'Content-Type: application/json' \\\n       \
         -d '{{\"username\": \"alice\", \"password\": \"correct horse battery staple\"}}'"
    );
    text
}
