//! What stands before every route: who asks and whether they may, how much is in hand, how long it takes, and what is
//! counted of it.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::header::{AUTHORIZATION, HeaderMap};
use axum::http::{Method, Request, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::problem::{Problem, Told};
use super::tokens::Scope;
use super::{Service, body};
use crate::diagnostics::codes::serve as codes;

/// Counts a request, whatever becomes of it; one that is dropped half-way, too.
pub(super) async fn counted(State(service): State<Arc<Service>>, request: Request<Body>, next: Next) -> Response {
    struct InHand(Arc<Service>);
    impl Drop for InHand {
        fn drop(&mut self) {
            self.0.metrics.ended();
        }
    }
    let start = Stopwatch::now();
    service.metrics.begun();
    let in_hand = InHand(Arc::clone(&service));
    let method = method(request.method());
    // The path as it was asked could be anything; the route is one of ours.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    if let Some(Told(code)) = response.extensions().get::<Told>() {
        service.metrics.refused(code);
    }
    service.metrics.answered(&route, method, response.status().as_u16(), start.elapsed());
    drop(in_hand);
    response
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A route and what a token must open for it.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) service: Arc<Service>,
    pub(super) scope: Scope,
}

/// Whose token it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asker(pub(super) String);

/// Lets through who may ask, as many as may, for as long as may be.
pub(super) async fn door(State(door): State<Door>, request: Request<Body>, next: Next) -> Response {
    match pass(&door, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn pass(door: &Door, mut request: Request<Body>, next: Next) -> Result<Response, Problem> {
    let Door { service, scope } = door;
    let asker = may(service, *scope, request.headers())?;
    if let Some(asker) = asker {
        request.extensions_mut().insert(asker);
    }
    let most = i64::try_from(service.limits.in_hand).unwrap_or(i64::MAX);
    if service.metrics.in_hand() > most {
        let detail = format!("{most} requests are in hand, and more are not taken");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, &codes::OVERLOADED, detail);
        return Err(problem.help("ask again in a moment, or another node").retry_after(1));
    }
    // Twice: once to arrive, and once to be answered.
    match timeout(service.limits.patience * 2, next.run(request)).await {
        Ok(response) => Ok(response),
        Err(_) => {
            let detail = format!("the request could not be answered within {}", body::seconds(&service.limits));
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, &codes::TOO_SLOW, detail);
            Err(problem.help("ask for less at once").retry_after(1))
        }
    }
}

/// Who sent this, if they may ask for that; nobody in particular where there are no tokens.
fn may(service: &Service, scope: Scope, headers: &HeaderMap) -> Result<Option<Asker>, Problem> {
    let known = service.tokens.load();
    let Some(known) = known.as_deref() else { return Ok(None) };
    let refused = |detail: &str| {
        Problem::new(StatusCode::UNAUTHORIZED, &codes::NO_TOKEN, detail)
            .help("send `Authorization: Bearer TOKEN` with a token that is known here")
    };
    let Some(token) = token(headers) else { return Err(refused("no token was sent")) };
    let Some(bearer) = known.bearer(token) else { return Err(refused("the token is not known here")) };
    if bearer.may(scope) {
        return Ok(Some(Asker(bearer.name.to_owned())));
    }
    let detail = format!("the token of `{}` does not open `{}`", bearer.name, scope.word());
    Err(Problem::new(StatusCode::FORBIDDEN, &codes::FORBIDDEN, detail)
        .help("ask whoever keeps the file of tokens for that scope"))
}

/// The token that was sent: as a bearer's, or as the key that clients of OpenFeature may send.
fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    bearer.or_else(|| headers.get("x-api-key")?.to_str().ok()).filter(|token| !token.is_empty())
}

/// What is nowhere.
pub(super) async fn no_route(request: Request<Body>) -> Problem {
    let path = request.uri().path();
    Problem::new(StatusCode::NOT_FOUND, &codes::NO_SUCH_ROUTE, format!("there is nothing at `{path}`"))
        .help("`/openapi.json` lists what there is")
}

/// What is asked for in a way that means nothing there.
pub(super) async fn no_method(request: Request<Body>) -> Problem {
    let detail = format!("`{}` is not asked with {}", request.uri().path(), request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, &codes::NO_SUCH_ROUTE, detail).help("`/openapi.json` says how it is")
}

/// What broke off where nobody else caught it.
pub(super) fn broken(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::broke_off().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_bearers_or_a_key() {
        let of = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            token(&headers).map(str::to_owned)
        };
        assert_eq!(of("authorization", "Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of("authorization", "bearer  abc ").as_deref(), Some("abc"));
        assert_eq!(of("x-api-key", "abc").as_deref(), Some("abc"));
        for (name, value) in
            [("authorization", "Basic abc"), ("authorization", "Bearer "), ("authorization", "abc"), ("x-api-key", "")]
        {
            assert_eq!(of(name, value), None, "{name}: {value}");
        }
    }
}
