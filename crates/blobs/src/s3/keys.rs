//! What objects are called: `PREFIX/ab/abcdef…`, the paths of a folder of blobs, so that one can be copied into the other.

use object_store::path::Path;
use sealpost_domain::ports::BlobName;

/// Makes the names of objects, and reads them.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    /// Empty, or ends with a slash.
    prefix: String,
}

impl Keys {
    /// Below `prefix`, which has no slashes at its ends.
    pub(super) fn below(prefix: &str) -> Self {
        let prefix = match prefix {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Self { prefix }
    }

    /// What all names begin with, if there is such a thing.
    pub(super) fn prefix(&self) -> Option<&str> {
        (!self.prefix.is_empty()).then_some(&*self.prefix)
    }

    /// The object of a blob, as listings name it.
    pub(super) fn text_of(&self, name: BlobName) -> String {
        let [first, ..] = *name.as_bytes();
        format!("{}{first:02x}/{name}", self.prefix)
    }

    /// The object of a blob.
    pub(super) fn of(&self, name: BlobName) -> Path {
        Path::from(self.text_of(name))
    }

    /// What is written and deleted to see whether that works. It is no blob.
    pub(super) fn probe(&self) -> Path {
        Path::from(format!("{}probe", self.prefix))
    }

    /// The blob of an object; None if it is something else.
    pub(super) fn read(&self, object: &Path) -> Option<BlobName> {
        let (_, name) = object.as_ref().rsplit_once('/')?;
        let name = BlobName::parse(name)?;
        (self.text_of(name) == object.as_ref()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_like_the_file() {
        let name = BlobName::from_bytes([0xab; 16]);
        let hex = "ab".repeat(16);
        for (prefix, wanted) in [("", format!("ab/{hex}")), ("a/b", format!("a/b/ab/{hex}"))] {
            let keys = Keys::below(prefix);
            assert_eq!(keys.of(name).as_ref(), wanted);
            assert_eq!(keys.read(&keys.of(name)), Some(name));
        }
    }

    #[test]
    fn what_is_no_blob_is_not_read() {
        let keys = Keys::below("a");
        let hex = "ab".repeat(16);
        for other in [
            "a/probe".to_owned(),
            format!("ab/{hex}"),
            format!("a/ac/{hex}"),
            format!("a/ab/{hex}0"),
            format!("b/a/ab/{hex}"),
            hex,
        ] {
            assert_eq!(keys.read(&Path::from(other.clone())), None, "{other}");
        }
    }
}
