//! The one file of a form (RFC 7578).

use std::convert::Infallible;

use actix_web::web::Bytes;
use futures_util::stream;
use multer::Multipart;

use crate::problem::{FieldError, Problem};

/// The content of the form's part with this name. Other parts are passed over.
pub(super) async fn file(
    content_type: Option<&str>,
    body: Bytes,
    name: &'static str,
) -> Result<Bytes, Problem> {
    let boundary = content_type.and_then(|text| multer::parse_boundary(text).ok());
    let boundary = boundary.ok_or_else(|| malformed("send the file as multipart/form-data"))?;
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::new(body, boundary);
    let mut file = None;
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        if part.name() != Some(name) {
            continue;
        }
        let content = part.bytes().await.map_err(|_| broken())?;
        if file.replace(content).is_some() {
            return Err(in_part(name, "this file came twice", "duplicate-field"));
        }
    }
    file.ok_or_else(|| in_part(name, "this file is missing", "missing-field"))
}

fn broken() -> Problem {
    malformed("the form cannot be read")
}

fn malformed(detail: &'static str) -> Problem {
    Problem::bad_request("malformed-form", detail)
}

fn in_part(name: &'static str, detail: &'static str, code: &'static str) -> Problem {
    let error = FieldError::new(format!("/{name}"), detail, code);
    Problem::bad_request(code, detail).with_errors(vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=b";

    async fn read(content_type: Option<&str>, body: &str) -> Result<Bytes, &'static str> {
        let body = Bytes::from(body.replace('\n', "\r\n"));
        let read = file(content_type, body, "avatar").await;
        read.map_err(|problem| problem.code())
    }

    fn part(name: &str, content: &str) -> String {
        let filename = "../../etc/passwd";
        format!(
            "--b\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\n\n{content}\n"
        )
    }

    #[actix_web::test]
    async fn the_part_of_that_name_is_the_file_whatever_it_calls_itself() {
        let form = part("other", "x") + &part("avatar", "bytes") + "--b--\n";
        assert_eq!(read(Some(TYPE), &form).await.unwrap(), "bytes");
    }

    #[actix_web::test]
    async fn what_is_no_such_form_is_refused() {
        let (end, avatar) = ("--b--\n", part("avatar", "x"));
        for (content_type, form, code) in [
            (None, avatar.clone() + end, "malformed-form"),
            (Some("image/png"), avatar.clone() + end, "malformed-form"),
            (Some(TYPE), String::new(), "malformed-form"),
            (Some(TYPE), avatar.clone(), "malformed-form"),
            (Some(TYPE), part("other", "x") + end, "missing-field"),
            (
                Some(TYPE),
                avatar.clone() + &avatar + end,
                "duplicate-field",
            ),
        ] {
            assert_eq!(read(content_type, &form).await, Err(code), "{form}");
        }
    }
}
