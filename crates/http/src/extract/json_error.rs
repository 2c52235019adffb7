//! What is wrong with a JSON body, told so that a caller can mend it — and without repeating any of its values, since
//! a password may stand in the wrong field.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};

use super::nul::has_escaped_nul;
use crate::problem::{FieldError, Problem};

/// The longest pointer that is repeated to the caller, in bytes.
const LONGEST_POINTER: usize = 256;

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let Some(first) = body.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Err(empty());
    };
    // serde would read a struct from an array as well.
    if *first != b'{' {
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| malformed(&error))?;
        return Err(in_field("wrong-type", "", "expected a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().clone();
        explain(error.inner(), &path)
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    if has_escaped_nul(body) {
        return Err(Problem::bad_request(
            "nul-character",
            "no text may contain the character NUL",
        ));
    }
    Ok(value)
}

pub(super) fn empty() -> Problem {
    Problem::bad_request("empty-body", "this needs a JSON object as its body")
}

fn malformed(error: &serde_json::Error) -> Problem {
    // serde_json's words about syntax name what it expected and where, never what stood there.
    Problem::bad_request("malformed-json", format!("the body is not JSON: {error}"))
}

fn explain(error: &serde_json::Error, path: &Path) -> Problem {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    let name = quoted(&text);
    let at = pointer(path);
    match name {
        Some(name) if text.starts_with("missing field") => {
            in_field("missing-field", &child(&at, name), "this field is missing")
        }
        Some(name) if text.starts_with("duplicate field") => in_field(
            "duplicate-field",
            &child(&at, name),
            "this field came twice",
        ),
        // Here the path already ends in the field.
        _ if text.starts_with("unknown field") => {
            in_field("unknown-field", &at, "there is no such field here")
        }
        _ => match Expected::of(&text) {
            Some(Expected(wanted)) => in_field("wrong-type", &at, format!("expected {wanted}")),
            None => in_field("wrong-value", &at, "this value cannot be read"),
        },
    }
}

fn in_field(code: &'static str, pointer: &str, detail: impl Into<Cow<'static, str>>) -> Problem {
    let detail = detail.into();
    let place = if pointer.is_empty() {
        "the body"
    } else {
        pointer
    };
    let sentence = format!("{place}: {detail}");
    Problem::bad_request(code, sentence).with_errors(vec![FieldError::new(
        pointer.to_owned(),
        detail,
        code,
    )])
}

/// What serde wanted: the part of its message that comes from our types and not from the caller.
pub(super) struct Expected<'a>(pub(super) &'a str);

impl<'a> Expected<'a> {
    pub(super) fn of(message: &'a str) -> Option<Self> {
        let (_, wanted) = message.rsplit_once(", expected ")?;
        Some(Self(
            wanted
                .rsplit_once(" at line ")
                .map_or(wanted, |(wanted, _)| wanted),
        ))
    }
}

/// The first name between backticks.
fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// The path as a JSON Pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer = match segment {
            Segment::Seq { index } => format!("{pointer}/{index}"),
            Segment::Map { key } => child(&pointer, key),
            Segment::Enum { .. } | Segment::Unknown => pointer,
        };
    }
    pointer.truncate(pointer.floor_char_boundary(LONGEST_POINTER));
    pointer
}

fn child(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "a/b~c")]
        _name: String,
        #[serde(default)]
        _list: Vec<u8>,
    }

    fn problem(json: &str) -> String {
        format!("{:?}", parse::<Body>(json.as_bytes()).unwrap_err())
    }

    #[test]
    fn pointers_lead_to_the_fault() {
        for (json, code, pointer) in [
            (r#"{"a/b~c":7}"#, "wrong-type", r#""/a~1b~0c""#),
            (
                r#"{"a/b~c":"x","_list":[1,true]}"#,
                "wrong-type",
                r#""/_list/1""#,
            ),
            (r#"{"a/b~c":"x","more":1}"#, "unknown-field", r#""/more""#),
            ("{}", "missing-field", r#""/a~1b~0c""#),
            (
                r#"{"a/b~c":"x","a/b~c":"y"}"#,
                "duplicate-field",
                r#""/a~1b~0c""#,
            ),
            (r#"["x"]"#, "wrong-type", r#""""#),
            (r#""x""#, "wrong-type", r#""""#),
        ] {
            let problem = problem(json);
            assert!(problem.contains(&format!("{code:?}")), "{json}: {problem}");
            assert!(
                problem.contains(&format!("pointer: {pointer}")),
                "{json}: {problem}"
            );
        }
    }

    #[test]
    fn broken_texts_are_told_by_their_place() {
        for json in [
            "{",
            "{]",
            "[1",
            "nope",
            r#"{"a/b~c":"x"} more"#,
            "{\"a/b~c\":\"\u{0}\"}",
        ] {
            assert!(problem(json).contains("malformed-json"), "{json}");
        }
        assert!(problem(" \n").contains("empty-body"));
        assert!(problem(r#"{"a/b~c":"\u0000"}"#).contains("nul-character"));
    }

    #[test]
    fn no_value_is_repeated() {
        for json in [
            r#"{"a/b~c":"x","_list":"CANARY, expected CANARY"}"#,
            r#"{"a/b~c":"x","_list":["CANARY at line "]}"#,
            r#"{"a/b~c":{"CANARY":"CANARY"}}"#,
            r#"{"a/b~c":"CANARY"#,
            "CANARY",
        ] {
            assert!(!problem(json).contains("CANARY"), "{}", problem(json));
        }
    }
}
