//! The body of a request: JSON, within bounds of size, depth and time, before anybody takes it apart.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use super::Limits;
use super::problem::Problem;
use crate::diagnostics::codes::serve as codes;

/// Reads the body of a request.
pub(super) async fn read(limits: &Limits, request: Request<Body>) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    is_json(&parts.headers)?;
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.body as u64) {
        return Err(too_large(limits));
    }
    let collect = Limited::new(body, limits.body).collect();
    let read = timeout(limits.patience, collect).await.map_err(|_| {
        let detail = format!("the request did not arrive within {}", seconds(limits));
        Problem::new(StatusCode::REQUEST_TIMEOUT, &codes::TOO_SLOW, detail).help("send it in one go")
    })?;
    let bytes = read.map_err(|why| match why.is::<LengthLimitError>() {
        true => too_large(limits),
        false => Problem::bad("the body of the request breaks off").help("send it again"),
    })?;
    let bytes = bytes.to_bytes();
    if depth(&bytes) > limits.depth {
        let detail = format!("the body is nested deeper than {} levels", limits.depth);
        let problem = Problem::new(StatusCode::BAD_REQUEST, &codes::TOO_DEEP, detail);
        return Err(problem.help("nothing that is asked for here is nested like that"));
    }
    Ok(bytes)
}

/// How long a request may take, in words.
pub(super) fn seconds(limits: &Limits) -> String {
    format!("{} s", limits.patience.as_secs_f64())
}

fn too_large(limits: &Limits) -> Problem {
    let detail = format!("the body is larger than {} bytes", limits.body);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &codes::TOO_LARGE, detail)
        .help("ask for fewer customers at once, or have the service started with another `--max-body`")
}

/// A form that a page of somebody else's sends is no question.
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let detail = "the body is not announced as JSON";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &codes::BAD_REQUEST, detail)
        .help("send it with `Content-Type: application/json`"))
}

/// How deep brackets are nested, outside of texts; of what is no JSON anything.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(within) = bytes.next() {
                    match within {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_brackets_outside_of_texts() {
        for (text, expected) in [
            ("", 0),
            ("1", 0),
            ("{}", 1),
            (r#"{"a": [1, {"b": []}], "c": [[[]]]}"#, 4),
            (r#"{"a": "[[[[", "b": "\"[[[", "c": "\\"}"#, 1),
            ("]]]][", 1),
        ] {
            assert_eq!(depth(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(depth(&[b'['; 100_000]), 100_000);
    }

    #[test]
    fn json_is_told_from_forms() {
        let of = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, kind.parse().unwrap());
            is_json(&headers)
        };
        assert_eq!(is_json(&HeaderMap::new()), Ok(()));
        for kind in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert_eq!(of(kind), Ok(()), "{kind}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonl", ""] {
            assert_eq!(of(kind).unwrap_err().status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
    }
}
