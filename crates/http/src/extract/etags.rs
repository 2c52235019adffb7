//! The validators of conditional requests (RFC 9110, section 13.1).

use std::fmt::Display;
use std::str::FromStr;

use actix_web::http::header::{self, HeaderMap, HeaderName};

/// What `If-Match` or `If-None-Match` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntityTags<T> {
    /// `*`: whatever there is.
    Any,
    /// These. Tags that are none of ours are left out, since they match nothing.
    List(Vec<T>),
}

/// `If-Match`, compared strongly: a weak tag matches nothing. None if the header is not there.
pub(crate) fn if_match<T: FromStr>(headers: &HeaderMap) -> Option<EntityTags<T>> {
    tags(headers, header::IF_MATCH, |tag| tag)
}

/// `If-None-Match`, compared weakly. None if the header is not there.
pub(crate) fn if_none_match<T: FromStr>(headers: &HeaderMap) -> Option<EntityTags<T>> {
    tags(headers, header::IF_NONE_MATCH, |tag| {
        tag.strip_prefix("W/").unwrap_or(tag)
    })
}

/// The strong tag of this state, as a header.
pub(crate) fn etag(tag: impl Display) -> (HeaderName, String) {
    (header::ETAG, format!("\"{tag}\""))
}

/// What a change is conditional on: that the tag is one of these. None: on nothing but that there is something.
pub(crate) fn expected<T: FromStr>(headers: &HeaderMap) -> Option<Vec<T>> {
    match if_match(headers) {
        Some(EntityTags::List(tags)) => Some(tags),
        Some(EntityTags::Any) | None => None,
    }
}

/// Whether the client says that it has this state.
pub(crate) fn is_known<T: FromStr + PartialEq>(headers: &HeaderMap, tag: &T) -> bool {
    match if_none_match(headers) {
        Some(EntityTags::List(tags)) => tags.contains(tag),
        Some(EntityTags::Any) => true,
        None => false,
    }
}

/// Our tags are ids in quotes: none has a comma inside.
fn tags<T: FromStr>(
    headers: &HeaderMap,
    name: HeaderName,
    strong: fn(&str) -> &str,
) -> Option<EntityTags<T>> {
    if !headers.contains_key(&name) {
        return None;
    }
    let mut list = Vec::new();
    let values = headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    for tag in values {
        if tag == "*" {
            return Some(EntityTags::Any);
        }
        let quoted = strong(tag).strip_prefix('"');
        let inner = quoted.and_then(|tag| tag.strip_suffix('"'));
        list.extend(inner.and_then(|tag| tag.parse().ok()));
    }
    Some(EntityTags::List(list))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, HeaderValue::from_static(value));
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_whole_tags_of_ours_are_named() {
        assert_eq!(if_match::<u32>(&headers(&[])), None);
        for (values, named) in [
            (vec![r#""7""#], vec![7]),
            (vec![r#""7", "8""#, r#""9""#], vec![7, 8, 9]),
            (vec!["7", r#""7"#, r#""x""#, "", r#""""#], vec![]),
        ] {
            let found = if_match(&headers(&values));
            assert_eq!(found, Some(EntityTags::List(named)), "{values:?}");
        }
        assert_eq!(if_match::<u32>(&headers(&["*"])), Some(EntityTags::Any));
    }

    #[test]
    fn what_is_expected_and_known_follows() {
        for (values, wanted, known) in [
            (vec![], None, false),
            (vec!["*"], None, true),
            (vec![r#""7""#], Some(vec![7]), true),
            (vec![r#"W/"7""#], Some(vec![]), true),
            (vec![r#""8""#, "x"], Some(vec![8]), false),
        ] {
            let headers = headers(&values);
            assert_eq!(expected::<u32>(&headers), wanted, "{values:?}");
            assert_eq!(is_known(&headers, &7_u32), known, "{values:?}");
        }
        assert_eq!(etag(7), (header::ETAG, r#""7""#.to_owned()));
    }

    #[test]
    fn a_weak_tag_never_matches_strongly() {
        let weak = headers(&[r#"W/"7""#]);
        assert_eq!(if_match::<u32>(&weak), Some(EntityTags::List(vec![])));
        assert_eq!(if_none_match(&weak), Some(EntityTags::List(vec![7_u32])));
    }
}
