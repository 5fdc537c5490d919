//! Whether an answer is still the one that was given before.
//!
//! A tag is a digest of the bundle, of the context, and of what was answered; so it changes with time and with caps where
//! these change an answer, and only there. The answer is worked out each time: from the rules alone nobody could say that it
//! still holds.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::kept;

/// The tag of an answer.
pub(super) fn of(bundle: &str, context: &blake3::Hash, body: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bundle.as_bytes()).update(context.as_bytes()).update(body.as_bytes());
    let digest = hasher.finalize().to_hex();
    format!("\"{}\"", digest.get(..32).unwrap_or_default())
}

/// The answer, or that it is the one that was given under one of these tags.
pub(super) fn response(tag: &str, given: &[HeaderValue], body: String) -> Response {
    let is_same = given.iter().filter_map(|value| value.to_str().ok()).any(|value| names(value, tag));
    let mut response = Response::new(if is_same { Body::empty() } else { Body::from(body) });
    kept(response.headers_mut(), tag);
    if is_same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// Whether `If-None-Match` names this tag; a weak one is as good here.
fn names(header: &str, tag: &str) -> bool {
    let one = |word: &str| {
        let word = word.trim();
        word == "*" || word.strip_prefix("W/").unwrap_or(word) == tag
    };
    header.split(',').any(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_of_bundle_context_and_answer() {
        let (one, other) = (blake3::hash(b"one"), blake3::hash(b"other"));
        let tag = of("b", &one, "{}");
        assert_eq!(tag, of("b", &one, "{}"));
        assert!(tag.starts_with('"') && tag.len() == 34);
        let others = [of("c", &one, "{}"), of("b", &other, "{}"), of("b", &one, "[]")];
        assert!(others.iter().all(|other| *other != tag));
    }

    #[test]
    fn tags_are_named_in_lists_and_weakly() {
        for (header, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(names(header, "\"a\""), expected, "{header}");
        }
    }
}
