//! Uploads that go on after a break (tus 1.0.0).

mod crashes;
mod digests;
mod refused;
mod sealed;
mod story;

use crate::files::text;
use crate::support::{Answer, TestServer, access_token};

pub(crate) const PART: &str = "application/offset+octet-stream";

/// Somebody who uploads.
pub(crate) struct Client<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) token: String,
}

impl<'a> Client<'a> {
    pub(crate) fn new(server: &'a TestServer, name: &str) -> Self {
        let token = server.log_in(name);
        Self { server, token }
    }

    /// The same after so long a time that the login is over.
    pub(crate) fn again(self) -> Self {
        let token = access_token(&self.server.open_session("alice"));
        Self { token, ..self }
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let token = format!("Bearer {}", self.token);
        let own = [
            ("authorization", token.as_str()),
            ("tus-resumable", "1.0.0"),
        ];
        self.server.send(method, path, &[&own, more].concat(), body)
    }

    /// Begins an upload; its place.
    pub(crate) fn begin(&self, length: usize) -> String {
        let length = length.to_string();
        let begun = self.send(
            "POST",
            "/v1/uploads",
            &[
                ("upload-length", &length),
                (
                    "upload-metadata",
                    "filename YS50eHQ=,filetype dGV4dC9wbGFpbg==",
                ),
            ],
            "",
        );
        assert_eq!(begun.status, 201, "{begun:?}");
        begun.header("location").unwrap().to_owned()
    }

    pub(crate) fn append(&self, place: &str, offset: usize, part: &str) -> Answer {
        self.append_checked(place, offset, part, &[])
    }

    pub(crate) fn append_checked(
        &self,
        place: &str,
        offset: usize,
        part: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let offset = offset.to_string();
        let own = [("upload-offset", offset.as_str()), ("content-type", PART)];
        self.send("PATCH", place, &[&own, more].concat(), part)
    }

    /// Where the upload goes on.
    pub(crate) fn offset(&self, place: &str) -> usize {
        let seen = self.send("HEAD", place, &[], "");
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.header("upload-offset").unwrap().parse().unwrap()
    }

    /// The content of the file that an upload has become.
    pub(crate) fn content(&self, place: &str) -> String {
        let file = place.replace("uploads", "files");
        let read = self.send("GET", &format!("{file}/content"), &[], "");
        assert_eq!(read.status, 200, "{read:?}");
        read.body
    }
}

/// What is uploaded: it differs from chunk to chunk.
pub(crate) fn content(size: usize) -> String {
    text(size)
}
