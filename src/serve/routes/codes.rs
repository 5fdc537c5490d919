//! What the service says of itself: `GET /openapi.json`, and `GET /v1/codes/STAGE/NAME`, the page of a code, to which the
//! `type` of every problem leads.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::diagnostics::codes;
use crate::serve::problem::Problem;

/// Every route, what it takes and what it answers; the tests hold the service to it.
const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/openapi.json"));

pub(super) async fn document() -> Response {
    let mut response = Response::new(Body::from(DOCUMENT));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(super) async fn page(Path((stage, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let Some(code) = codes::find(&format!("{stage}::{name}")) else {
        let detail = format!("there is no code `{stage}::{name}`");
        let problem = Problem::new(StatusCode::NOT_FOUND, &codes::run::NO_SUCH_CODE, detail);
        return Err(problem.help("follow the `type` of a problem"));
    };
    let mut response = Response::new(Body::from(code.page));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8"));
    Ok(response)
}
