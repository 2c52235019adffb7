use std::io::{self, Write as _};

use serde_json::Value;

/// What a command has to say, for people or for programs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    json: bool,
}

impl Out {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(super) const fn is_json(self) -> bool {
        self.json
    }

    /// Says one thing: `value` in a line, or `text`, which ends its own lines. Once this returns, it has left this program.
    pub(super) fn say(self, value: &Value, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{value}")?;
        } else {
            out.write_all(text.as_bytes())?;
        }
        out.flush()
    }

    /// Says many things: an object a line, or `text` for all of them.
    pub(super) fn say_all(self, values: &[Value], text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            for value in values {
                writeln!(out, "{value}")?;
            }
        } else {
            out.write_all(text.as_bytes())?;
        }
        out.flush()
    }
}
