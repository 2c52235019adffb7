//! `Upload-Metadata`: what a client says about a file, as pairs of a key and base64.

use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::files::{ContentType, FileName, WrappedKey};
use sealpost_domain::messages::Protection;
use sealpost_domain::uploads::{ClientSealed, Upload};

use super::tus::invalid;
use crate::problem::{FieldError, FieldErrors, Problem};

pub(super) const NAME: HeaderName = HeaderName::from_static("upload-metadata");
/// More pairs than any client sends.
const MAX_PAIRS: usize = 32;

/// What is said about the file that comes.
pub(super) struct Described {
    pub(super) name: Option<FileName>,
    pub(super) content_type: ContentType,
    /// What belongs to it if its client has sealed it.
    pub(super) sealed: Option<ClientSealed>,
}

/// Name, type and protection. Stock clients call the first two differently; what else they say is not kept.
pub(super) fn read(headers: &HeaderMap) -> Result<Described, Problem> {
    let pairs = Pairs(pairs(headers)?);
    let mut errors = FieldErrors::default();
    let name = match pairs.find(&["filename", "name"]) {
        None => Some(None),
        Some(text) => errors.check("filename", FileName::parse(text)).map(Some),
    };
    let content_type = match pairs.find(&["filetype", "type"]) {
        None => Some(ContentType::unknown()),
        Some(text) => errors.check("filetype", ContentType::parse(text)),
    };
    let sealed = sealing(&pairs, &mut errors);
    let described = name.zip(content_type).zip(sealed);
    described
        .map(|((name, content_type), sealed)| Described {
            name,
            content_type,
            sealed,
        })
        .ok_or_else(|| errors.into_problem().closing_connection())
}

/// What a file that its client has sealed has beside; Some(None) for one that the server is to seal.
#[expect(clippy::option_option, reason = "whether it is right, and what it is")]
fn sealing(pairs: &Pairs, errors: &mut FieldErrors) -> Option<Option<ClientSealed>> {
    let wrapped = pairs.find(&["wrapped_key"]);
    let mut refuse = |field: &'static str, detail: &'static str| {
        errors.push(FieldError::new(field, detail, "invalid-protection"));
        None
    };
    match pairs.find(&["protection"]) {
        None | Some("server") if wrapped.is_some() => refuse(
            "/wrapped_key",
            "only with protection e2ee a file's key is wrapped by its client",
        ),
        None | Some("server") => Some(None),
        Some("e2ee") => {
            let wrapped = WrappedKey::parse(wrapped.unwrap_or_default());
            let wrapped = errors.check("wrapped_key", wrapped);
            let id = pairs.find(&["id"]).unwrap_or_default().parse();
            let id = errors.check_as("id", "invalid-id", id);
            id.zip(wrapped)
                .map(|(id, wrapped_key)| Some(ClientSealed { id, wrapped_key }))
        }
        Some(_) => refuse("/protection", "the protection is server or e2ee"),
    }
}

/// The same for whoever looks.
pub(super) fn write(upload: &Upload) -> String {
    let pair = |key: &str, value: &str| format!("{key} {}", STANDARD.encode(value));
    let name = upload.name.as_ref();
    let name = name.map(|name| pair("filename", name.as_str()));
    let content_type = pair("filetype", upload.content_type.as_str());
    let sealed = upload.protection == Protection::EndToEnd;
    let protection = sealed.then(|| pair("protection", Protection::EndToEnd.name()));
    name.into_iter()
        .chain([content_type])
        .chain(protection)
        .collect::<Vec<_>>()
        .join(",")
}

/// Keys and values, each key once.
struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The value of the first of these keys that is there; one that is empty is not.
    fn find(&self, keys: &[&str]) -> Option<&str> {
        keys.iter()
            .find_map(|wanted| self.0.iter().find(|(key, _)| key == wanted))
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

fn pairs(headers: &HeaderMap) -> Result<Vec<(String, String)>, Problem> {
    let Some(value) = headers.get(NAME) else {
        return Ok(Vec::new());
    };
    let text = value.to_str().map_err(|_| malformed())?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in text.split(',') {
        let (key, value) = read_pair(pair.trim()).ok_or_else(malformed)?;
        if pairs.len() == MAX_PAIRS || pairs.iter().any(|(known, _)| *known == key) {
            return Err(malformed());
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn read_pair(pair: &str) -> Option<(String, String)> {
    let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
    let visible = |c: char| matches!(c, '!'..='~');
    let right = !key.is_empty() && key.chars().all(visible);
    let value = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    right.then(|| (key.to_owned(), value))
}

fn malformed() -> Problem {
    invalid("Upload-Metadata has pairs 'KEY BASE64' of UTF-8, joined by commas, each key once")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn ask(text: &str) -> Result<(Option<String>, String), Problem> {
        let mut headers = HeaderMap::new();
        headers.append(NAME, HeaderValue::from_str(text).unwrap());
        let described = read(&headers)?;
        assert!(described.sealed.is_none());
        let name = described.name.map(|name| name.as_str().to_owned());
        Ok((name, described.content_type.as_str().to_owned()))
    }

    fn says(name: Option<&str>, content_type: &str) -> (Option<String>, String) {
        (name.map(str::to_owned), content_type.to_owned())
    }

    #[test]
    fn what_stock_clients_say_is_understood() {
        let unknown = "application/octet-stream";
        for (text, expected) in [
            ("", says(None, unknown)),
            ("is_confidential", says(None, unknown)),
            (
                "filename d29ybGQucGRm,is_confidential",
                says(Some("world.pdf"), unknown),
            ),
            (
                "name d29ybGQucGRm, filetype dGV4dC9wbGFpbg==",
                says(Some("world.pdf"), "text/plain"),
            ),
            ("type dGV4dC9wbGFpbg==", says(None, "text/plain")),
        ] {
            assert_eq!(ask(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (text, code) in [
            ("filename ***", "invalid-upload-header"),
            (
                "filename d29ybGQucGRm,filename d29ybGQucGRm",
                "invalid-upload-header",
            ),
            (",", "invalid-upload-header"),
            ("filename //79", "invalid-upload-header"),
            // "a/b".
            ("filename YS9i", "invalid-fields"),
            ("filetype YQ==", "invalid-fields"),
        ] {
            assert_eq!(ask(text).unwrap_err().code(), code, "{text}");
        }
        let many: Vec<String> = (0..33).map(|number| format!("k{number}")).collect();
        assert!(ask(&many.join(",")).is_err());
    }
}
