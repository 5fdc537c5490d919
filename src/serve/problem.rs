//! A refusal as the service says it: a problem of RFC 9457, with the code and the help that the tool would give.
//!
//! `type` is the path of the code's page, which the service itself has. Refuses to know what was asked.

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::diagnostics::Code;
use crate::diagnostics::codes::{run, serve as codes};
use crate::runtime::confirm::ConfirmError;
use crate::runtime::data::DataError;
use crate::runtime::store::StateError;

/// Why a request is not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) code: &'static Code,
    pub(super) detail: String,
    pub(super) help: Option<String>,
    /// What else is the matter.
    pub(super) others: Vec<(&'static Code, String, Option<String>)>,
    /// After how many seconds it may be asked again.
    pub(super) retry_after: Option<u32>,
}

/// The code of the problem that a response tells of, for whoever counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told(pub(super) &'static Code);

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), help: None, others: Vec::new(), retry_after: None }
    }

    /// A request that is not understood.
    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &codes::BAD_REQUEST, detail)
    }

    /// A fault of the service.
    pub(super) fn broke_off() -> Self {
        let detail = "the service made a mistake while it answered this request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, &codes::BROKE_OFF, detail)
            .help("others are not touched by it; report it with the request, if that may be told")
    }

    /// What has to do with a state, where there is none.
    pub(super) fn no_state() -> Self {
        let detail = "this service has no state, so it remembers nothing";
        Self::new(StatusCode::CONFLICT, &codes::NO_STATE, detail).help("start it with `--state`")
    }

    /// The store cannot be used, and what was asked has no answer without it.
    pub(super) fn of_state(error: &StateError) -> Self {
        Self::state(error.code())
    }

    /// The same by its code alone: which machine it is on is nobody's business here.
    pub(super) fn state(code: &'static Code) -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, format!("the state cannot be used: {}", code.summary))
        }
        .help("ask again: what is said twice counts once")
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn machine(&self) -> Value {
        let one = |code: &Code, detail: &str, help: Option<&str>| {
            let mut object = json!({ "code": code.name, "detail": detail });
            if let (Some(help), Some(fields)) = (help, object.as_object_mut()) {
                fields.insert("help".to_owned(), help.into());
            }
            object
        };
        let mut object = json!({
            "type": page(self.code),
            "title": self.code.summary,
            "status": self.status.as_u16(),
        });
        if let (Some(fields), Some(own)) =
            (object.as_object_mut(), one(self.code, &self.detail, self.help.as_deref()).as_object())
        {
            fields.extend(own.clone());
            if !self.others.is_empty() {
                let others = self.others.iter().map(|(code, detail, help)| one(code, detail, help.as_deref()));
                fields.insert("others".to_owned(), others.collect());
            }
        }
        object
    }
}

/// Where the service has the page of a code.
pub(super) fn page(code: &Code) -> String {
    format!("/v1/codes/{}", code.name.replace("::", "/"))
}

impl From<DataError> for Problem {
    fn from(error: DataError) -> Self {
        let others = error.others.into_iter().map(|other| (other.code, other.message, other.help)).collect();
        Self { help: error.help, others, ..Self::new(StatusCode::BAD_REQUEST, error.code, error.message) }
    }
}

impl From<ConfirmError> for Problem {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::State(error) => Self::of_state(&error),
            ConfirmError::Unknown(_) => Self::new(StatusCode::NOT_FOUND, &run::NO_SUCH_DECISION, error.to_string())
                .help("take the ids that `/v1/decide` gave; nothing was recorded of any in this request"),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.machine().to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.entry(ALLOW).or_insert(HeaderValue::from_static("GET, POST"));
        }
        response.extensions_mut().insert(Told(self.code));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_tool_would_say() {
        let problem = Problem::bad("no").help("yes").retry_after(3);
        assert_eq!(
            problem.machine(),
            json!({
                "type": "/v1/codes/serve/bad-request",
                "title": codes::BAD_REQUEST.summary,
                "status": 400,
                "code": "serve::bad-request",
                "detail": "no",
                "help": "yes",
            })
        );
        let response = problem.into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "3");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }
}
