//! Bodies as the dialect takes them: JSON, a form, or a multipart form with files. Fields that nobody asks for are passed
//! over, as the original does.

use std::collections::BTreeMap;
use std::convert::Infallible;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use sealpost_domain::Secret;
use sealpost_domain::avatars::Avatars;
use serde_json::{Map, Value};

use crate::extract::Body;
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;

/// The largest body with a file: the picture, and what is around it.
const FILE_LIMIT: usize = Avatars::MAX_UPLOAD + AUTH_JSON_LIMIT;
/// The most parts of a multipart form.
const MAX_PARTS: usize = 32;

/// What stands in a field.
enum Given {
    Text(Secret<String>),
    File(web::Bytes),
    Null,
    /// Something that no field here takes, or a field that came twice.
    Other,
}

/// The fields of a body.
pub(super) struct Input(BTreeMap<String, Given>);

/// What came in the field of a picture.
pub(super) enum GivenPicture {
    Path(String),
    File(web::Bytes),
}

impl FromRequest for Input {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = Kind::of(request.headers());
        if let Ok(Kind::Multipart(boundary)) = kind {
            let body = Body::<FILE_LIMIT>::from_request(request, payload);
            return Box::pin(async move { read_multipart(body.await?.0, boundary).await });
        }
        let body = Body::<AUTH_JSON_LIMIT>::from_request(request, payload);
        Box::pin(async move {
            let body = body.await?.0;
            if body.is_empty() {
                return Ok(Self(BTreeMap::new()));
            }
            match kind? {
                Kind::Json => read_json(&body),
                Kind::Form => read_form(&body),
                // Read above.
                Kind::Multipart(_) => Err(Problem::internal()),
            }
        })
    }
}

enum Kind {
    Json,
    Form,
    Multipart(String),
}

impl Kind {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers.get(header::CONTENT_TYPE);
        let text = text
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            return Ok(Self::Json);
        }
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(Self::Form);
        }
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            let boundary = multer::parse_boundary(text).map_err(|_| {
                Problem::bad_request(
                    "malformed-multipart",
                    "Multipart form parse error - Invalid boundary in multipart",
                )
            })?;
            return Ok(Self::Multipart(boundary));
        }
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "send the body as application/json, application/x-www-form-urlencoded or multipart/form-data",
        ))
    }
}

fn read_json(body: &[u8]) -> Result<Input, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        // serde_json's words about syntax name what it expected and where, never what stood there.
        Problem::bad_request("malformed-json", format!("JSON parse error - {error}"))
    })?;
    let Value::Object(fields) = value else {
        let text = "Invalid data. Expected a dictionary.";
        return Err(
            Problem::bad_request("wrong-type", text).with_errors(vec![FieldError::new(
                "",
                text,
                "wrong-type",
            )]),
        );
    };
    Ok(Input(fields_of(fields)))
}

fn fields_of(fields: Map<String, Value>) -> BTreeMap<String, Given> {
    let fields = fields.into_iter().map(|(name, value)| {
        let given = match value {
            Value::String(text) => Given::Text(Secret::new(text)),
            // A code of six digits is written as a number by some.
            Value::Number(number) => Given::Text(Secret::new(number.to_string())),
            Value::Null => Given::Null,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => Given::Other,
        };
        (name, given)
    });
    fields.collect()
}

fn read_form(body: &[u8]) -> Result<Input, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| malformed_form())?;
    let mut fields = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        insert(
            &mut fields,
            decode(name)?,
            Given::Text(Secret::new(decode(value)?)),
        );
    }
    Ok(Input(fields))
}

/// The URL Standard, section 5.1.
fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    Ok(decoded.map_err(|_| malformed_form())?.into_owned())
}

fn malformed_form() -> Problem {
    Problem::bad_request("malformed-form", "the form is not UTF-8")
}

/// RFC 7578.
async fn read_multipart(body: web::Bytes, boundary: String) -> Result<Input, Problem> {
    let malformed = |_| {
        Problem::bad_request(
            "malformed-multipart",
            "Multipart form parse error - the parts cannot be read",
        )
    };
    let whole = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut fields = BTreeMap::new();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        count += 1;
        if count > MAX_PARTS {
            return Err(Problem::bad_request(
                "malformed-multipart",
                "too many parts",
            ));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(malformed)?;
        let given = if is_file {
            Given::File(bytes)
        } else {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| malformed_form())?;
            Given::Text(Secret::new(text))
        };
        insert(&mut fields, name, given);
    }
    Ok(Input(fields))
}

/// Of two values of one field neither is the right one.
fn insert(fields: &mut BTreeMap<String, Given>, name: String, given: Given) {
    if fields.insert(name.clone(), given).is_some() {
        fields.insert(name, Given::Other);
    }
}

impl Input {
    /// The text of a field; None if it is not there, or no text.
    pub(super) fn text(&mut self, name: &str) -> Option<Secret<String>> {
        match self.0.remove(name) {
            Some(Given::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The text of a field that has to be there; None after noting why not.
    pub(super) fn required(
        &mut self,
        name: &str,
        errors: &mut FieldErrors,
    ) -> Option<Secret<String>> {
        if self.0.contains_key(name) {
            return self.optional(name, errors);
        }
        errors.push(of(name, "missing-field", "This field is required."));
        None
    }

    /// The text of a field that may be left out, but is not empty; None also after noting what is wrong with it.
    pub(super) fn optional(
        &mut self,
        name: &str,
        errors: &mut FieldErrors,
    ) -> Option<Secret<String>> {
        let (code, text) = match self.0.remove(name)? {
            Given::Text(text) if text.expose().trim().is_empty() => {
                ("missing-field", "This field may not be blank.")
            }
            Given::Text(text) if text.expose().contains('\0') => {
                ("nul-character", "Null characters are not allowed.")
            }
            Given::Text(text) => return Some(text),
            Given::Null => ("missing-field", "This field may not be null."),
            Given::File(_) | Given::Other => ("wrong-type", "Not a valid string."),
        };
        errors.push(of(name, code, text));
        None
    }

    /// The picture of a field that may be left out; None also after noting what is wrong with it.
    pub(super) fn picture(&mut self, name: &str, errors: &mut FieldErrors) -> Option<GivenPicture> {
        if matches!(self.0.get(name), Some(Given::File(_)))
            && let Some(Given::File(file)) = self.0.remove(name)
        {
            return Some(GivenPicture::File(file));
        }
        let path = self.optional(name, errors)?;
        Some(GivenPicture::Path(path.expose().to_owned()))
    }
}

/// Something is wrong with a field.
pub(super) fn of(name: &str, code: &'static str, text: &'static str) -> FieldError {
    FieldError::new(format!("/{name}"), text, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem_of(errors: FieldErrors) -> Vec<(String, String)> {
        let problem = errors.into_problem();
        let errors = problem.errors().iter();
        errors
            .map(|error| (error.pointer.to_string(), error.detail.to_string()))
            .collect()
    }

    #[test]
    fn forms_and_json_say_the_same() {
        let form = b"username=p%C3%A9+p&code=012345&empty=";
        let json = r#"{"username": "pé p", "code": "012345", "empty": ""}"#.as_bytes();
        for mut input in [read_form(form).unwrap(), read_json(json).unwrap()] {
            assert_eq!(input.text("username").unwrap().expose(), "pé p");
            assert_eq!(input.text("code").unwrap().expose(), "012345");
            let mut errors = FieldErrors::default();
            assert!(input.required("empty", &mut errors).is_none());
            assert!(input.required("missing", &mut errors).is_none());
            let expected = [
                ("/empty", "This field may not be blank."),
                ("/missing", "This field is required."),
            ];
            let expected = expected.map(|(at, text)| (at.to_owned(), text.to_owned()));
            assert_eq!(problem_of(errors), expected);
        }
    }

    #[test]
    fn a_field_that_comes_twice_has_no_value() {
        let mut input = read_form(b"username=a&username=b").unwrap();
        let mut errors = FieldErrors::default();
        assert!(input.required("username", &mut errors).is_none());
        assert_eq!(problem_of(errors).len(), 1);
        assert!(read_form(b"a=%FF").is_err());
        assert!(read_json(b"[]").is_err());
        assert!(read_json(b"{").is_err());
    }
}
