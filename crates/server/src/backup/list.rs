//! The list of blobs: a line for each, with its name, its size and its SHA-256 digest, in the order of their names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sealpost_domain::ports::BlobName;

use super::BackupError;
use super::error::at;

pub(super) const FILE: &str = "blobs.txt";

/// What is known of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// The blobs of a snapshot, by their names.
pub(super) type BlobList = BTreeMap<BlobName, Copied>;

pub(super) fn to_text(list: &BlobList) -> String {
    let mut text = String::new();
    for (name, Copied { size, sha256 }) in list {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name} {size} {sha256}");
    }
    text
}

pub(super) fn read(snapshot: &Path) -> Result<BlobList, BackupError> {
    let path = snapshot.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(at(&path))?;
    let wrong = |number| BackupError::Damaged(format!("line {number} of {}", path.display()));
    (1..)
        .zip(text.lines())
        .map(|(number, line)| parse(line).ok_or_else(|| wrong(number)))
        .collect()
}

fn parse(line: &str) -> Option<(BlobName, Copied)> {
    let mut words = line.split(' ');
    let name = BlobName::parse(words.next()?)?;
    let size = words.next()?.parse().ok()?;
    let sha256 = words.next()?.to_owned();
    let is_whole = words.next().is_none() && sha256.len() == 64;
    is_whole.then_some((name, Copied { size, sha256 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let name = BlobName::from_bytes([7; 16]);
        let copied = Copied {
            size: 72,
            sha256: "ab".repeat(32),
        };
        let text = to_text(&BlobList::from([(name, copied.clone())]));
        let line = text.strip_suffix('\n').unwrap();
        assert_eq!(parse(line), Some((name, copied)));
        for wrong in [
            "",
            "07 1 ab",
            &format!("{line} "),
            &line.replace("72", "x"),
            &line[1..],
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
